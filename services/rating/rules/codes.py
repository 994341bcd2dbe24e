"""Owns the codes that keys and charges are made of."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from services.rating.rules.charges import faults_in_servers, share_of
from services.rating.rules.rate_tables import ANY
from services.rating.rules.work_orders import OUTCOMES, OrderEntry


@dataclass(frozen=True)
class Code:
    code: str
    name: str
    retired_on: date | None
    revision: int = field(default=1, kw_only=True)


@dataclass(frozen=True)
class Branch(Code):
    ar_company: int


@dataclass(frozen=True)
class BillType(Code):
    """`kind` is `flag`, carried by the order, or `outcome`, what happened in the field."""

    kind: str


@dataclass(frozen=True)
class RegionRow(Code):
    zips: Sequence[str]


@dataclass(frozen=True)
class BillingItem:
    """The name of a charge as invoices print it, its revenue account, and how it is treated."""

    name: str
    income_account: str
    taxable: bool
    fee_advance: bool
    retired_on: date | None
    revision: int = field(default=1, kw_only=True)


@dataclass(frozen=True)
class ZoneRow(Code):
    """A zone of ZIP codes, each five digits or the first three or four of them."""

    zips: Sequence[str]


@dataclass(frozen=True)
class Server(Code):
    """A field agent, by his number."""

    receives_commission: bool


def unknown_in_order(entry: OrderEntry, known: Mapping[str, AbstractSet[str]]) -> list[tuple[str, str]]:
    """The fields of an order that name something unknown or retired, each with what is wrong."""
    named = {
        "branch": entry.branch,
        "priority": entry.priority,
        "job_type": entry.job_type,
        "region": entry.region,
    }
    wrong = [
        (name, f"there is no {name.replace('_', ' ')} {value}")
        for name, value in named.items()
        if value is not None and value not in known[name]
    ]
    wrong += faults_in_servers([share_of(one) for one in entry.servers], known)
    for one in entry.triggers:
        if one.lower() in OUTCOMES:
            wrong.append(("triggers", f"{one} is an outcome: the field status says it"))
        elif one not in known["bill_type"]:
            wrong.append(("triggers", f"there is no bill type {one}"))
    return wrong


def reserved(code: str) -> bool:
    """Whether a code may not be given, because rate tables mean something else by it."""
    return code == ANY
