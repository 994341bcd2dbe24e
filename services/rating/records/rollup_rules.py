"""Owns roll-up rules: how the orders of a bill-to are gathered on invoices."""

from typing import Annotated, Literal

from shared.values.columns import AS_WORDS, Number, Record
from shared.values.numbers import CompanyNumber

RollupStyle = Literal["single", "rollup"]
Grouping = Literal["none", "matter", "attorney"]
Cycle = Literal["weekly", "monthly"]


class RollupTerms(Record):
    """How the orders of a bill-to are invoiced: one by one (`single`), or gathered by branch and cycle (`rollup`).

    A rollup can also be grouped by matter or attorney. The service date determines the cycle.
    """

    style: Annotated[RollupStyle, AS_WORDS]
    grouping: Annotated[Grouping, AS_WORDS] = "none"
    cycle: Annotated[Cycle | None, AS_WORDS] = None
    """Only for `rollup`. A week is Monday to Sunday."""


class RollupRuleEntry(RollupTerms):
    """The rule of a bill-to as it is entered: one JSON object, or one row of a file."""

    ar_company: CompanyNumber
    bill_to: Number


class RollupRule(RollupRuleEntry):
    """The rule of a bill-to as it is stored. A bill-to without a rule gets an invoice for each order."""

    bill_to_name: str | None
    revision: int
