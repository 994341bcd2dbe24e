"""Owns the codes that keys and charges are made of, and the entry of a rate table."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.rating.rules.orders import ONE, QUANTITY_SOURCES, OrderEntry
from services.rating.rules.rate_tables import Key, RateTable


@dataclass(frozen=True)
class Code:
    code: str
    name: str
    retired_on: date | None


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


@dataclass(frozen=True)
class LineEntry:
    billing_item: str
    mode: str
    bill_type: str | None
    method: str
    rate: Decimal
    included_units: Decimal
    quantity_source: str


@dataclass(frozen=True)
class ProfileEntry:
    """A rate table to add; `source` says where its figures come from."""

    key: Key
    effective_from: date
    effective_to: date | None
    source: str
    lines: tuple[LineEntry, ...]


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
    wrong += [("triggers", f"there is no bill type {one}") for one in entry.triggers if one not in known["bill_type"]]
    return wrong


def faults_in_line(line: LineEntry, known: Mapping[str, AbstractSet[str]]) -> list[tuple[str, str]]:
    """What is wrong with one line of a profile, by field."""
    wrong = []
    if line.billing_item not in known["billing_item"]:
        wrong.append(("billing_item", f"there is no billing item {line.billing_item}"))
    if (line.bill_type is not None) != (line.mode == "triggered"):
        wrong.append(("bill_type", "belongs to a triggered line, and to no other"))
    elif line.bill_type is not None and line.bill_type not in known["bill_type"]:
        wrong.append(("bill_type", f"there is no bill type {line.bill_type}"))
    if line.rate < 0:
        wrong.append(("rate", "must not be negative"))
    if line.included_units < 0:
        wrong.append(("included_units", "must not be negative"))
    if line.method == "flat" and (line.quantity_source != ONE or line.included_units):
        wrong.append(("method", "a flat line has no quantity and no included units"))
    if line.method == "per_unit" and line.quantity_source not in QUANTITY_SOURCES:
        wrong.append(("quantity_source", f"must be one of {', '.join(QUANTITY_SOURCES)}"))
    return wrong


def unknown_in_key(key: Key, known: Mapping[str, AbstractSet[str]]) -> list[tuple[str, str]]:
    """The values of a profile's key that do not exist, by field."""
    return [
        (name, f"there is no {name.replace('_', ' ')} {value}")
        for name, value in key._asdict().items()
        if value not in known[name]
    ]


def overlapping(entries: Sequence[ProfileEntry], table: RateTable) -> list[tuple[int, str]]:
    """The entries (by index) that would be in force at the same time as another profile of the same key.

    Two profiles of one key may follow one another, never overlap (rating, section 3.2).
    """
    wrong = []
    taken = {
        key: [(one.effective_from, one.effective_to) for one in several] for key, several in table.profiles.items()
    }
    for index, entry in enumerate(entries):
        last = entry.effective_to or date.max
        if last < entry.effective_from:
            wrong.append((index, "effective_to lies before effective_from"))
            continue
        periods = taken.setdefault(entry.key, [])
        for begin, end in periods:
            if begin <= last and entry.effective_from <= (end or date.max):
                wrong.append(
                    (index, f"overlaps the profile of the same key in force {begin} to {end or 'further notice'}")
                )
                break
        periods.append((entry.effective_from, entry.effective_to))
    return wrong
