"""Owns the charges that people enter for an order, and the servers who share the commission."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import MaxLen
from pydantic import BeforeValidator, ConfigDict

from services.rating.records.codes import ItemName
from services.rating.records.commission_terms import CommissionTerms
from shared.values.columns import (
    AS_DOCUMENT,
    AS_WORDS,
    CodeOrNone,
    MoneyOrNone,
    Number,
    RateOrNone,
    Record,
    Words,
    WorthOrNone,
)
from shared.values.money import EnteredQuantity
from shared.values.numbers import plain
from shared.values.text import CodeText

ChargeKind = Literal["prebill", "manual", "override"]
_SHARE = re.compile(r"^(?P<server>[^:\s]+)\s*(?::\s*(?P<share>[0-9]+(?:\.[0-9]+)?))?$")
_MOST_SERVERS = 20


@dataclass(frozen=True)
class ServerShare:
    """A server with their share of a commission. Shares are weights, so 1 and 1 mean the same as 50 and 50."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    server: CodeText
    share: EnteredQuantity = Decimal(1)

    def __str__(self) -> str:
        return f"{self.server}: {plain(self.share)}"


def _read_servers(value: Any) -> Any:
    """Reads `S1` or `S1: 60; S2: 40` as a list of shares."""
    if not isinstance(value, str):
        return value
    servers = []
    for part in filter(None, map(str.strip, value.split(";"))):
        found = _SHARE.match(part)
        if found is None:
            raise ValueError(f"{part} is not a server; write S1, or S1: 60; S2: 40")
        servers.append({name: text for name, text in found.groupdict().items() if text is not None})
    return servers


Servers = Annotated[tuple[ServerShare, ...], BeforeValidator(_read_servers), MaxLen(_MOST_SERVERS), AS_DOCUMENT]


class ChargePrice(Record):
    """What is charged, at which price, and which servers did it."""

    billing_item: ItemName
    quantity: WorthOrNone = None
    """If left out, the quantity in the proof of delivery, or 1."""
    rate: RateOrNone = None
    """The price of this charge; its amount is rate × quantity. If left out, the rate table decides."""
    comment: Words = ""
    servers: Servers = ()


class Charge(CommissionTerms, ChargePrice):
    """A charge for one order. Without a rate it is priced from the order's rate table, including its optional lines."""


class Prebill(Charge):
    """A prebill in a file, with the number of its order. Several servers share one cell: `S1: 60; S2: 40`."""

    work_order: Number


class ChargeEntry(Charge):
    """A charge as it is stored.

    A `prebill` or `manual` charge without a `rate` is priced from the rate table (standard); with a rate it is
    rate × quantity (custom). The same goes for its commission. An `override` gives the profile line with this billing
    item and bill type a new quantity or amount; `comment` is the reason.
    """

    kind: Annotated[ChargeKind, AS_WORDS]
    bill_type: CodeOrNone = None
    amount: MoneyOrNone = None
