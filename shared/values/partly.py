"""Values of which some fields are invalid, read as far as they go."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

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
        return not any(
            f"{one}/".startswith(f"{pointer}/") or f"{pointer}/".startswith(f"{one}/") for one in self.invalid
        )

    def changed(self, before: ModelT) -> ModelT:
        """The record `before` with the valid fields that were sent."""
        return before.model_copy(update={name: getattr(self.value, name) for name in self.value.model_fields_set})


def read_partly(kind: type[T], given: Mapping[str, Any]) -> tuple[T, frozenset[str]]:
    """The value with those fields that are valid by themselves, and the names of the others.

    `kind` is a model or a dataclass. An invalid, missing or empty field has its default, or None. A model or dataclass in
    a field, or each one of a list of them, is read as far as it goes. Nothing else checks the value, so it is only good
    for looking up what it names.
    """
    # Any class can be hashed, which mypy does not see.
    cached: Any = kind
    declared, alone = _fields_of(cached), _each_alone(cached)
    known = {name: value for name, value in given.items() if name in declared and value is not None}
    faulty: frozenset[str] = frozenset()
    try:
        valid = alone.model_validate(known)
    except ValidationError as error:
        faulty = frozenset(str(details["loc"][0]) for details in error.errors())
        valid = alone.model_validate({name: value for name, value in known.items() if name not in faulty})
    values = {name: _default_of(info) for name, info in declared.items()}
    values |= {name: getattr(valid, name) for name in valid.model_fields_set}
    for name in faulty:
        annotation = declared[name].annotation
        item = _kind_in(annotation)
        if item is not None and item in {annotation, *_alternatives(annotation)}:
            if isinstance(known[name], dict):
                values[name] = read_partly(item, known[name])[0]
        elif item is not None and isinstance(known[name], list):
            # One that is no object is empty, so that the others keep their places.
            values[name] = [read_partly(item, one if isinstance(one, dict) else {})[0] for one in known[name]]
    missing = {name for name, info in declared.items() if info.is_required() and name not in known}
    return _made(kind, set(valid.model_fields_set), values), faulty | missing


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
