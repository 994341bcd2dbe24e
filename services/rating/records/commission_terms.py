"""Owns the commission terms of a line."""

from typing import Annotated, Literal

from shared.values.columns import AS_WORDS, RateOrNone, Record

CommissionMethod = Literal["flat", "percent", "server"]


class CommissionTerms(Record):
    """What servers earn from a line, if anything."""

    commission_method: Annotated[CommissionMethod | None, AS_WORDS] = None
    """What the servers earn: a `flat` amount, a `percent` of the line, or the own percentage of each `server`.

    Fee advances earn nothing.
    """
    commission_rate: RateOrNone = None
    """The amount or the percentage (`10` is 10 %). `server` does not use it."""
