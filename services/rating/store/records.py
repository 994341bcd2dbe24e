"""Declares the tables of the records. `shared.records.table` builds their statements."""

from typing import Any

from services.rating.models import metadata
from services.rating.records.codes import (
    BillingItem,
    BillType,
    Branch,
    CustomerType,
    JobType,
    Priority,
    Region,
    Server,
    Zone,
)
from services.rating.records.commission_rates import CommissionRate, CommissionRateEntry
from services.rating.records.quantities import Quantity
from services.rating.records.rollup_rules import RollupRule, RollupRuleEntry
from shared.records.table import RecordTable

_TABLES = metadata.tables
_CODE = ("code", "name")


def _zips(table: str) -> str:
    return f"ARRAY(SELECT z.zip FROM {table}_zip z WHERE z.{table} = t.code ORDER BY z.zip)"


BRANCHES = RecordTable(_TABLES["branch"], Branch, _CODE, ar_company=None)
CUSTOMER_TYPES = RecordTable(_TABLES["customer_type"], CustomerType, _CODE, ar_company=None)
PRIORITIES = RecordTable(_TABLES["priority"], Priority, _CODE, ar_company=None)
JOB_TYPES = RecordTable(_TABLES["job_type"], JobType, _CODE, ar_company=None)
REGIONS = RecordTable(_TABLES["region"], Region, (*_CODE, "zips"), ar_company=None, shown={"zips": _zips("region")})
ZONES = RecordTable(_TABLES["zone"], Zone, (*_CODE, "zips"), ar_company=None, shown={"zips": _zips("zone")})
BILL_TYPES = RecordTable(_TABLES["bill_type"], BillType, _CODE, ar_company=None)
BILLING_ITEMS = RecordTable(_TABLES["billing_item"], BillingItem, ("name",), ar_company=None, folded="name")
SERVERS = RecordTable(_TABLES["server"], Server, _CODE, ar_company=None)
QUANTITIES = RecordTable(_TABLES["quantity"], Quantity, (*_CODE, "unit"), ar_company=None)

COMMISSION_RATES = RecordTable[CommissionRateEntry](
    _TABLES["commission_rate"],
    CommissionRate,
    ar_company=None,
    kept=frozenset({"server"}),
    entry=CommissionRateEntry,
    order=("server", "effective_from"),
)
ROLLUP_RULES = RecordTable[RollupRuleEntry](
    _TABLES["rollup_rule"],
    RollupRule,
    ("bill_to", "bill_to_name"),
    customer="t.bill_to",
    shown={
        "bill_to_name": "(SELECT c.name FROM customer c WHERE c.ar_company = t.ar_company AND c.number = t.bill_to)",
        "revision": "t.revision",
    },
    entry=RollupRuleEntry,
    key=("ar_company", "bill_to"),
    named={"bill_to": "lower(t.bill_to) = lower(:bill_to)"},
    order=("bill_to", "ar_company"),
)

CODES: dict[str, RecordTable[Any]] = {
    table.name: table
    for table in (
        *(BRANCHES, CUSTOMER_TYPES, PRIORITIES, JOB_TYPES, REGIONS, ZONES),
        *(BILL_TYPES, BILLING_ITEMS, SERVERS, QUANTITIES),
    )
}
"""The tables of codes, by name."""
