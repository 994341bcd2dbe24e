"""A company's own template of invoices: it is tried before it is saved, every version is kept, and it sees no files."""

from typing import Any

import httpx
import pytest

from services.receivables.actions.invoice_prints import print_part
from shared.access.grants import Grant, Level, Limits
from shared.clock import now
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.documents import INVOICE_TEMPLATE
from tests.services.receivables.api.test_invoice_prints import looked_at, read, work_off
from tests.services.receivables.fixtures import Identity

PATH = "/v1/ar-companies/1/invoice-template"
TEXT = {"content-type": "text/plain; charset=utf-8"}
OWN = """#import "/shared/files/templates/letter.typ": *
#let data = json(bytes(sys.inputs.data))
#show: body => letters(data, "Bill", body)
#for (index, invoice) in data.invoices.enumerate() { letter((index: index, ..invoice))[Our bill #invoice.number] }
"""


async def save(client: httpx.AsyncClient, text: str | bytes, path: str = PATH) -> httpx.Response:
    return await client.put(path, content=text, headers=TEXT)


async def test_a_company_draws_its_invoices_by_its_own_template_and_can_go_back(
    clerk: Clerk, receivables_database: Database
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    assert (await clerk.client.get(PATH)).status_code == 404
    for text in (OWN, OWN.replace("Our bill", "Our second bill")):
        saved = await save(clerk.client, text)
        assert saved.status_code == 204, saved.text
    assert "Our second bill 1" in await looked_at(clerk, invoice)
    started = await clerk.client.post("/v1/invoice-prints", json={"invoice_ids": [invoice["id"]]})
    await work_off(receivables_database)
    assert "Our second bill" in read((await clerk.client.get(f"{started.headers['location']}/files/1")).content)[1]
    listed = (await clerk.client.get(f"{PATH}s")).json()
    assert [(one["version"], one["current"]) for one in listed["items"]] == [(2, True), (1, False)]
    assert listed["totals"] == {"count": 2}
    assert (await clerk.client.get(PATH, params={"version": 1})).text == OWN
    for version, words in ((1, "Our bill"), (2, "Our second bill"), (None, "Amount due")):
        chosen = await clerk.client.put(f"{PATH}/version", json={"version": version})
        assert chosen.status_code == 204, chosen.text
        assert words in await looked_at(clerk, invoice)
    assert (await clerk.client.put(f"{PATH}/version", json={"version": 3})).status_code == 404
    assert (await clerk.client.get(PATH)).status_code == 404
    assert len((await clerk.client.get(f"{PATH}s")).json()["items"]) == 2


async def test_the_usual_template_is_a_start_for_ones_own(receivables: httpx.AsyncClient) -> None:
    saved = await save(receivables, INVOICE_TEMPLATE.read_text())
    assert saved.status_code == 204, saved.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OWN + "#nothing", "With the sample one-order: The document cannot be drawn: unknown variable: nothing (line 5)."),
        (OWN.replace("invoice.number", "invoice.orders.at(1).number"), "array index out of bounds"),
        ("Hello", "missing document title"),
        (OWN + '#read("/services/receivables/settings.py")', "file not found (line 5)."),
        (OWN + '#read("../../../../../../../etc/passwd")', "would escape the project root"),
        (OWN + '#import "@preview/cetz:0.3.1": *', "failed to download package"),
        (b"\xff\xfe", "The template is not UTF-8 text."),
        ("  \n", "The template is empty"),
        (b"x" * (256 * 2**10 + 1), "The template is larger than 256 KiB."),
    ],
)  # fmt: skip
async def test_a_template_that_cannot_draw_samples_is_refused_with_the_line(
    receivables: httpx.AsyncClient, text: str | bytes, words: str
) -> None:
    answer = await save(receivables, text)
    assert (answer.status_code, answer.json()["code"]) == (422, "TEMPLATE_REFUSED"), answer.text
    assert words in answer.json()["detail"]


async def test_a_template_that_takes_too_long_is_stopped(
    receivables: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await save(receivables, "Hello")
    monkeypatch.setattr("shared.files.pdf.DRAWING_SECONDS", 1)
    long = "#let sum = 0\n#for index in range(100000000) { sum = calc.rem(sum * 31 + index, 1000003) }"
    answer = await save(receivables, OWN + long)
    assert answer.json()["code"] == "TEMPLATE_REFUSED"
    assert "was not ready after" in answer.json()["detail"]


async def test_only_administrators_of_the_company_replace_its_template(
    receivables: httpx.AsyncClient, identity: Identity
) -> None:
    def caller(level: Level, **limits: Any) -> dict[str, str]:
        return identity("receivables", Grant("receivables.setup", level, Limits(**limits)))

    elsewhere = caller(Level.ADMIN, ar_companies=frozenset({2}))
    for headers, status in ((caller(Level.EDIT), 403), (elsewhere, 404), (caller(Level.ADMIN), 204)):
        answer = await receivables.put(PATH, content=OWN, headers={**TEXT, **headers})
        assert answer.status_code == status, answer.text
    assert (await receivables.get(f"{PATH}s", headers=elsewhere)).status_code == 404
    assert (await receivables.get(PATH, headers=elsewhere)).status_code == 404


async def test_a_print_of_two_companies_has_files_of_one_company_each(
    clerk: Clerk, receivables_database: Database
) -> None:
    await clerk.client.post(
        "/v1/customers/import",
        content="ar_company,number,name,customer_type\n2,F1,Other,LAW\n",
        headers={"content-type": "text/csv"},
    )
    mine = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch(ar_company=2)
    await clerk.entered(batch_id, customer="F1", lines=[{"net": "10.00", "gl_account": "4000"}])
    await clerk.post(batch_id)
    assert (await save(clerk.client, OWN)).status_code == 204
    found = (await clerk.client.get("/v1/invoices", params={"limit": 500})).json()["items"]
    started = await clerk.client.post("/v1/invoice-prints", json={"invoice_ids": [one["id"] for one in found]})
    async with receivables_database.transaction() as session:
        await print_part(session, "America/Chicago", now())
    await work_off(receivables_database)
    path = started.headers["location"]
    files = (await clerk.client.get(path)).json()["files"]
    texts = [read((await clerk.client.get(f"{path}/files/{one['file']}")).content)[1] for one in files]
    assert ["Our bill" in text for text in texts] == [True, False]
    assert mine["number"] in texts[0]
