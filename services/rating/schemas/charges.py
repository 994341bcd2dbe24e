"""Prebills, lines by hand and overrides on the wire and in files."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.rating.rules.charges import ChargeEntry, OrderCharge, ServerShare
from services.rating.schemas.codes import COMMISSION_METHOD, COMMISSION_RATE, CommissionMethod, ItemName
from shared.values.money import Money, Quantity, Rate
from shared.values.numbers import plain
from shared.values.text import CodeText, FilledLine, Line, NumberText

_SHARE = re.compile(r"^(?P<server>[^:\s]+)\s*(?::\s*(?P<share>[0-9]+(?:\.[0-9]+)?))?$")
_MOST_SERVERS = 20


class ServerShareBody(BaseModel):
    """A server and his share; shares are weights, so 1 and 1 mean the same as 50 and 50."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    server: CodeText
    share: Quantity = Decimal(1)

    def __str__(self) -> str:
        return f"{self.server}: {plain(self.share)}"


def _read_servers(value: Any) -> Any:
    """`S1` or `S1: 60; S2: 40`, as a list of shares."""
    if not isinstance(value, str):
        return value
    servers = []
    for part in (one.strip() for one in value.split(";") if one.strip()):
        found = _SHARE.match(part)
        if found is None:
            raise ValueError(f"{part} is no server; write S1, or S1: 60; S2: 40")
        servers.append({name: text for name, text in found.groupdict().items() if text is not None})
    return servers


Servers = Annotated[tuple[ServerShareBody, ...], BeforeValidator(_read_servers), Field(max_length=_MOST_SERVERS)]


def kept_shares(servers: Iterable[ServerShareBody]) -> list[dict[str, str]]:
    """Shares as an order keeps them."""
    return [{"server": one.server, "share": str(one.share)} for one in servers]


class ChargeBody(BaseModel):
    """A charge for one order. Without a rate it is priced from the order's rate table, optional lines included."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    billing_item: ItemName
    quantity: Quantity | None = Field(
        default=None, description="If left out, what the proof of delivery reports, or 1."
    )
    rate: Rate | None = Field(default=None, description="A price of its own: the amount is rate × quantity.")
    comment: Line = ""
    servers: Servers = ()
    commission_method: CommissionMethod | None = COMMISSION_METHOD
    commission_rate: Rate | None = COMMISSION_RATE

    def to_entry(self, kind: Literal["prebill", "manual"]) -> ChargeEntry:
        return ChargeEntry(
            kind,
            self.billing_item,
            None,
            self.quantity,
            self.rate,
            comment=self.comment,
            servers=tuple(ServerShare(one.server, one.share) for one in self.servers),
            commission_method=self.commission_method,
            commission_rate=self.commission_rate,
        )


class PrebillRow(ChargeBody):
    """A prebill in a table, with the number of its order; several servers stand in one cell: `S1: 60; S2: 40`."""

    work_order: NumberText


class OverrideBody(BaseModel):
    """Another quantity or another amount for the line of the rate table with this billing item, and why."""

    model_config = ConfigDict(extra="forbid")

    billing_item: ItemName
    bill_type: CodeText | None = Field(default=None, description="That of the line, if it is a triggered one.")
    quantity: Quantity | None = None
    amount: Money | None = None
    reason: FilledLine

    def to_entry(self) -> ChargeEntry:
        return ChargeEntry(
            "override", self.billing_item, self.bill_type, self.quantity, amount=self.amount, comment=self.reason
        )


class ChargeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Literal["prebill", "manual", "override"]
    standard: bool = Field(description="Whether the price comes from the rate table.")
    billing_item: str
    bill_type: str | None
    quantity: Quantity | None
    rate: Rate | None
    amount: Money | None
    comment: str
    entered_by: str
    servers: list[ServerShareBody]
    commission_method: CommissionMethod | None
    commission_rate: Rate | None

    @classmethod
    def of(cls, charge: OrderCharge) -> "ChargeRead":
        return cls.model_validate(charge)
