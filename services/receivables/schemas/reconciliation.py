"""The body of the reconciliation."""

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.reconciliation import AccountSums, Difference, LedgerTotals, RunBookings


class Reconciliation(BaseModel):
    """The sums of everything that you may see. `differences` lists what does not add up."""

    model_config = ConfigDict(from_attributes=True)

    totals: LedgerTotals
    accounts: list[AccountSums]
    runs: list[RunBookings]
    differences: list[Difference]
