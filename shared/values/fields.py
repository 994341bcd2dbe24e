"""Owns what is known of the fields of a type, be it a dataclass or a record."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

T = TypeVar("T")

COMPLETE = ConfigDict(json_schema_serialization_defaults_required=True)
"""For the `__pydantic_config__` of an answer: it has every member, also those with a default."""


def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The names of the fields, in their order: the columns of a file."""
    if issubclass(kind, BaseModel):
        return tuple(kind.model_fields)
    return tuple(one.name for one in dataclasses.fields(kind))


def required_names(kind: type[Any]) -> frozenset[str]:
    """The fields that have no default."""
    if issubclass(kind, BaseModel):
        return frozenset(name for name, info in kind.model_fields.items() if info.is_required())
    without = dataclasses.MISSING
    return frozenset(
        one.name for one in dataclasses.fields(kind) if one.default is without and one.default_factory is without
    )


def parts_of(value: object, kind: type[Any]) -> dict[str, Any]:
    """The fields of `kind` as `value` has them: to make something of it that says more, or less."""
    return {name: getattr(value, name) for name in field_names(kind)}


def annotation_of(info: FieldInfo) -> Any:
    """The type of a field with all that its value is held against, for a field of another model."""
    # What SQLModel adds of the column cannot be hashed, so it could stand in no union, and has no meaning elsewhere.
    held_against = [one for one in info.metadata if one.__hash__ is not None]
    return Annotated[info.annotation, *held_against] if held_against else info.annotation


def maker(kind: type[T], names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], T]:
    """Makes values of `kind` from rows that were checked when they were written; nothing is checked again.

    Raises TypeError when the rows have a column that is no field: a record would drop it silently.
    """
    if not issubclass(kind, BaseModel):
        return lambda row: kind(**row)
    unknown = set(names) - kind.model_fields.keys()
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    # A copy is made in a fraction of the time that another construction takes.
    blank = kind.model_construct(**dict.fromkeys(names))
    return lambda row: blank.model_copy(update=row)
