"""Reconciliation on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.money import Money


class DifferenceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: str
    document: str
    detail: str
    amount: Money


class LedgerTotalsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    invoices: int
    invoiced: Money
    adjusted: Money
    credited: Money
    written_off: Money
    open: Money
    exported: Money
    debit: Money
    credit: Money
    unbilled: Money


class AccountSumsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    gl_company: int
    account: str
    sub_ledger: Money
    general_ledger: Money


class RunBookingsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    run_id: int
    booked: int
    booked_net: Money
    refused: int


class Reconciliation(BaseModel):
    """Everything within what you may see; `differences` names whatever does not add up."""

    model_config = ConfigDict(from_attributes=True)

    totals: LedgerTotalsRead
    accounts: list[AccountSumsRead]
    runs: list[RunBookingsRead]
    differences: list[DifferenceRead]
