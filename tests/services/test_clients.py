"""A client that is generated from the document of the suite has every operation and works, changes included."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.documents import suite_document
from gateway.routes import load_documents
from tests.fixtures.ledgers import Company, Enter

_CONFIG = Path(__file__).parents[2] / "shared" / "contracts" / "openapi" / "python-client.json"
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

        async def carry(request: httpx.Request) -> httpx.Response:
            _, _, _, service, rest = request.url.raw_path.decode().split("/", 4)
            headers = {name: value for name, value in request.headers.items() if name != "host"}
            content = await request.aread()
            return await services[service].request(request.method, f"/v1/{rest}", headers=headers, content=content)

        self._client = importlib.import_module(f"{_NAME}.client").AuthenticatedClient("http://suite", token="t")
        self._client.set_async_httpx_client(
            httpx.AsyncClient(transport=httpx.MockTransport(carry), base_url="http://suite")
        )
        self.models: Any = importlib.import_module(f"{_NAME}.models")

    async def call(self, tag: str, operation: str, *path: object, **given: Any) -> Any:
        """The whole answer: `parsed` is what was answered, as its type."""
        module = importlib.import_module(f"{_NAME}.api.{tag}.{operation}")
        return await module.asyncio_detailed(*path, client=self._client, **given)


@pytest.fixture
def suite(generated: Path, company: Company) -> Suite:
    return Suite(*company)


def test_every_operation_is_there(generated: Path) -> None:
    ids = {one["operationId"] for path in _DOCUMENT["paths"].values() for one in path.values()}
    assert {path.stem for path in (generated / "api").rglob("*.py")} - {"__init__"} == ids
    assert len(ids) > 290


async def test_a_clerk_enters_reads_and_changes_an_order(suite: Suite, enter: Enter) -> None:
    (entered,) = await enter("W1")
    tag = "rating_work_orders"
    read = await suite.call(tag, "rating_read_work_order", entered["id"])
    assert read.parsed.number == "W1"
    change = suite.models.WorkOrderChange(reference="By client")
    version = read.headers["etag"]
    changed = await suite.call(tag, "rating_change_work_order", entered["id"], body=change, if_match=version)
    assert (changed.status_code, changed.parsed.reference) == (200, "By client")
    stale = await suite.call(tag, "rating_change_work_order", entered["id"], body=change, if_match=version)
    assert (stale.status_code, stale.parsed.code) == (412, "VERSION_STALE")
    assert stale.parsed["current"]["reference"] == "By client"
    sorts: Any = importlib.import_module(f"{_NAME}.models.rating_list_work_orders_sort")
    listed = await suite.call(tag, "rating_list_work_orders", sort=sorts.RatingListWorkOrdersSort("-id"), limit=5)
    assert [order.number for order in listed.parsed.items] == ["W1"]


async def test_a_clerk_enters_validates_and_posts_a_batch(suite: Suite) -> None:
    tag = "receivables_batches"
    made = await suite.call(tag, "receivables_create_batch", body=suite.models.NewBatch(ar_company=1, month="2026-11"))
    entry = suite.models.EntryInput.from_dict({"customer": "S1001", "lines": [{"net": "10.00"}]})
    added = await suite.call(tag, "receivables_add_entry", made.parsed.id, body=entry)
    assert (added.status_code, len(added.parsed.lines)) == (201, 1)
    validated = await suite.call(tag, "receivables_validate_batch", made.parsed.id)
    assert (validated.status_code, validated.headers["location"]) == (202, f"/v1/batches/{made.parsed.id}")
    refused = await suite.call(tag, "receivables_post_batch", made.parsed.id, idempotency_key="k1")
    assert (refused.status_code, refused.parsed.code) == (409, "BATCH_BUSY")
