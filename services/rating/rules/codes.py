"""Owns what codes may be, and which of them an order may name."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from services.rating.records.codes import BillingItem, BillType, Code, Zone
from services.rating.records.work_orders import OrderEntry
from services.rating.rules.charges import faults_in_servers
from services.rating.rules.rate_tables import ANY
from services.rating.rules.work_orders import OUTCOMES


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
    wrong += faults_in_servers(entry.servers, known)
    for one in entry.triggers:
        if one.lower() in OUTCOMES:
            wrong.append(("triggers", f"{one} is an outcome: the field status says it"))
        elif one not in known["bill_type"]:
            wrong.append(("triggers", f"there is no bill type {one}"))
    return wrong


def faults_in_codes(rows: Sequence[Code | BillingItem]) -> Iterator[tuple[int, str, str]]:
    """Codes that cannot be given, as index, field and words: rate tables mean something else by `ANY`, and an outcome that
    no field status has would never fire.
    """
    for index, row in enumerate(rows):
        if isinstance(row, Code) and row.code == ANY:
            yield index, "code", f"{row.code} means every code in a rate table; choose another"
        if isinstance(row, BillType) and row.kind == "outcome" and row.code.lower() not in OUTCOMES:
            yield index, "code", f"an outcome is one of {', '.join(OUTCOMES).upper()}"


def taken_zips(rows: Sequence[Zone], zone_of_zip: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """The ZIPs of zones that lie in another one, there already or before them in the file: a ZIP lies in one zone only."""
    zones = dict(zone_of_zip)
    for index, row in enumerate(rows):
        for zip_code in row.zips:
            zone = zones.setdefault(zip_code, row.code)
            if zone != row.code:
                yield index, "zips", f"{zip_code} lies in zone {zone} already"
