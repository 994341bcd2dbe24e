"""Values of which some fields are invalid, read as far as they go."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, cached_property
from types import UnionType
from typing import Any, Generic, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo

from shared.values.fields import annotation_of

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class PartlyRead:
    """A body of which some fields are invalid, read as far as it goes.

    `value` is the body as `read_partly` returns it. `invalid` are the JSON pointers to its invalid places. `facts` is
    what the operation knows besides: above all the record that it changes, or None for a new one.
    """

    value: Any
    invalid: AbstractSet[str]
    facts: Any = None

    def is_valid(self, pointer: str) -> bool:
        """Whether nothing in the place is invalid, and neither is anything around it."""
        return pointer not in self._around and self.invalid.isdisjoint(_with_parents(pointer))

    @cached_property
    def _around(self) -> frozenset[str]:
        """The invalid places, and the places that have one in them."""
        return frozenset(place for one in self.invalid for place in _with_parents(one))

    def changed(self, before: ModelT) -> ModelT:
        """The record `before` with the valid fields that were sent."""
        return before.model_copy(update={name: getattr(self.value, name) for name in self.value.model_fields_set})


def _with_parents(pointer: str) -> list[str]:
    """The place and those around it: `/lines/0` → `/lines`, `/lines/0`."""
    steps = pointer.split("/")
    return ["/".join(steps[:end]) for end in range(2, len(steps) + 1)]


class Read(NamedTuple, Generic[T]):
    """A value with those fields that are valid by themselves.

    `faulty` are the names of the others. `kept` are, by JSON pointer, the lists of which only the valid items were
    kept, with the position of each in what was given.
    """

    value: T
    faulty: frozenset[str]
    kept: Mapping[str, Sequence[int]]

    def place_given(self, pointer: str) -> str:
        """The pointer into what was given, of one into the value: of `["S0", 5, "S1"]`, `/servers/1` is `/servers/2`."""
        around, _, item = pointer.rpartition("/")
        return f"{around}/{self.kept[around][int(item)]}" if around in self.kept else pointer


def read_partly(kind: type[T], given: Mapping[str, Any]) -> Read[T]:
    """The value as far as it can be read.

    `kind` is a model or a dataclass. An invalid, missing or empty field has its default, or None. A model or dataclass in
    a field, or each one of a list of them, is read as far as it goes; of other lists, the valid items are. Nothing else
    checks the value, so it is only good for looking up what it names.
    """
    # Any class can be hashed, which mypy does not see.
    cached: Any = kind
    declared, alone = _fields_of(cached), _each_alone(cached)
    known = {name: value for name, value in given.items() if name in declared and value is not None}
    places: list[tuple[int | str, ...]] = []
    faulty: frozenset[str] = frozenset()
    kept: dict[str, Sequence[int]] = {}
    try:
        valid = alone.model_validate(known)
    except ValidationError as error:
        places = [details["loc"] for details in error.errors()]
        faulty = frozenset(str(place[0]) for place in places)
        valid = alone.model_validate({name: value for name, value in known.items() if name not in faulty})
    values = {name: _default_of(info) for name, info in declared.items()}
    values |= {name: getattr(valid, name) for name in valid.model_fields_set}
    for name in faulty:
        annotation, sent = declared[name].annotation, known[name]
        item = _kind_in(annotation)
        if item is not None and item in {annotation, *_alternatives(annotation)}:
            if isinstance(sent, dict):
                read = read_partly(item, sent)
                values[name] = read.value
                kept |= {f"/{name}{place}": positions for place, positions in read.kept.items()}
        elif isinstance(sent, list) and item is not None:
            # One that is no object is empty, so that the others keep their places.
            several = [read_partly(item, one if isinstance(one, dict) else {}) for one in sent]
            values[name] = [read.value for read in several]
            for index, read in enumerate(several):
                kept |= {f"/{name}/{index}{place}": positions for place, positions in read.kept.items()}
        elif isinstance(sent, list):
            invalid = {place[1] if len(place) > 1 else None for place in places if place[0] == name}
            positions = [index for index in range(len(sent)) if index not in invalid]
            with suppress(ValidationError):
                values[name] = getattr(alone.model_validate({name: [sent[index] for index in positions]}), name)
                kept[f"/{name}"] = positions
    missing = {name for name, info in declared.items() if info.is_required() and name not in known}
    return Read(_made(kind, set(valid.model_fields_set), values), faulty | missing, kept)


@cache
def _fields_of(kind: Any) -> Mapping[str, FieldInfo]:
    if issubclass(kind, BaseModel):
        of_model: Mapping[str, FieldInfo] = kind.model_fields
        return of_model
    hints = get_type_hints(kind, include_extras=True)
    return {
        field.name: FieldInfo.from_annotation(hints[field.name])
        if field.default is field.default_factory is MISSING
        else FieldInfo.from_annotated_attribute(hints[field.name], field.default)
        for field in fields(kind)
    }


def _default_of(info: FieldInfo) -> Any:
    return None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})


def _made(kind: type[T], sent: set[str], values: Mapping[str, Any]) -> T:
    if issubclass(kind, BaseModel):
        return kind.model_construct(sent, **values)
    return kind(**values)


@cache
def _each_alone(kind: Any) -> type[BaseModel]:
    """The fields of `kind` without those checks that need several of them, and all optional."""
    alone: dict[str, Any] = {name: (annotation_of(info) | None, None) for name, info in _fields_of(kind).items()}
    return create_model(f"{kind.__name__}Alone", **alone)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types that a field may have, such as a model or None."""
    return get_args(annotation) if get_origin(annotation) in {Union, UnionType} else ()


def _kind_in(annotation: Any) -> type[Any] | None:
    """The model or dataclass of a field, or of the items of a list, if that is what it has."""
    if isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation)):
        return annotation
    for part in get_args(annotation):
        found = _kind_in(part)
        if found is not None:
            return found
    return None
