"""Reconciliation on the wire."""

from pydantic import BaseModel, ConfigDict

from shared.values.money import Money


class DifferenceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: str
    document: str
    detail: str
    amount: Money


class RunSumsRead(BaseModel):
    """One run: requested = exported + refused + in flight."""

    model_config = ConfigDict(from_attributes=True)

    run_id: int
    invoices: int
    total: Money
    exported: int
    exported_total: Money
    refused: int
    refused_total: Money
    in_flight: int
    in_flight_total: Money


class CurrentTotalsRead(BaseModel):
    """All current ratings: rated = invoiced + in flight + waiting; credits are a column of their own."""

    model_config = ConfigDict(from_attributes=True)

    orders: int
    rated: Money
    invoiced: Money
    in_flight: Money
    waiting: Money
    credited: Money


class Reconciliation(BaseModel):
    runs: list[RunSumsRead]
    current: CurrentTotalsRead
    differences: list[DifferenceRead]
