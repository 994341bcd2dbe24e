"""Owns the quantities that a company defines itself, and how some are derived from others."""

from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import MaxLen

from services.rating.records.codes import Code
from services.rating.records.work_orders import EnteredSource
from shared.values.columns import AS_CODES, AS_WORDS
from shared.values.text import SPLIT, Line

EntryFeature = Literal["order", "proof"]
Derivation = Literal["difference", "product", "days", "services", "stops"]


class Quantity(Code):
    """A quantity that the company defines itself: reported for each order, or derived from others.

    Codes are no names of built-in quantities, such as `MILES`.
    """

    unit: Annotated[Line, MaxLen(30), AS_WORDS] = ""
    """How invoices write the unit, such as `copies`."""
    entered_with: Annotated[EntryFeature, AS_WORDS] = "proof"
    """Where it is entered: only with the `order`, or with the `proof` of delivery, too. Derived ones are not entered."""
    derived: Annotated[Derivation | None, AS_WORDS] = None
    """How it is derived; if left out, it is reported.

    `difference` and `product` are of two quantities, a difference below zero is 0. `days` are those from one day to
    another. `services` are those of the order that are not cancelled, `stops` their different addresses.
    """
    derived_from: Annotated[Sequence[EnteredSource], SPLIT, MaxLen(2), AS_CODES] = ()
    """For `difference` and `product` two quantities, for `days` two of `ordered_on`, `due_on`, `service_on` and
    `completed_on`. In a file they are separated by a semicolon: `persons; STOPS`."""
