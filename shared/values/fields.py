"""The fields of a type, whether a dataclass or a record."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

T = TypeVar("T")

COMPLETE = ConfigDict(json_schema_serialization_defaults_required=True)
"""The `__pydantic_config__` of an answer, which has every member, including those with a default."""


def light(kind: type[T]) -> type[T]:
    """Makes a frozen dataclass as quick to make as one that is not frozen. Use it above `@dataclass(frozen=True)`.

    The type checker still refuses to change its values; the objects themselves do not, because setting every field
    around its own refusal takes four times as long. It is for what one transaction makes by the thousand.
    """
    assert not hasattr(kind, "__post_init__"), f"{kind.__name__} checks itself when it is made"
    # mypy does not see that it is a dataclass.
    described: Any = kind
    alike = dataclasses.make_dataclass(
        kind.__name__,
        [
            (
                one.name,
                one.type,
                dataclasses.field(default=one.default, default_factory=one.default_factory, kw_only=one.kw_only),
            )
            for one in dataclasses.fields(described)
        ],
    )
    for name, of in (("__init__", alike), ("__setattr__", object), ("__delattr__", object)):
        setattr(kind, name, getattr(of, name))
    return kind


def field_names(kind: type[Any]) -> tuple[str, ...]:
    """The names of the fields in order, which are the columns of a file."""
    if issubclass(kind, BaseModel):
        return tuple(kind.model_fields)
    return tuple(field.name for field in dataclasses.fields(kind))


def required_names(kind: type[Any]) -> frozenset[str]:
    """The names of the fields without a default."""
    if issubclass(kind, BaseModel):
        return frozenset(name for name, info in kind.model_fields.items() if info.is_required())
    without = dataclasses.MISSING
    return frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is without and field.default_factory is without
    )


def parts_of(value: object, kind: type[Any]) -> dict[str, Any]:
    """The values that `value` has for the fields of `kind`, from which a similar type can be made."""
    return {name: getattr(value, name) for name in field_names(kind)}


def annotation_of(info: FieldInfo) -> Any:
    """The type of a field with all its constraints, for use in another model."""
    # SQLModel's description of the column cannot be hashed, so a union could not contain it. Elsewhere it has no
    # meaning.
    constraints = [item for item in info.metadata if item.__hash__ is not None]
    return Annotated[info.annotation, *constraints] if constraints else info.annotation


def maker(kind: type[T], names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], T]:
    """Returns a function that makes values of `kind` from stored rows, which were checked when they were written.

    Raises TypeError if the rows have a column that is not a field, which a record would silently drop.
    """
    if not issubclass(kind, BaseModel):
        return lambda row: kind(**row)
    unknown = set(names) - kind.model_fields.keys()
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(unknown))}")
    # A copy is made in a fraction of the time that another construction takes.
    blank = kind.model_construct(**dict.fromkeys(names))
    return lambda row: blank.model_copy(update=row)
