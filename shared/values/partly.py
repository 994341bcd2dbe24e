"""Values of which some fields are invalid, read as far as they go."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError, create_model

from shared.values.fields import annotation_of

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_partly(kind: type[ModelT], given: Mapping[str, Any]) -> tuple[ModelT, frozenset[str]]:
    """The value with those fields that are valid by themselves, and the names of the others.

    An invalid, missing or empty field has its default, or None. Of a list of models, each one is read as far as it goes.
    Nothing else checks the value, so it is only good for looking up what it names.
    """
    alone = _each_alone(kind)
    known = {name: value for name, value in given.items() if name in kind.model_fields and value is not None}
    faulty: frozenset[str] = frozenset()
    try:
        valid = alone.model_validate(known)
    except ValidationError as error:
        faulty = frozenset(str(details["loc"][0]) for details in error.errors())
        valid = alone.model_validate({name: value for name, value in known.items() if name not in faulty})
    values: dict[str, Any] = {
        name: None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
        for name, info in kind.model_fields.items()
    }
    values |= {name: getattr(valid, name) for name in valid.model_fields_set}
    for name in faulty:
        item = _model_in(kind.model_fields[name].annotation)
        if item is not None and isinstance(known[name], list):
            # One that is no object is empty, so that the others keep their places.
            values[name] = [read_partly(item, one if isinstance(one, dict) else {})[0] for one in known[name]]
    missing = {name for name, info in kind.model_fields.items() if info.is_required() and name not in known}
    return kind.model_construct(set(valid.model_fields_set), **values), faulty | missing


@cache
def _each_alone(kind: type[BaseModel]) -> type[BaseModel]:
    """The fields of `kind` without those checks that need several of them, and all optional."""
    fields: dict[str, Any] = {name: (annotation_of(info) | None, None) for name, info in kind.model_fields.items()}
    return create_model(f"{kind.__name__}Alone", **fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model of the items of a list, if they are models."""
    for part in get_args(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
        found = _model_in(part)
        if found is not None:
            return found
    return None
