"""Amounts beyond what a document can have: refused where they are entered; what is older breaks nothing."""

from typing import Any

import asyncpg
import httpx
import pytest

from services.receivables.actions import accounts
from services.receivables.actions import batches as batch_actions
from services.receivables.actions import posting as posting_actions
from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.contracts import Contract
from services.receivables.records.customers import CustomerEntry
from services.receivables.records.materials import Material
from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.tax_codes import TaxCode
from services.receivables.schemas.entries.imports import EntryRow
from services.receivables.store import records
from shared.clock import local_date, now
from shared.database.attempts import Attempts
from shared.database.pool import Database
from shared.records.table import RecordTable
from tests.fixtures.caps import decimal_columns, with_cell
from tests.fixtures.clerk import ZONE, Clerk
from tests.fixtures.exchange import announce_accounts, data_of, take_events
from tests.fixtures.ledgers import SAMPLE, Company
from tests.services.receivables.fixtures import Cluster, Reconciled

TOO_LARGE = "9999999999999999.99"
MOST = "999999999.99"
KINDS = {
    "customers": CustomerEntry,
    "contract-items": ContractItem,
    "contracts": Contract,
    "tax-codes": TaxCode,
    "pay-terms": PayTerms,
    "materials": Material,
    "ar-companies": ArCompany,
}
LISTS = (
    *(
        "batches",
        "batches/1",
        "batches/1/entries",
        "batches/1/entries/1",
        "batches/1/findings",
        "invoices",
        "customers",
    ),
    *("invoices?sort=-total", "reconciliation", "contract-items", "materials", "ar-companies", "months"),
)


def faults_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}


def test_every_record_with_a_decimal_number_is_in_the_table() -> None:
    tables = [table for table in vars(records).values() if isinstance(table, RecordTable)]
    assert len(tables) > 8
    assert {table.entered for table in tables if decimal_columns(table.entered)} <= set(KINDS.values())


@pytest.mark.parametrize(
    ("noun", "column"), [(noun, column) for noun, kind in KINDS.items() for column in decimal_columns(kind)]
)
async def test_no_column_of_an_import_takes_more_than_its_cap(company: Company, noun: str, column: str) -> None:
    content = with_cell((SAMPLE / f"{noun}.csv").read_text(), column, TOO_LARGE.partition(".")[0])
    path, headers = f"/v1/{noun}/import", {"content-type": "text/csv"}
    faults = faults_of(await company[1].post(path, content=content, headers=headers))
    assert faults[f"line 2, column {column}"].startswith(("must be at most 9", "must be at most 100"))


@pytest.mark.parametrize("column", decimal_columns(EntryRow))
async def test_no_column_of_imported_entries_takes_more_than_its_cap(clerk: Clerk, column: str) -> None:
    path = f"/v1/batches/{await clerk.batch()}/entries/import"
    content = with_cell("entry,customer,net\nA,E1,5\n", column, TOO_LARGE.partition(".")[0])
    faults = faults_of(await clerk.client.post(path, content=content, headers={"content-type": "text/csv"}))
    assert faults[f"line 2, column {column}"].startswith(("must be at most 9", "must be at most 100"))


