"""Records over HTTP: codes, commission rates and roll-up rules."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path

from services.rating.actions import records
from services.rating.records.rollup_rules import RollupTerms
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import Router
from shared.records.keeping import Records
from shared.records.router import Edge, record_router
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import CodeText

VIEW = declared.feature("rating.rate_tables", Level.VIEW)
EDIT = declared.feature("rating.rate_tables", Level.EDIT)
CODE_IN_PATH = {"code": Annotated[CodeText, Path()]}
NAME_IN_PATH = {"code": Annotated[str, Path(max_length=30)]}


def _codes(noun: str, one: str, several: str, codes: Records[Any], in_path: Mapping[str, Any] = CODE_IN_PATH) -> Router:
    return record_router(Edge(noun, one, several, VIEW, EDIT, in_path=in_path), codes)


routers = (
    _codes("branches", "branch", "branches", records.BRANCHES),
    _codes("customer-types", "customer type", "customer types", records.CUSTOMER_TYPES),
    _codes("priorities", "priority", "priorities", records.PRIORITIES),
    _codes("job-types", "job type", "job types", records.JOB_TYPES),
    _codes("regions", "region", "regions", records.REGIONS),
    _codes("zones", "zone", "zones", records.ZONES),
    _codes("bill-types", "bill type", "bill types", records.BILL_TYPES),
    _codes("billing-items", "billing item", "billing items", records.BILLING_ITEMS, NAME_IN_PATH),
    _codes("servers", "server", "servers", records.SERVERS),
    _codes("quantities", "quantity", "quantities", records.QUANTITIES),
    record_router(
        Edge(
            *("commission-rates", "commission rate", "commission rates"),
            view=declared.feature("rating.commissions", Level.VIEW),
            edit=declared.feature("rating.commissions", Level.EDIT),
            filters=("server",),
            in_path={"rate_id": Id},
        ),
        records.COMMISSION_RATES,
    ),
    record_router(
        Edge(
            *("rollup-rules", "rollup rule", "rollup rules"),
            view=declared.feature("rating.rollup", Level.VIEW),
            edit=declared.feature("rating.rollup", Level.EDIT),
            in_path={"ar_company": CompanyNumber, "bill_to": Annotated[str, Path(max_length=40)]},
            changed=RollupTerms,
        ),
        records.ROLLUP_RULES,
    ),
)
