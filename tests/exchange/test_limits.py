"""A caller with limits sees nothing of other branches, customers and companies: by id, in lists, files, totals, streams.

Every GET operation is in one of two lists here, and a new one fails until it is added to one of them. What the other
half of the company does must not change anything that the limited caller sees, in any format, and the other half's
records are not found by their ids.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple
from zipfile import ZipFile

import httpx
import pytest
from pypdf import PdfReader

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.files.xlsx import XLSX_TYPE
from tests.exchange.limited_world import OURS, THEIRS, Half, World
from tests.fixtures.ledgers import Company
from tests.fixtures.operations import Declared, declared_operations

# Which limits apply to records with a branch, a customer and an AR company; to records without a branch; and to records
# with only an AR company.
OF_ORDERS = ("branches", "customers", "ar_companies")
OF_CUSTOMERS = ("customers", "ar_companies")
OF_COMPANIES = ("ar_companies",)


# The ids of a half that fill the parameters of an operation, in order. An operation without parameters is a list.
Ids = tuple[str, ...]
_RATING_ORDERS: dict[str, Ids] = {
    "/v1/work-orders": (),
    "/v1/work-orders/{work_order_id}": ("order",),
    "/v1/work-orders/{work_order_id}/proof": ("order",),
    "/v1/work-orders/{work_order_id}/history": ("order",),
    "/v1/work-orders/{work_order_id}/rating": ("order",),
    "/v1/work-orders/{work_order_id}/ratings": ("order",),
    "/v1/work-orders/{work_order_id}/rating/trial": ("order",),
    "/v1/work-orders/{work_order_id}/charges": ("order",),
    "/v1/work-orders/{work_order_id}/hand-overs": ("order",),
    "/v1/work-orders/{work_order_id}/attachments": ("order",),
    "/v1/work-orders/{work_order_id}/attachments/{attachment_id}": ("order", "attachment"),
    "/v1/work-orders/{work_order_id}/attachments/{attachment_id}/content": ("order", "attachment"),
    "/v1/work-order-entries": (),
    "/v1/work-order-services": (),
    "/v1/coverage": (),
    "/v1/prebills": (),
    "/v1/rating-runs": (),
    "/v1/rating-runs/{run_id}": ("rating_run",),
    "/v1/rating-runs/{run_id}/results": ("rating_run",),
    "/v1/rating-runs/{run_id}/events": ("rating_run",),
    "/v1/invoices": (),
    "/v1/invoices/{invoice_id}": ("draft",),
    "/v1/invoices/{invoice_id}/history": ("draft",),
    "/v1/ready-to-export": (),
    "/v1/open-rollup-invoices": (),
    "/v1/work-in-progress": (),
    "/v1/work-in-progress/work-orders": (),
    "/v1/exports": (),
    "/v1/exports/{run_id}": ("export_run",),
    "/v1/exports/{run_id}/invoices": ("export_run",),
    "/v1/exports/{run_id}/events": ("export_run",),
    "/v1/commissions": (),
    "/v1/commissions/{commission_id}": ("commission",),
    "/v1/commission-periods": (),
    "/v1/commission-payments": (),
    "/v1/commission-payments/{payment_id}": ("payment",),
    "/v1/reconciliation": (),
    "/v1/waiting": (),
}
_RATING_CUSTOMERS: dict[str, Ids] = {
    "/v1/rollup-rules": (),
    "/v1/rollup-rules/{ar_company}/{bill_to}": ("company", "bill_to"),
    "/v1/rollup-rules/{ar_company}/{bill_to}/history": ("company", "bill_to"),
    "/v1/customers": (),
}
_INVOICES: dict[str, Ids] = {
    "/v1/invoices": (),
    "/v1/invoices/{invoice_id}": ("invoice",),
    "/v1/invoices/{invoice_id}/document": ("invoice",),
    "/v1/credit-memos/{credit_id}/document": ("credit_memo",),
    "/v1/invoices/{invoice_id}/other-info": ("invoice",),
    "/v1/invoices/{invoice_id}/history": ("invoice",),
    "/v1/invoices/{invoice_id}/printings": ("invoice",),
    "/v1/transactions": (),
    "/v1/misc-distributions": (),
    "/v1/invoice-emails": (),
    "/v1/credit-requests": (),
    "/v1/credit-requests/{request_id}": ("credit_request",),
    "/v1/credit-requests/{request_id}/history": ("credit_request",),
    "/v1/invoice-prints/{print_id}": ("print",),
    "/v1/invoice-prints/{print_id}/files/{file}": ("print", "1"),
    "/v1/invoice-prints/{print_id}/events": ("print",),
    "/v1/batches": (),
    "/v1/batches/{batch_id}": ("batch",),
    "/v1/batches/{batch_id}/history": ("batch",),
    "/v1/batches/{batch_id}/entries": ("batch",),
    "/v1/batches/{batch_id}/entries/{seq}": ("batch", "1"),
    "/v1/batches/{batch_id}/entries/{seq}/history": ("batch", "1"),
    "/v1/batches/{batch_id}/entries/{seq}/form": ("batch", "1"),
    "/v1/batches/{batch_id}/entries/{seq}/contract-items": ("batch", "1"),
    "/v1/batches/{batch_id}/batch-list": ("batch",),
    "/v1/batches/{batch_id}/gl-distribution-list": ("batch",),
    "/v1/batches/{batch_id}/findings": ("batch",),
    "/v1/batches/{batch_id}/events": ("batch",),
    "/v1/reconciliation": (),
}
_CUSTOMERS: dict[str, Ids] = {
    "/v1/contracts": (),
    "/v1/contracts/{ar_company}/{number}": ("company", "code"),
    "/v1/contracts/{ar_company}/{number}/history": ("company", "code"),
    "/v1/contract-items": (),
    "/v1/contract-items/{ar_company}/{contract}/{item}": ("company", "code", "1"),
    "/v1/contract-items/{ar_company}/{contract}/{item}/history": ("company", "code", "1"),
    "/v1/customers": (),
    "/v1/customers/{customer_id}": ("customer",),
    "/v1/customers/{customer_id}/history": ("customer",),
    "/v1/customers/{customer_id}/account": ("customer",),
}
_SETUP: dict[str, Ids] = {
    "/v1/codes": (),
    "/v1/waiting": (),
    "/v1/ar-companies": (),
    "/v1/ar-companies/{number}": ("company",),
    "/v1/ar-companies/{number}/history": ("company",),
    "/v1/ar-companies/{number}/logo": ("company",),
    "/v1/ar-companies/{number}/invoice-template": ("company",),
    "/v1/ar-companies/{number}/invoice-templates": ("company",),
    "/v1/receivable-types": (),
    "/v1/receivable-types/{ar_company}/{type}": ("company", "9"),
    "/v1/receivable-types/{ar_company}/{type}/history": ("company", "9"),
    "/v1/pay-terms": (),
    "/v1/pay-terms/{ar_company}/{code}": ("company", "code"),
    "/v1/pay-terms/{ar_company}/{code}/history": ("company", "code"),
    "/v1/tax-codes": (),
    "/v1/tax-codes/{ar_company}/{code}": ("company", "code"),
    "/v1/tax-codes/{ar_company}/{code}/history": ("company", "code"),
    "/v1/materials": (),
    "/v1/materials/{ar_company}/{code}": ("company", "code"),
    "/v1/materials/{ar_company}/{code}/history": ("company", "code"),
    "/v1/misc-distribution-codes": (),
    "/v1/misc-distribution-codes/{ar_company}/{code}": ("company", "code"),
    "/v1/misc-distribution-codes/{ar_company}/{code}/history": ("company", "code"),
    "/v1/jb-companies": (),
    "/v1/jb-companies/{number}": ("jb_company",),
    "/v1/jb-companies/{number}/history": ("jb_company",),
    "/v1/job-billings": (),
    "/v1/job-billings/{jb_company}/{bill_month}/{bill_id}/{seq}": ("jb_company", "2026-10", "7", "1"),
    "/v1/job-billings/{jb_company}/{bill_month}/{bill_id}/{seq}/history": ("jb_company", "2026-10", "7", "1"),
    "/v1/months": (),
    "/v1/months/{ar_company}/{month}/checks": ("company", "2026-11"),
    "/v1/month-reopenings": (),
    "/v1/month-reopenings/{reopening_id}": ("reopening",),
}
LIMITED = {"rating": _RATING_ORDERS | _RATING_CUSTOMERS, "receivables": _INVOICES | _CUSTOMERS | _SETUP}


def limiting(service: str, template: str) -> tuple[str, ...]:
    """The kinds of limits that apply to an operation."""
    if template in (_RATING_CUSTOMERS if service == "rating" else _CUSTOMERS):
        return OF_CUSTOMERS
    return OF_COMPANIES if service == "receivables" and template in _SETUP else OF_ORDERS


_NAMES = "branches are limited and other codes are not (test_codes.py)"
_CODES = "codes and rate tables are shared by the whole company and show nothing about orders"
_ACCOUNTS = "the chart of accounts is shared by the whole company"
_AUDIT = "shows everyone's work, so callers with limits are refused (test_audit.py)"
_STATE = "shows processes and no records (test_operations.py)"
_LETTERS = "concern everyone's work, so callers with limits are refused (test_operations.py)"
_REPORTS = "shows a caller's own reports, written within their limits (test_reports.py)"
_IMPORTS = "callers with limits see their own imports, whose orders are within these (test_order_imports.py)"
_RUNS = "a run checks everything, so callers with limits are refused (test_reconciliation.py)"
UNLIMITED: dict[str, dict[str, str]] = {
    "rating": {
        **{
            f"/v1/{noun}{one}": _CODES
            for noun, key in {
                "branches": "code", "customer-types": "code", "priorities": "code", "job-types": "code", "regions": "code", "zones": "code",
                "bill-types": "code", "billing-items": "code", "servers": "code", "quantities": "code", "billing-profiles": "profile_id", "commission-rates": "rate_id",
            }.items()
            for one in ("", f"/{{{key}}}", f"/{{{key}}}/history")
        },
        "/v1/codes": _NAMES,
        "/v1/imports": _IMPORTS,
        "/v1/imports/{import_id}": _IMPORTS,
        **{f"/v1/reports{part}": _REPORTS for part in ("", "/{report_id}", "/{report_id}/file", "/{report_id}/events")},
        "/v1/search": "needs a text to search for (test_search.py)",
        "/v1/audit": _AUDIT,
        "/v1/audit/chain": _AUDIT,
        "/v1/status": _STATE,
        "/v1/dead-letters": _LETTERS,
    },
    "receivables": {
        "/v1/gl-accounts": _ACCOUNTS,
        "/v1/gl-accounts/{gl_company}/{account}": _ACCOUNTS,
        "/v1/gl-accounts/{gl_company}/{account}/history": _ACCOUNTS,
        "/v1/audit": _AUDIT,
        "/v1/audit/chain": _AUDIT,
        "/v1/status": _STATE,
        "/v1/dead-letters": _LETTERS,
        "/v1/search": "needs a text to search for (test_search.py)",
        **{f"/v1/reports{part}": _REPORTS for part in ("", "/{report_id}", "/{report_id}/file", "/{report_id}/events")},
        **{f"/v1/reconciliation/runs{part}": _RUNS for part in ("", "/{run_id}", "/{run_id}/events", "/{run_id}/differences")},
    },
}  # fmt: skip


def reading(service: str) -> list[Declared]:
    return [one for one in declared_operations(service) if one.method == "GET"]


@pytest.mark.parametrize("service", ["rating", "receivables"])
def test_every_read_operation_is_limited_or_says_why_not(service: str) -> None:
    found = {one.template for one in reading(service)}
    limited, unlimited = LIMITED[service].keys(), UNLIMITED[service].keys()
    assert found - limited - unlimited == set(), "add new operations to one of the two lists"
    assert (limited | unlimited) - found == set(), "these operations no longer exist"
    assert limited & unlimited == set()


def path_for(operation: Declared, half: Half) -> str:
    values = iter(LIMITED[operation.service][operation.template])
    steps = [str(half.ids.get(name := next(values), name)) if step.startswith("{") else step
             for step in operation.template.split("/")]  # fmt: skip
    return "/".join(steps)


def readable(answer: httpx.Response) -> str:
    """What a person can read in an answer, without the time at which a file was created."""
    kind = answer.headers.get("content-type", "")
    if not answer.is_success:
        return str(answer.status_code)
    if kind.startswith("application/pdf"):
        return re.sub(
            r"\d\d:\d\d", "", "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
        )
    if "spreadsheetml" in kind:
        with ZipFile(BytesIO(answer.content)) as parts:
            return "\n".join(parts.read(name).decode() for name in sorted(parts.namelist()) if "docProps" not in name)
    if kind.startswith("image/"):
        return answer.content.hex()
    return answer.text


# These are made from the same rows as the other formats but take longer, so only one kind of limits tests them.
_PRINTED = (XLSX_TYPE, "application/pdf")


class Sight(NamedTuple):
    service: str
    template: str
    form: str

    @property
    def is_list(self) -> bool:
        return not LIMITED[self.service][self.template]


@dataclass(frozen=True)
class Eyes:
    """A caller who may view everything within their limits. Without limits they see everything."""

    world: World
    identity: Callable[..., dict[str, str]]
    limits: Limits = field(default_factory=Limits)
    name: str = "ALAMO\\tester"

    async def see(self, operation: Declared, path: str, form: str) -> str:
        client = self.world.rating if operation.service == "rating" else self.world.receivables
        features = sorted({one.feature for one in declared_operations(operation.service) if one.feature})
        grants = [Grant(feature, Level.VIEW, self.limits) for feature in features]
        pages = any(one["name"] == "limit" for one in operation.parameters)
        headers = {**self.identity(operation.service, *grants, name=self.name), "accept": form}
        answer = await client.get(path, params={"limit": 500} if pages else {}, headers=headers)
        # A failure would look as if there were nothing to see.
        assert answer.status_code < 500, answer.text
        return readable(answer)

    async def see_all(self, half: Half, *, printed: bool = True) -> dict[Sight, str]:
        """All lists and all records of `half` by their ids in every format; workbooks and PDF only if `printed`."""
        return {
            Sight(one.service, one.template, form): await self.see(one, path_for(one, half), form)
            for one in (*reading("rating"), *reading("receivables"))
            if one.template in LIMITED[one.service]
            for form in one.answers["200"]["content"]
            if printed or form not in _PRINTED
        }


@pytest.fixture
def world(company: Company, rating_database: Database, receivables_database: Database) -> World:
    rating, receivables = company
    return World(rating, receivables, rating_database, receivables_database)


async def test_other_branches_and_companies_change_nothing_that_a_limited_caller_sees(
    world: World, identity: Callable[..., dict[str, str]]
) -> None:
    ours, theirs = Half(*OURS), Half(*THEIRS)
    everybody = Eyes(world, identity)
    # Under the name of the other half's clerk they would see the prints that the clerk requested.
    limited = {kind: Eyes(world, identity, ours.limits(kind), "ALAMO\\limited") for kind in OF_ORDERS}
    await world.fill(ours)
    before = {kind: await eyes.see_all(ours, printed=kind == "ar_companies") for kind, eyes in limited.items()}
    all_before = await everybody.see_all(ours)
    await world.fill(theirs)
    for kind, eyes in limited.items():
        printed = kind == "ar_companies"
        after, of_theirs = await eyes.see_all(ours, printed=printed), await eyes.see_all(theirs, printed=printed)
        narrowed = [sight for sight in after if kind in limiting(sight.service, sight.template)]
        assert [sight for sight in narrowed if after[sight] != before[kind][sight]] == [], kind
        assert [sight for sight in narrowed if not sight.is_list and of_theirs[sight] != "404"] == [], kind

    # A customer has no branch, but what the customer owes has one.
    account = next(one for one in reading("receivables") if one.template.endswith("/account"))
    seen = json.loads(await limited["branches"].see(account, path_for(account, theirs), "application/json"))
    assert (seen["items"], seen["exposure"]) == ([], "0.00")

    # This proves something only if there is something to see: a caller without limits sees all changes and records.
    all_after, all_theirs = await everybody.see_all(ours), await everybody.see_all(theirs)
    assert [sight for sight in all_before if sight.is_list and all_after[sight] == all_before[sight]] == []
    assert [sight for seen in (all_after, all_theirs) for sight, text in seen.items() if text.isdigit()] == []
    hidden = [
        sight for sight, text in before["ar_companies"].items() if text.isdigit() and "prints" not in sight.template
    ]
    assert hidden == []


# What is entered in receivables has no branch, and what belongs to a company no customer either.
_OF_CUSTOMERS, _OF_COMPANIES = {"batches", "posting"}, {"setup", "month_reopening"}


async def test_a_caller_does_within_limits_on_every_side_what_others_do_without(
    world: World, identity: Callable[..., dict[str, str]]
) -> None:
    """Every command works with conditions on branch, customer and company at once."""
    ours = Half(*OURS)
    await world.set_up(ours)
    branches, companies = frozenset({ours.branch}), frozenset({ours.company})
    customers = frozenset({ours.customer, ours.rolled_customer})
    for service, client in (("rating", world.rating), ("receivables", world.receivables)):
        grants = []
        for name in sorted({one.feature for one in declared_operations(service) if one.feature}):
            noun = name.partition(".")[2]
            limits = Limits(
                frozenset() if noun in _OF_CUSTOMERS | _OF_COMPANIES else branches,
                frozenset() if noun in _OF_COMPANIES else customers,
                companies,
            )
            grants.append(Grant(name, Level.ADMIN, limits))
        client.headers.update(identity(service, *grants))
    await world.work(ours)