async def test_a_line_beyond_the_cap_is_refused_with_its_field(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    refused = await clerk.enter(batch_id, customer="E1", lines=[{"net": "5"}, {"net": TOO_LARGE}])
    assert faults_of(refused) == {"/lines/1/net": "must be at most 999,999,999.99"}
    accepted = await clerk.entered(batch_id, customer="E1", lines=[{"net": MOST}])
    assert accepted["total"] == MOST


async def test_lines_that_come_to_more_than_a_document_can_have_are_refused(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    words = "the lines add up to 1,999,999,999.98, but must come to at most 999,999,999.99"
    assert faults_of(await clerk.enter(batch_id, customer="E1", lines=[{"net": MOST}] * 2)) == {"/lines": words}
    entry = await clerk.entered(batch_id, customer="E1", lines=[{"net": MOST}])
    path = f"/v1/batches/{batch_id}/entries/1/lines"
    added = await clerk.change("POST", path, entry["revision"], net=MOST)
    assert faults_of(added) == {"/lines": words}
    content = f"entry,customer,net\nA,E1,{MOST}\nA,E1,{MOST}\nB,E1,5\n"
    imported = await clerk.client.post(
        f"/v1/batches/{batch_id}/entries/import", content=content, headers={"content-type": "text/csv"}
    )
    assert faults_of(imported) == {"line 2, column entry": words}


@pytest.mark.parametrize(
    ("header", "line", "field", "shown"),
    [
        (
            {"customer": "E1"},
            {"line_type": "material", "material": "PAPER", "units": "9999999.999", "unit_price": "999999999.99999"},
            "net",
            "9,999,999,998,999,900.00",
        ),
        ({"customer": "E2"}, {"net": MOST}, "amount", "1,049,999,999.99"),
    ],
)
async def test_what_is_calculated_is_refused_beyond_the_cap_and_shown_in_the_form(
    clerk: Clerk, header: dict[str, str], line: dict[str, str], field: str, shown: str
) -> None:
    words = f"comes to {shown}, but must be at most 999,999,999.99"
    assert faults_of(await clerk.enter(await clerk.batch(), **header, lines=[line])) == {f"/lines/0/{field}": words}
    form = await clerk.client.post("/v1/entry-forms", json={"ar_company": 1, "header": header, "line": line})
    assert form.json()["faults"] == [{"pointer": f"/line/{field}", "detail": words}]


async def make_old(database: Database, cluster: Cluster, *statements: str) -> None:
    """Changes rows to what could be entered before there was a cap."""
    owner = await asyncpg.connect(cluster(database.name, "postgres"))
    for statement in statements:
        await owner.execute(statement)
    await owner.close()


async def test_an_entry_from_before_the_cap_breaks_no_list_and_is_found_by_the_validation(
    clerk: Clerk, receivables_database: Database, cluster: Cluster
) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E2", lines=[{"net": "5"}] * 3)
    await make_old(receivables_database, cluster, f"UPDATE batch_line SET amount = {TOO_LARGE}")
    assert (await clerk.read(batch_id))["entered"] == "29999999999999999.97"
    for path in LISTS:
        assert (await clerk.client.get(f"/v1/{path}")).status_code == 200, path
    assert (await clerk.validate(batch_id))["status"] == "errors"
    assert "TOO_LARGE" in [one["rule"] for one in await clerk.findings(batch_id)]
    # It can be corrected line by line, although it is too large until the last one.
    for line in (1, 2, 3):
        entry = (await clerk.client.get(f"/v1/batches/{batch_id}/entries/1")).json()
        path = f"/v1/batches/{batch_id}/entries/1/lines/{line}"
        changed = await clerk.change("PATCH", path, entry["revision"], net="7.00")
        assert changed.status_code == 200, changed.text
    assert (await clerk.validate(batch_id))["status"] == "valid"


async def test_invoices_from_before_the_cap_break_no_list_and_no_account(
    clerk: Clerk, receivables_database: Database, cluster: Cluster
) -> None:
    """Two posted invoices of 9,999,999,999,999,999.99 of one customer, and one of another that is published as ever."""
    for _ in range(2):
        await clerk.post_invoice({"net": "5"})
    await announce_accounts(receivables_database)
    await make_old(
        receivables_database,
        cluster,
        "SET session_replication_role = replica",
        f"UPDATE ar_transaction SET net = {TOO_LARGE}, total = {TOO_LARGE}",
        f"UPDATE invoice_balance SET total = {TOO_LARGE}, open = {TOO_LARGE}",
        f"UPDATE ar_line SET amount = {TOO_LARGE}",
        f"UPDATE gl_distribution SET debit = {TOO_LARGE} WHERE debit > 0",
        f"UPDATE gl_distribution SET credit = {TOO_LARGE} WHERE credit > 0",
        "UPDATE account_movement SET amount = 0",
        "UPDATE customer_account SET open_amount = 0",
        f"INSERT INTO account_movement (customer_id, amount) SELECT customer_id, {TOO_LARGE} FROM ar_transaction",
        f"UPDATE contract_item SET original_amount = {TOO_LARGE}, billed_amount = {TOO_LARGE}",
        "UPDATE material SET unit_price = 9999999999999.99999",
        f"UPDATE customer SET credit_limit = {TOO_LARGE}",
    )
    await clerk.post_invoice({"net": "7"}, customer="E2")
    for path in LISTS:
        assert (await clerk.client.get(f"/v1/{path}")).status_code == 200, path
    invoices = (await clerk.client.get("/v1/invoices")).json()
    assert invoices["totals"]["total"] == "20000000000000007.33"
    customer = (await clerk.client.get("/v1/customers", params={"search": "E1"})).json()["items"][0]
    account = (await clerk.client.get(f"/v1/customers/{customer['id']}/account")).json()
    assert account["open_total"] == "19999999999999999.98"
    await announce_accounts(receivables_database)
    events = [data_of(one) for one in await take_events(receivables_database, "receivables") if "account" in one[1]]
    amounts = {one["customer"]: one["open_amount"] for one in events}
    assert (amounts["E1"], amounts["E2"]) == ("19999999999999999.98", "7.35")


async def test_an_account_that_fails_does_not_keep_others_from_being_published(
    clerk: Clerk, receivables_database: Database, cluster: Cluster
) -> None:
    for customer in ("E1", "E2"):
        await clerk.post_invoice({"net": "5"}, customer=customer)
    await make_old(
        receivables_database,
        cluster,
        "ALTER TABLE customer_account ADD CONSTRAINT no_poison CHECK (open_amount <> 5) NOT VALID",
    )
    attempts = Attempts("test", pauses_seconds=(0, 0))
    for _ in range(3):
        async with receivables_database.transaction() as session:
            await accounts.announce_changes(session, attempts)
    events = [data_of(one) for one in await take_events(receivables_database, "receivables") if "account" in one[1]]
    assert [(one["customer"], one["open_amount"]) for one in events if one["customer"][0] == "E"] == [("E2", "5.25")]
    assert len(attempts.given_up) == 1
    await make_old(receivables_database, cluster, "ALTER TABLE customer_account DROP CONSTRAINT no_poison")
    await announce_accounts(receivables_database)
    events = [data_of(one) for one in await take_events(receivables_database, "receivables") if "account" in one[1]]
    assert (events[-1]["customer"], events[-1]["open_amount"]) == ("E1", "5.00")


async def post_on(database: Database, attempts: Attempts) -> None:
    busy = True
    while busy:
        async with database.transaction() as session:
            busy = await posting_actions.post_part(session, now(), local_date(now(), ZONE), attempts)


async def test_a_later_part_that_fails_gives_the_batch_a_finding_and_others_are_posted(
    clerk: Clerk,
    receivables_database: Database,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    reconciled_receivables: Reconciled,
) -> None:
    monkeypatch.setattr(posting_actions, "PART_ENTRIES", 1)
    first, second = await clerk.batch(), await clerk.batch()
    for batch_id, descriptions in ((first, ("good", "poison")), (second, ("good",))):
        for description in descriptions:
            await clerk.entered(batch_id, customer="E1", lines=[{"net": "5", "description": description}])
        await clerk.validate(batch_id)
    for batch_id in (first, second):
        await clerk.send(batch_id)
    poison = "ALTER TABLE ar_line ADD CONSTRAINT no_poison CHECK (description <> 'poison')"
    await make_old(receivables_database, cluster, poison)
    await post_on(receivables_database, Attempts("test", pauses_seconds=(0, 0)))
    assert [(await clerk.read(one))["status"] for one in (first, second)] == ["posting", "posted"]
    assert [one["detail"] for one in await clerk.findings(first)] == ["the database rejected it: no_poison"]
    await make_old(receivables_database, cluster, "ALTER TABLE ar_line DROP CONSTRAINT no_poison")
    await post_on(receivables_database, Attempts("test"))
    assert (await clerk.read(first))["status"] == "posted"
    assert await clerk.findings(first) == []
    await reconciled_receivables()


@pytest.mark.parametrize("step", ["validation", "posting"])
async def test_a_batch_that_fails_unexpectedly_has_a_finding_and_others_continue(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first, second = await clerk.batch(), await clerk.batch()
    for batch_id in (first, second):
        await clerk.entered(batch_id, customer="E1", lines=[{"net": "5"}])
    actions: Any = batch_actions if step == "validation" else posting_actions
    validate = actions.validate

    def fails(batch: Any, *rest: Any) -> Any:
        if batch.id == first:
            raise ArithmeticError
        return validate(batch, *rest)

    if step == "validation":
        monkeypatch.setattr(actions, "validate", fails)
    for batch_id in (first, second):
        await clerk.validate(batch_id)
    if step == "posting":
        monkeypatch.setattr(actions, "validate", fails)
        for batch_id in (first, second):
            await clerk.send(batch_id)
        await clerk.post_on()
    assert (await clerk.read(first))["status"] == "errors"
    assert [one["detail"] for one in await clerk.findings(first)] == ["it failed unexpectedly: ArithmeticError"]
    assert (await clerk.read(second))["status"] == ("valid" if step == "validation" else "posted")
