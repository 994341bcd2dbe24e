"""Owns how a line says what it earns its servers."""

from typing import Annotated, Literal

from shared.values.columns import AS_WORDS, RateOrNone, Record

CommissionMethod = Literal["flat", "percent", "server"]


class CommissionTerms(Record):
    """What a line earns its servers, if anything."""

    commission_method: Annotated[CommissionMethod | None, AS_WORDS] = None
    """What the line earns its servers: a `flat` amount, a `percent` of the line, or of each `server` his own percentage.
    Fee advances earn nothing.
    """
    commission_rate: RateOrNone = None
    """The amount or the percentage (`10` is 10 %); not used by `server`."""
