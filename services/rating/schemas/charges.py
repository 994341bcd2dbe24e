"""Charges and overrides in bodies."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.records.charges import Charge, ChargeEntry
from services.rating.records.codes import ItemName
from services.rating.rules.charges import OrderCharge
from shared.values.fields import parts_of
from shared.values.money import EnteredMoney, EnteredWorth
from shared.values.text import CodeText, FilledLine


def entry_of(charge: Charge, kind: Literal["prebill", "manual"]) -> ChargeEntry:
    """The charge as it is stored."""
    return ChargeEntry.model_construct(**parts_of(charge, Charge), kind=kind)


class Override(BaseModel):
    """A new quantity or amount for the rate table line with this billing item, and the reason."""

    model_config = ConfigDict(extra="forbid")

    billing_item: ItemName
    bill_type: CodeText | None = Field(default=None, description="The bill type of the line, if the line is triggered.")
    quantity: EnteredWorth | None = None
    amount: EnteredMoney | None = None
    reason: FilledLine

    def to_entry(self) -> ChargeEntry:
        given = self.model_dump(exclude={"reason"})
        return ChargeEntry.model_construct(**given, kind="override", comment=self.reason)


class ShownCharge(ChargeEntry):
    """A charge of an order."""

    id: int
    standard: bool
    """Whether the price comes from the rate table."""
    entered_by: str

    @classmethod
    def of(cls, charge: OrderCharge) -> "ShownCharge":
        return cls.model_construct(**parts_of(charge, cls))
