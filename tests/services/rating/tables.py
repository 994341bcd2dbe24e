"""The rate tables of the sample company as rules see them, and orders made for a test."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from services.rating.rules.amounts import price_line
from services.rating.rules.orders import WorkOrder
from services.rating.rules.rate_tables import BillingProfile, ProfileLine, RateTable, index_rate_table
from services.rating.schemas.codes import BillingItemRow, BillTypeRow, RegionEntry
from services.rating.schemas.rate_tables import ProfileRow
from shared.tables import read_csv

SAMPLE = Path(__file__).parents[3] / "deploy" / "sample"


def _rows(name: str, kind: type, key: Any) -> list[Any]:
    return [one.row for one in read_csv((SAMPLE / name).read_bytes(), kind, key=key)]


def _entered(row: ProfileRow) -> dict[str, Any]:
    return dict(vars(row.to_line()))


@lru_cache
def sample_rate_table() -> RateTable:
    """The published rate cards, exactly as `deploy/sample` ships them."""
    items = {row.name: row for row in _rows("billing-items.csv", BillingItemRow, lambda row: row.name)}
    kinds = {row.code: row.kind for row in _rows("bill-types.csv", BillTypeRow, lambda row: row.code)}
    rows = _rows("billing-profiles.csv", ProfileRow, lambda row: (row.profile, row.billing_item, row.bill_type))
    profiles = []
    for number, (head, lines) in enumerate(groupby(rows, key=lambda row: row.profile), start=1):
        made = tuple(
            ProfileLine(
                position=position,
                income_account=items[row.billing_item].income_account,
                taxable=items[row.billing_item].taxable,
                fee_advance=items[row.billing_item].fee_advance,
                bill_kind=kinds.get(row.bill_type),
                **{**_entered(row), "rate": row.rate or Decimal(0)},
            )
            for position, row in enumerate(lines, start=1)
        )
        key, effective_from, effective_to, source = head
        profiles.append(BillingProfile(number, key, effective_from, effective_to, source, made))
    regions = _rows("regions.csv", RegionEntry, lambda row: row.code)
    return index_rate_table(profiles, [(row.code, one) for row in regions for one in row.zips])


def order(**facts: Any) -> WorkOrder:
    """A served citation in San Antonio, with what `facts` changes; quantities may be given as text."""
    quantities = dict.fromkeys(
        (
            *("miles", "waiting_minutes", "weight", "pieces", "attempts"),
            *("pages", "servees", "parcels", "hours", "persons", "value", "fee_advances"),
        )
    )
    given = {
        "id": 1,
        "number": "W1",
        "style": "process",
        "branch": "SAT",
        "ar_company": 1,
        "customer": "S1001",
        "customer_type": "LAW",
        "bill_to": "S1001",
        "priority": "STANDARD",
        "job_type": "CITATION",
        "region": None,
        "served_zip": "78205",
        "from_zip": None,
        "service_on": date(2026, 11, 2),
        "field_status": "served",
        "pod_received": True,
        "triggers": (),
        "reference": "",
        "matter": "",
        "attorney": "",
        "status": "open",
        "revision": 1,
        "rating_version": 1,
        "invoice_id": None,
        "changed_at": datetime(2026, 11, 3, tzinfo=UTC),
        **quantities,
        **facts,
    }
    for name in quantities:
        if isinstance(given[name], str):
            given[name] = Decimal(given[name])
    return WorkOrder(**given)


def amount_of(line: ProfileLine, quantity: Decimal) -> Decimal:
    """The amount of a line that depends on nothing but its quantity."""
    return price_line(line, quantity).amount
