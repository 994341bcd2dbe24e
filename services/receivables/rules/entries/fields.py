"""Forms as data: the default of each field, whether it is open, why not, and its value after a clerk's input."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.values.fields import light

F = TypeVar("F")
Values = Mapping[str, Any]


@light
@dataclass(frozen=True)
class Field:
    """A field of a form: its default, and whether it is open for input.

    `reason` says why it is closed. An open field that is `required` must not be empty. One that is `clearable` can be
    emptied although it has a default.
    """

    default: Any = None
    open: bool = True
    reason: str | None = None
    required: bool = False
    clearable: bool = False


Rules = Mapping[str, Callable[[F, Values], Field]]


def closed(default: Any, reason: str) -> Field:
    """A field that always has its default, and the reason why it accepts no other value."""
    return Field(default, open=False, reason=reason)


@dataclass(frozen=True)
class Form:
    """A form with input: the value of each field, the fields themselves, and the faults by field."""

    values: dict[str, Any]
    fields: dict[str, Field]
    faults: tuple[tuple[str, str], ...]


def fill(rules: Rules[F], facts: F, typed: Values, kept: Values | None = None) -> Form:
    """Fills a form in the order of its rules. Each rule sees the fields before it, so one value can decide later ones.

    `typed` is the input. `kept` are earlier values of open fields, which stay if there is no input for them. A closed
    field has its default, and input of anything else is a fault. The same rules therefore show a front end which fields
    are open, and check what it sends.
    Example: the due date depends on the terms, and the terms depend on the customer. Source: receivables, section 2.3.
    """
    entered = {**kept, **typed} if kept else typed
    values: dict[str, Any] = {}
    fields: dict[str, Field] = {}
    faults: list[tuple[str, str]] = []
    for name, rule in rules.items():
        field = fields[name] = rule(facts, values)
        value = field.default
        if name in entered:
            given = entered[name]
            if field.open:
                # An explicit null empties a clearable field; any other field that is empty gets its default.
                value = given if given is not None or field.clearable else value
            elif given is not None and given != value and name in typed:
                faults.append((name, field.reason or "is closed"))
        if field.required and (value is None or value == ""):
            faults.append((name, "is required"))
        values[name] = value
    return Form(values, fields, tuple(faults))
