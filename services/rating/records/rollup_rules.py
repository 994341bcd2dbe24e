"""Owns roll-up rules: how a bill-to wants its orders gathered."""

from typing import Annotated, Literal

from shared.values.columns import AS_WORDS, Number, Record
from shared.values.numbers import CompanyNumber

RollupStyle = Literal["single", "rollup"]
Grouping = Literal["none", "matter", "attorney"]
Cycle = Literal["weekly", "monthly"]


class RollupTerms(Record):
    """How the orders of a bill-to come on invoices: each on its own, or gathered by branch and cycle, and no further or
    by matter or attorney. The cycle is that of the service date.
    """

    style: Annotated[RollupStyle, AS_WORDS]
    grouping: Annotated[Grouping, AS_WORDS] = "none"
    cycle: Annotated[Cycle | None, AS_WORDS] = None
    """For `rollup`: weekly is Monday to Sunday."""


class RollupRuleEntry(RollupTerms):
    """The rule of a bill-to as it is entered: one JSON object, or one row of a file with these columns."""

    ar_company: CompanyNumber
    bill_to: Number


class RollupRule(RollupRuleEntry):
    """The rule of a bill-to as it is kept; one without a rule gets an invoice for each order."""

    bill_to_name: str | None
    revision: int
