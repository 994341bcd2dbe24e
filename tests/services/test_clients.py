"""A client that is generated from the document of the suite has every operation and does a clerk's day."""

import importlib
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.documents import suite_document
from gateway.routes import load_documents
from shared.database.pool import Database
from tests.fixtures.clerk import work_off
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import ORDER, Company

_CONFIG = Path(__file__).parents[2] / "shared" / "contracts" / "python-client.json"
_DOCUMENT = suite_document(load_documents())
_NAME = "generated_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the generated package, which can be imported."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "document.json").write_text(json.dumps(_DOCUMENT))
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", "document.json", "--config", str(_CONFIG), "--output-path", _NAME),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    sys.path.insert(0, str(folder))
    yield folder / _NAME
    sys.path.remove(str(folder))


class Suite:
    """Calls operations of the generated client by their ids, in front of both ledgers."""

    def __init__(self, rating: httpx.AsyncClient, receivables: httpx.AsyncClient):
        services = {"rating": rating, "receivables": receivables}
        self.called: set[str] = set()

        async def carry(request: httpx.Request) -> httpx.Response:
            _, _, _, service, rest = request.url.raw_path.decode().split("/", 4)
            headers = {name: value for name, value in request.headers.items() if name != "host"}
            content = await request.aread()
            return await services[service].request(request.method, f"/v1/{rest}", headers=headers, content=content)

        self._client = importlib.import_module(f"{_NAME}.client").AuthenticatedClient("http://suite", token="t")
        self._client.set_async_httpx_client(
            httpx.AsyncClient(transport=httpx.MockTransport(carry), base_url="http://suite")
        )
        self._models = importlib.import_module(f"{_NAME}.models")

    def typed(self, kind: str, **fields: Any) -> Any:
        """A body of the client, from JSON."""
        return getattr(self._models, kind).from_dict(fields)

    async def call(self, tag: str, name: str, *path: object, status: int = 200, **given: Any) -> Any:
        """The whole answer: `parsed` is what was answered, as its type."""
        operation = f"{tag.partition('_')[0]}_{name}"
        module = importlib.import_module(f"{_NAME}.api.{tag}.{operation}")
        answer = await module.asyncio_detailed(*path, client=self._client, **given)
        assert answer.status_code == status, answer.content
        self.called.add(operation)
        return answer


@pytest.fixture
def suite(generated: Path, company: Company) -> Suite:
    return Suite(*company)


def test_every_operation_is_there(generated: Path) -> None:
    ids = {one["operationId"] for path in _DOCUMENT["paths"].values() for one in path.values()}
    assert {path.stem for path in (generated / "api").rglob("*.py")} - {"__init__"} == ids
    assert len(ids) > 290


async def enter_order(suite: Suite) -> Any:
    """Enters and changes an order; a faulty order and a stale change are refused."""
    tag = "rating_work_orders"
    codes = (await suite.call("rating_codes", "read_rating_codes")).parsed
    assert "SAT" in {branch.code for branch in codes.branches}
    typed = suite.typed("NewWorkOrder", number="W1", **ORDER)
    typed.miles = "ten"
    refused = await suite.call(tag, "enter_work_order", body=typed, status=422)
    assert [fault.pointer for fault in refused.parsed.errors] == ["/miles"]
    typed.miles = "12.5"
    entered = await suite.call(tag, "enter_work_order", body=typed, idempotency_key="enter", status=201)
    again = await suite.call(tag, "enter_work_order", body=typed, idempotency_key="enter", status=201)
    assert (again.parsed.id, again.headers["idempotency-replayed"]) == (entered.parsed.id, "true")
    read = await suite.call(tag, "read_work_order", entered.parsed.id)
    change = {"body": suite.typed("WorkOrderChange", reference="By client"), "if_match": read.headers["etag"]}
    changed = await suite.call(tag, "change_work_order", entered.parsed.id, **change)
    assert changed.parsed.reference == "By client"
    stale = (await suite.call(tag, "change_work_order", entered.parsed.id, **change, status=412)).parsed
    assert (stale.code, stale["current"]["reference"]) == ("VERSION_STALE", "By client")
    return changed


