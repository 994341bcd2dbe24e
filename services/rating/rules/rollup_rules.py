"""Owns roll-up rules: how a bill-to wants its orders gathered."""

from dataclasses import dataclass, field

from services.rating.errors import RuleFaulty
from shared.errors import Fault


@dataclass(frozen=True)
class RollupRule:
    """How the orders of a bill-to come on invoices: `single`, each on its own, or `rollup`, gathered.

    `grouping` is `none`, `matter` or `attorney`; `cycle` is `weekly` or `monthly`, None for `single`.
    """

    ar_company: int
    bill_to: str
    style: str
    grouping: str
    cycle: str | None
    bill_to_name: str | None = field(default=None, compare=False)
    revision: int = field(default=1, compare=False)


def require_whole(rule: RollupRule) -> None:
    """A rollup has a cycle, single invoices have neither cycle nor grouping; raises RuleFaulty that names the field."""
    if rule.style == "rollup" and rule.cycle is None:
        raise RuleFaulty("A rollup needs a cycle.", faults=[Fault("/cycle", "weekly or monthly")])
    if rule.style == "single" and (rule.cycle is not None or rule.grouping != "none"):
        wrong = "/cycle" if rule.cycle is not None else "/grouping"
        raise RuleFaulty("Single invoices gather nothing.", faults=[Fault(wrong, "leave it out for single")])
