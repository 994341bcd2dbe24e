"""Owns which codes are allowed, and which of them an order can use."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from services.rating.records.codes import BillingItem, BillType, Code, Zone
from services.rating.records.work_orders import OrderEntry
from services.rating.rules.charges import find_faults_in_servers
from services.rating.rules.rate_tables import ANY
from services.rating.rules.work_orders import OUTCOMES
from shared.values.text import in_words


@dataclass(frozen=True)
class CodeName:
    """A code and its name."""

    code: str
    name: str
    retired: Annotated[bool, Field(description="Whether it only stays for history, and cannot be used any more.")]


@dataclass(frozen=True)
class RatingCodes:
    """The codes of each kind with their names, sorted by code."""

    branches: Annotated[Sequence[CodeName], Field(description="The branches within your limits.")]
    customer_types: Annotated[Sequence[CodeName], Field(description="The pricing classes of customers.")]
    priorities: Annotated[Sequence[CodeName], Field(description="How urgent orders can be.")]
    job_types: Annotated[Sequence[CodeName], Field(description="The kinds of work.")]
    regions: Annotated[Sequence[CodeName], Field(description="The billing regions.")]
    zones: Annotated[Sequence[CodeName], Field(description="The zones of ZIP codes.")]
    quantities: Annotated[Sequence[CodeName], Field(description="The quantities that the company defines itself.")]
    bill_types: Annotated[Sequence[CodeName], Field(description="What triggers a line of a rate table.")]
    billing_items: Annotated[Sequence[CodeName], Field(description="What invoices charge for; the code is the name.")]
    servers: Annotated[Sequence[CodeName], Field(description="The field agents.")]


def gather(names: Mapping[str, Sequence[CodeName]]) -> RatingCodes:
    """The codes by the table that each is in."""
    return RatingCodes(
        branches=names["branch"],
        customer_types=names["customer_type"],
        priorities=names["priority"],
        job_types=names["job_type"],
        regions=names["region"],
        zones=names["zone"],
        quantities=names["quantity"],
        bill_types=names["bill_type"],
        billing_items=names["billing_item"],
        servers=names["server"],
    )


def find_unknown_in_order(entry: OrderEntry, known: Mapping[str, AbstractSet[str]]) -> list[tuple[str, str]]:
    """The fields of an order that name something unknown or retired, each with a message."""
    named = {
        "branch": entry.branch,
        "priority": entry.priority,
        "job_type": entry.job_type,
        "region": entry.region,
    }
    wrong = [
        (name, f"there is no {in_words(name)} {value}")
        for name, value in named.items()
        if value is not None and value not in known[name]
    ]
    wrong += find_faults_in_servers(entry.servers, known)
    for trigger in entry.triggers:
        if trigger.lower() in OUTCOMES:
            wrong.append(("triggers", f"{trigger} is an outcome; set field_status instead"))
        elif trigger not in known["bill_type"]:
            wrong.append(("triggers", f"there is no bill type {trigger}"))
    return wrong


def find_faults_in_codes(rows: Sequence[Code | BillingItem]) -> Iterator[tuple[int, str, str]]:
    """Codes that cannot be used, as index of the row, field and message.

    `ANY` means every code in a rate table. An outcome must be one of the field statuses, or it would never trigger.
    """
    for index, row in enumerate(rows):
        if isinstance(row, Code) and row.code == ANY:
            yield index, "code", f"{row.code} means every code in a rate table; choose another code"
        if isinstance(row, BillType) and row.kind == "outcome" and row.code.lower() not in OUTCOMES:
            yield index, "code", f"must be one of {', '.join(OUTCOMES).upper()} for an outcome"


def find_taken_zips(rows: Sequence[Zone], zone_of_zip: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """The ZIP codes that are already in another zone, as index of the row, field and message.

    A ZIP code can be in only one zone. `zone_of_zip` are the saved ones; earlier rows count as well.
    """
    zones = dict(zone_of_zip)
    for index, row in enumerate(rows):
        for zip_code in row.zips:
            zone = zones.setdefault(zip_code, row.code)
            if zone != row.code:
                yield index, "zips", f"{zip_code} is already in zone {zone}"