async def rate_and_export(suite: Suite, entered: Any) -> Any:
    """Finds, rates and exports the order; returns the run."""
    tag, order = "rating_work_orders", entered.parsed
    sorts: Any = importlib.import_module(f"{_NAME}.models.rating_list_work_orders_sort")
    by_id = sorts.RatingListWorkOrdersSort("-id")
    listed = (await suite.call(tag, "list_work_orders", sort=by_id, branch="SAT", limit=5)).parsed
    assert [row.number for row in listed.items] == ["W1"]
    (found,) = (await suite.call("rating_search", "search_rating", q="W1")).parsed.items
    assert (found.kind.value, found.id) == ("work_order", order.id)
    rated = (await suite.call(tag, "rate_work_order", order.id, if_match=entered.headers["etag"])).parsed
    explained = (await suite.call(tag, "read_rating", order.id)).parsed
    assert explained.total == rated.total
    waiting = (await suite.call("rating_waiting", "read_rating_waiting")).parsed
    assert waiting.ready_to_export.count == 1
    ready = (await suite.call("rating_ready_to_export", "list_orders_ready_to_export", exportable=True)).parsed
    assert ready.totals.exportable.total == rated.total
    wanted = suite.typed("ExportRequest", selection={"work_order_ids": [order.id]}, expected_total=rated.total)
    run = await suite.call("rating_exports", "start_export", body=wanted, idempotency_key="export", status=202)
    return run.parsed


async def post_batch(suite: Suite, work: Callable[[], Awaitable[None]]) -> None:
    """Enters an invoice by hand, saves it as a whole, and posts the batch."""
    tag = "receivables_batches"
    months = (await suite.call("receivables_months", "list_months")).parsed.items
    month = max(row.month for row in months if row.open_ and row.ar_company == 1)
    made = (
        await suite.call(tag, "create_batch", body=suite.typed("NewBatch", ar_company=1, month=month), status=201)
    ).parsed
    entry = suite.typed("EntryInput", customer="S1001", lines=[{"net": "10.00"}])
    added = await suite.call(tag, "add_entry", made.id, body=entry, status=201)
    whole = suite.typed("EntryToSave", customer="S1001", lines=[{"line": 1, "net": "10.00"}, {"net": "2.50"}])
    saved = await suite.call(tag, "replace_entry", made.id, 1, body=whole, if_match=added.headers["etag"])
    assert [line.tax_basis for line in saved.parsed.lines] == ["10.00", "2.50"]
    whole.lines[1].net = "much"
    refused = await suite.call(tag, "replace_entry", made.id, 1, body=whole, if_match=saved.headers["etag"], status=422)
    assert [fault.pointer for fault in refused.parsed.errors] == ["/lines/1/net"]
    validated = await suite.call(tag, "validate_batch", made.id, status=202)
    assert validated.headers["location"] == f"/v1/batches/{made.id}"
    busy = await suite.call(tag, "post_batch", made.id, idempotency_key="too early", status=409)
    assert busy.parsed.code == "BATCH_BUSY"
    await work()
    findings = (await suite.call(tag, "list_findings", made.id)).parsed.items
    assert [one.rule for one in findings if one.severity.value == "error"] == []
    await suite.call(tag, "post_batch", made.id, idempotency_key="post", status=202)
    await work()
    assert (await suite.call(tag, "read_batch", made.id)).parsed.status.value == "posted"


async def credit(suite: Suite) -> None:
    """Reads the invoices page by page, prints the one of the order, and credits it."""
    tag = "receivables_invoices"
    first = (await suite.call(tag, "list_invoices", limit=1)).parsed
    second = (await suite.call(tag, "list_invoices", limit=1, cursor=first.next_cursor)).parsed
    assert (first.totals.count, second.next_cursor) == (2, None)
    (listed,) = (await suite.call(tag, "list_invoices", work_order="W1")).parsed.items
    invoice = (await suite.call(tag, "read_invoice", listed.id)).parsed
    found = (await suite.call("receivables_search", "search_receivables", q=invoice.number)).parsed.items
    assert invoice.id in {one.id for one in found}
    document = (await suite.call(tag, "preview_invoice", invoice.id)).parsed
    assert document.payload.read(5) == b"%PDF-"
    wanted = suite.typed("CreditEntry", disposition="rerate", reason="wrong mileage")
    credited = await suite.call(tag, "credit_invoice", invoice.id, body=wanted, idempotency_key="credit", status=201)
    assert (credited.parsed.invoice.status.value, credited.parsed.invoice.open_) == ("credited", "0.00")


async def test_a_clerks_day_is_done_with_the_generated_client(
    suite: Suite, rating_database: Database, receivables_database: Database
) -> None:
    entered = await enter_order(suite)
    run = await rate_and_export(suite, entered)
    await exchange(rating_database, receivables_database)
    ended = (await suite.call("rating_exports", "read_export", run.id)).parsed
    assert (ended.exported, ended.refused) == (1, 0)
    await post_batch(suite, lambda: work_off(receivables_database))
    await credit(suite)
    await exchange(rating_database, receivables_database)
    history = (await suite.call("rating_work_orders", "read_work_order_history", entered.parsed.id)).parsed.items
    assert history[0].action in {"credited", "reopened"}
    assert len(suite.called) >= 20
