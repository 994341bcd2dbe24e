"""Owns the charges that people enter for one order, and the servers who share what they earn."""

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
    QuantityOrNone,
    RateOrNone,
    Record,
    Words,
)
from shared.values.money import Quantity
from shared.values.numbers import plain
from shared.values.text import CodeText

ChargeKind = Literal["prebill", "manual", "override"]
_SHARE = re.compile(r"^(?P<server>[^:\s]+)\s*(?::\s*(?P<share>[0-9]+(?:\.[0-9]+)?))?$")
_MOST_SERVERS = 20


@dataclass(frozen=True)
class ServerShare:
    """A server and his share; shares are weights, so 1 and 1 mean the same as 50 and 50."""

    __pydantic_config__ = ConfigDict(extra="forbid")

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


Servers = Annotated[tuple[ServerShare, ...], BeforeValidator(_read_servers), MaxLen(_MOST_SERVERS), AS_DOCUMENT]


class ChargePrice(Record):
    """What is charged, at which price, and who did it."""

    billing_item: ItemName
    quantity: QuantityOrNone = None
    """If left out, what the proof of delivery reports, or 1."""
    rate: RateOrNone = None
    """A price of its own: the amount is rate × quantity."""
    comment: Words = ""
    servers: Servers = ()


class Charge(CommissionTerms, ChargePrice):
    """A charge for one order. Without a rate it is priced from the order's rate table, optional lines included."""


class Prebill(Charge):
    """A prebill in a table, with the number of its order; several servers stand in one cell: `S1: 60; S2: 40`."""

    work_order: Number


class ChargeEntry(Charge):
    """A charge as it is kept.

    `kind` `prebill` or `manual`: a charge; without a `rate` it is priced from the rate table (a standard prebill), with
    one it is rate × quantity (a custom prebill); likewise its commission. `kind` `override`: the line of the profile with
    this billing item and bill type gets this quantity or this amount, because of `comment`.
    """

    kind: Annotated[ChargeKind, AS_WORDS]
    bill_type: CodeOrNone = None
    amount: MoneyOrNone = None
