"""The bodies of the reconciliation and of its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.receivables.actions.reconciliation import RunWhole
from services.receivables.rules.reconciliation import (
    AccountSums,
    CheckedMonth,
    Difference,
    LedgerTotals,
    ReconciliationRun,
    RunBookings,
)


class ClosedMonthRead(BaseModel):
    """A month that is closed in all companies.

    It is `proved` if the last run found no difference in it, and nothing was posted in it since.
    """

    model_config = ConfigDict(from_attributes=True)

    month: str
    transactions: int
    checked_at: datetime | None
    differences: int | None
    proved: bool


class Reconciliation(BaseModel):
    """The sums of what was posted from `from_month` on and you may see. `differences` lists what does not add up.

    Earlier months are in `closed_months`, if you may see everything: a run checks them.
    """

    model_config = ConfigDict(from_attributes=True)

    from_month: str
    totals: LedgerTotals
    accounts: list[AccountSums]
    runs: list[RunBookings]
    differences: list[Difference]
    closed_months: list[ClosedMonthRead]


@dataclass(frozen=True)
class RunRead(ReconciliationRun):
    """A run with its months, and the sums of those that it has checked."""

    months_checked: Sequence[CheckedMonth]
    totals: LedgerTotals
    accounts: Sequence[AccountSums]
    runs: Sequence[RunBookings]

    @classmethod
    def of(cls, run: RunWhole) -> "RunRead":
        return cls(
            **vars(run.head),
            months_checked=run.months,
            totals=run.figures.totals,
            accounts=run.figures.accounts,
            runs=run.figures.runs,
        )
