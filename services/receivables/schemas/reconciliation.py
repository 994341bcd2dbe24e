"""Reconciliation on the wire."""

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.reconciliation import AccountSums, Difference, LedgerTotals, RunBookings


class Reconciliation(BaseModel):
    """Everything within what you may see; `differences` names whatever does not add up."""

    model_config = ConfigDict(from_attributes=True)

    totals: LedgerTotals
    accounts: list[AccountSums]
    runs: list[RunBookings]
    differences: list[Difference]
