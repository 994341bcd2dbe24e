"""Owns forms as data: for each field its default, whether it is open and why not, and what a clerk's typing makes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """A field of a form: what stands in it until somebody types, and whether typing is allowed.

    `reason` says why it is closed, in a sentence. An open field that is `required` may not stay empty, one that
    is `clearable` may be emptied although it has a default.
    """

    default: Any = None
    open: bool = True
    reason: str | None = None
    required: bool = False
    clearable: bool = False


Rules = Mapping[str, Callable[[F, Values], Field]]


def closed(default: Any, reason: str) -> Field:
    """A field that holds its default, and why nothing else may be typed."""
    return Field(default, open=False, reason=reason)


@dataclass(frozen=True)
class Form:
    """A form filled: the value of each field, the fields themselves, and what of the typing is refused, by field."""

    values: dict[str, Any]
    fields: dict[str, Field]
    faults: tuple[tuple[str, str], ...]


def fill(rules: Rules[F], facts: F, typed: Values, kept: Values | None = None) -> Form:
    """Fills a form in the order of its rules: each sees the fields before it, so that one typed value leads to others.

    `kept` is what stood in open fields before, and stays where nothing is typed.

    The same rules tell a front end what is open and guard what it sends: a closed field takes its default, and typing
    anything else into it is a fault. Example: the due date follows the terms that follow the customer that was typed.
    Source: receivables, section 2.3.
    """
    values: dict[str, Any] = {}
    fields: dict[str, Field] = {}
    faults: list[tuple[str, str]] = []
    for name, rule in rules.items():
        field = rule(facts, values)
        given = typed.get(name)
        if given is not None and not field.open and given != field.default:
            faults.append((name, field.reason or "is closed"))
        value = given if name in typed else (kept or {}).get(name)
        emptied = value is None and field.clearable and (name in typed or name in (kept or {}))
        if not field.open or (value is None and not emptied):
            value = field.default
        if field.required and (value is None or value == ""):
            faults.append((name, "is required"))
        values[name], fields[name] = value, field
    return Form(values, fields, tuple(faults))
