"""What a change of a record is: its fields with their values before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic_core import to_jsonable_python

from shared.values.fields import field_names

_Plain = Any


class FieldChange(BaseModel):
    """A field of a record, and its value before and after a change. Parts have a path, such as `lines/3/rate`."""

    model_config = ConfigDict(populate_by_name=True)

    field: str
    before: Annotated[JsonValue, Field(alias="from", description="The value before; null if there was none.")]
    after: Annotated[JsonValue, Field(alias="to", description="The value after; null if it was removed.")]


class HistoryStep(BaseModel):
    """One step in the history of a record: who did what and when. `by` is null for what the suite did by itself."""

    at: datetime
    by: Annotated[str | None, Field(description="The account, `DOMAIN\\name`, or null for the suite itself.")]
    action: Annotated[str, Field(description="What was done, such as `created`, `changed` or `removed`.")]
    changes: list[FieldChange]
    note: Annotated[str, Field(description="The reason or the answer, in words; empty without one.")] = ""
    link: Annotated[str | None, Field(description="What it was done with, such as the export run.")] = None


def changes_between(
    before: object, after: object, *, parts: Mapping[str, Sequence[str]] | None = None, without: Sequence[str] = ()
) -> list[FieldChange]:
    """The fields of two values of a kind that differ, also in their parts, in the order of the fields.

    `parts` are the lists whose items are known by certain fields, such as `{"lines": ["line"]}`; items of other lists are
    compared by their places. `without` are fields that do not count. Example: a line 3 whose rate was changed from 2.00 to
    2.50 gives `lines/3/rate`, from "2.00" to "2.50"; a new line 4 gives `lines/4`, from null to the whole line.
    """
    old, new = _plain(before), _plain(after)
    names = [name for name in dict.fromkeys([*new, *old]) if name not in without]
    return [
        FieldChange(field=place, before=to_jsonable_python(was), after=to_jsonable_python(now))
        for name in names
        for place, was, now in _differences(name, old.get(name), new.get(name), (parts or {}).get(name))
    ]


def _differences(
    place: str, before: _Plain, after: _Plain, known_by: Sequence[str] | None = None
) -> Iterator[tuple[str, _Plain, _Plain]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*after, *before]):
            yield from _differences(f"{place}/{name}", before.get(name), after.get(name))
    elif _are_parts(before) and _are_parts(after):
        old, new = _by_name(before, known_by or ()), _by_name(after, known_by or ())
        if known_by is None or len(old) < len(before) or len(new) < len(after):
            old, new = _by_place(before), _by_place(after)
        for name in dict.fromkeys([*new, *old]):
            yield from _differences(f"{place}/{name}", old.get(name), new.get(name))
    else:
        yield place, before, after


def _are_parts(value: _Plain) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _by_name(items: Sequence[_Plain], known_by: Sequence[str]) -> dict[str, _Plain]:
    return {" ".join(_shown(item[name]) for name in known_by if item[name] not in (None, [])): item for item in items}


def _shown(value: _Plain) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _by_place(items: Sequence[_Plain]) -> dict[str, _Plain]:
    return {str(place): item for place, item in enumerate(items)}


def _plain(value: Any) -> _Plain:
    """A value as dicts, lists and plain values, in which numbers are equal whatever their digits."""
    if isinstance(value, BaseModel) or is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in field_names(type(value))}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(item) for item in value]
    return value
