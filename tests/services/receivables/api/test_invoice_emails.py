"""Invoices sent by e-mail over real SMTP: sent once, retried, failed, and listed."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader

from services.receivables.actions import invoice_emails
from shared.access.grants import Grant, Level, Limits
from shared.access.identity import public_jwks
from shared.clock import now
from shared.database.pool import Database
from shared.database.statements import execute
from shared.files.mail import MailServer
from tests.fixtures.clerk import Clerk
from tests.fixtures.faulty_documents import DEADLY, use_faulty_documents
from tests.fixtures.ledgers import application, key
from tests.fixtures.post_office import PostOffice, open_post_office
from tests.services.receivables.fixtures import Identity

ADDRESSES = (
    "ar_company,number,name,customer_type,tax_code,pay_terms,email\n"
    "1,E1,Plain,LAW,,,ann@plain.example\n1,E2,Taxed,LAW,T5,N30,tom@taxed.example\n1,E3,Silent,LAW,,,\n"
)


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with open_post_office() as made:
        yield made


FROM = "Alamo <billing@alamo.example>"


@pytest.fixture
def mail_server(office: PostOffice, gateway_key: Ed25519PrivateKey) -> Iterator[Any]:
    """Sets the mail server in the settings of the service. The returned function changes the settings for one test."""
    state = application("receivables", public_jwks([gateway_key])).state
    before = state.settings

    def set_to(**changes: Any) -> None:
        state.settings = before.model_copy(update=changes)

    set_to(smtp_host="127.0.0.1", smtp_port=office.port, smtp_security="none", mail_from=FROM)
    yield set_to
    state.settings = before


@pytest.fixture
async def clerk(clerk: Clerk, office: PostOffice, mail_server: Callable[..., None]) -> Clerk:
    """A clerk whose service has a mail server, and whose customers have addresses, except for one."""
    office.taken.clear()
    office.answers.clear()
    loaded = await clerk.client.post("/v1/customers/import", content=ADDRESSES, headers={"content-type": "text/csv"})
    assert loaded.status_code == 201, loaded.text
    return clerk


async def ask(clerk: Clerk, name: str, **body: Any) -> dict[str, Any]:
    answer = await clerk.client.post("/v1/invoice-emails", json=body, headers=key(name))
    assert answer.status_code == 202, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


async def send(database: Any, office: PostOffice, *, later: timedelta = timedelta(), port: int | None = None) -> None:
    """Sends everything that is due by then, as the job does."""
    server = MailServer("127.0.0.1", port or office.port, FROM, "none")
    busy = True
    while busy:
        async with database.transaction() as session:
            busy = await invoice_emails.send_next(session, server, "America/Chicago", now() + later)


async def listed(clerk: Clerk, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await clerk.client.get("/v1/invoice-emails", params=filters)).json()["items"]
    return found


async def test_an_invoice_is_sent_with_its_pdf_once(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    await clerk.set_company(discount_mode="invoices_and_receipts")
    invoice = await clerk.post_invoice({"net": "100.00"}, customer="E2", invoice_date="2026-11-10")
    assert (await ask(clerk, "first", invoice_ids=[invoice["id"]]))["waiting"] == 1
    await send(receivables_database, office)
    (mail,) = office.taken
    assert (mail["From"], mail["To"]) == (FROM, "tom@taxed.example")
    assert mail["Subject"] == "Invoice 100001 from Alamo Attorney Service"
    mail_body = mail.get_body()
    assert mail_body is not None
    text = mail_body.get_content()
    assert "invoice 100001 of 2026-11-10 for 105.00 USD" in text
    assert "Please pay 105.00 USD by 2026-12-10." in text
    assert "If you pay by 2026-11-25, you may deduct 2.00 USD." in text
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "invoice-100001.pdf"
    shown = PdfReader(BytesIO(attached.get_content())).pages[0].extract_text()
    assert "Invoice 100001" in shown
    assert "Copy" not in shown
    (row,) = await listed(clerk)
    assert (row["status"], row["attempts"], row["recipient"]) == ("sent", 1, "tom@taxed.example")
    printings = (await clerk.client.get(f"/v1/invoices/{invoice['id']}/printings")).json()["items"]
    assert [(one["way"], one["printed_by"]) for one in printings] == [("e_mail", "ALAMO\\tester")]
    again = await ask(clerk, "second", invoice_ids=[invoice["id"]])
    assert [(one["number"], one["reason"]) for one in again["left_out"]] == [("100001", "SENT_BEFORE")]
    await send(receivables_database, office)
    assert len(office.taken) == 1
    assert (await ask(clerk, "third", invoice_ids=[invoice["id"]], again=True))["waiting"] == 1
    await send(receivables_database, office)
    (attached,) = office.taken[1].iter_attachments()
    assert "Copy, first printed" in PdfReader(BytesIO(attached.get_content())).pages[0].extract_text()


async def test_a_batch_is_sent_to_the_customers_with_an_address(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    batch_id = await clerk.batch()
    for customer in ("E1", "E2", "E3"):
        await clerk.entered(batch_id, customer=customer, lines=[{"net": "10.00"}])
    await clerk.post(batch_id)
    asked = await ask(clerk, "batch", batch_id=batch_id)
    assert (asked["waiting"], asked["left_out_count"]) == (2, 1)
    assert [(one["customer"], one["reason"]) for one in asked["left_out"]] == [("E3", "NO_ADDRESS")]
    await send(receivables_database, office)
    assert sorted(office.recipients()) == ["ann@plain.example", "tom@taxed.example"]
    assert len(await listed(clerk, status="sent", customer="E1")) == 1


async def test_an_unknown_address_fails_immediately_and_stops_no_other_e_mail(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    office.answers["ann@plain.example"] = "550 No such user"
    ids = [(await clerk.post_invoice({"net": "1.00"}, customer=one))["id"] for one in ("E1", "E2")]
    await ask(clerk, "both", invoice_ids=ids)
    await send(receivables_database, office)
    assert office.recipients() == ["tom@taxed.example"]
    (failed,) = await listed(clerk, status="failed")
    assert (failed["recipient"], failed["last_error"]) == ("ann@plain.example", "550 No such user")
    assert (await clerk.client.get(f"/v1/invoices/{ids[0]}/printings")).json()["items"] == []
    office.answers.clear()
    retried = await clerk.client.post(f"/v1/invoice-emails/{failed['id']}/retry")
    assert (retried.status_code, retried.json()["status"]) == (200, "waiting")
    await send(receivables_database, office)
    assert office.recipients() == ["tom@taxed.example", "ann@plain.example"]
    refused = await clerk.client.post(f"/v1/invoice-emails/{failed['id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "EMAIL_NOT_FAILED")


async def test_an_e_mail_is_retried_while_the_server_is_down_or_busy_and_fails_after_two_days(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    office.answers["ann@plain.example"] = "451 Come again later"
    invoice = await clerk.post_invoice({"net": "1.00"})
    await ask(clerk, "busy", invoice_ids=[invoice["id"]])
    await send(receivables_database, office)
    (waiting,) = await listed(clerk)
    assert (waiting["status"], waiting["attempts"], waiting["last_error"]) == ("waiting", 1, "451 Come again later")
    await send(receivables_database, office, later=timedelta(seconds=50))
    assert (await listed(clerk))[0]["attempts"] == 1, "not before a minute is over"
    await send(receivables_database, office, later=timedelta(minutes=2), port=1)
    (waiting,) = await listed(clerk)
    assert (waiting["attempts"], "127.0.0.1:1" in waiting["last_error"]) == (2, True)
    for hours in range(1, 7):
        await send(receivables_database, office, later=timedelta(days=hours * 2))
    (failed,) = await listed(clerk)
    assert (failed["status"], failed["attempts"]) == ("failed", 8)
    assert office.taken == []


async def test_an_invoice_that_cannot_be_rendered_waits_and_stops_no_other(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    broken, other = [(await clerk.post_invoice({"net": "1.00"}, **header))["id"] for header in ({}, {"customer": "E2"})]
    await ask(clerk, "broken", invoice_ids=[broken])
    async with receivables_database.transaction() as session:
        await execute(session, "INSERT INTO company_logo VALUES (1, 'no picture')")
    await send(receivables_database, office)
    (waiting,) = await listed(clerk)
    assert (
        waiting["status"],
        waiting["attempts"],
        "cannot be drawn: failed to decode image" in waiting["last_error"],
    ) == ("waiting", 1, True)
    async with receivables_database.transaction() as session:
        await execute(session, "DELETE FROM company_logo")
    await ask(clerk, "other", invoice_ids=[other])
    await send(receivables_database, office)
    assert office.recipients() == ["tom@taxed.example"]
    await send(receivables_database, office, later=timedelta(minutes=2))
    assert office.recipients() == ["tom@taxed.example", "ann@plain.example"]


async def test_an_invoice_that_ends_its_process_is_given_up_after_three_tries_and_stops_no_other(
    clerk: Clerk, office: PostOffice, receivables_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = (await clerk.post_invoice({"net": "1.00", "description": DEADLY}))["id"]
    other = (await clerk.post_invoice({"net": "1.00", "description": "Smile 😀"}, customer="E2"))["id"]
    use_faulty_documents(monkeypatch)
    await ask(clerk, "both", invoice_ids=[deadly, other])
    for minutes in (0, 2, 10):
        await send(receivables_database, office, later=timedelta(minutes=minutes))
    assert office.recipients() == ["tom@taxed.example"]
    sent, failed = await listed(clerk)
    assert (failed["status"], failed["attempts"]) == ("failed", 3)
    assert failed["last_error"].startswith("Given up after 3 tries. The process that draws documents ended.")
    assert (sent["status"], sent["replaced"]) == ("sent", "U+1F600")
    monkeypatch.undo()
    assert (await clerk.client.post(f"/v1/invoice-emails/{failed['id']}/retry")).status_code == 200


async def test_a_process_that_dies_before_the_commit_sends_the_same_message_again(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    """Nobody can know whether the server accepted it. The same Message-ID shows that it is the same message."""
    invoice = await clerk.post_invoice({"net": "1.00"})
    await ask(clerk, "dies", invoice_ids=[invoice["id"]])
    server = MailServer("127.0.0.1", office.port, FROM, "none")
    with pytest.raises(RuntimeError, match="power cut"):
        await break_off(receivables_database, server)
    assert [one["status"] for one in await listed(clerk)] == ["waiting"]
    await send(receivables_database, office)
    await send(receivables_database, office)
    assert len(office.taken) == 2
    assert len({one["Message-ID"] for one in office.taken}) == 1
    assert [(one["status"], one["attempts"]) for one in await listed(clerk)] == [("sent", 1)]


async def break_off(database: Any, server: MailServer) -> None:
    async with database.transaction() as session:
        await invoice_emails.send_next(session, server, "America/Chicago", now())
        raise RuntimeError("power cut")


async def test_many_jobs_and_many_requests_at_once_send_each_invoice_once(
    clerk: Clerk, office: PostOffice, receivables_database: Database
) -> None:
    batch_id = await clerk.batch()
    for _ in range(6):
        await clerk.entered(batch_id, customer="E1", lines=[{"net": "10.00"}])
    await clerk.post(batch_id)
    asked = await asyncio.gather(*(ask(clerk, f"at once {one}", batch_id=batch_id) for one in range(5)))
    assert sum(one["waiting"] for one in asked) == 6
    await asyncio.gather(*(send(receivables_database, office) for _ in range(4)))
    subjects = sorted(str(one["Subject"]).split()[1] for one in office.taken)
    assert subjects == [str(100001 + one) for one in range(6)]


async def test_without_a_mail_server_nothing_is_queued(clerk: Clerk, mail_server: Callable[..., None]) -> None:
    mail_server(smtp_host=None)
    invoice = await clerk.post_invoice({"net": "1.00"})
    refused = await clerk.client.post("/v1/invoice-emails", json={"invoice_ids": [invoice["id"]]}, headers=key(1))
    assert (refused.status_code, refused.json()["code"]) == (409, "EMAIL_NOT_SET_UP")


async def test_nobody_sends_or_sees_invoices_outside_their_limits(clerk: Clerk, identity: Identity) -> None:
    invoice = await clerk.post_invoice({"net": "1.00"})
    await ask(clerk, "mine", invoice_ids=[invoice["id"]])
    limits = Limits(customers=frozenset({"E2"}))
    elsewhere = identity("receivables", Grant("receivables.invoices", Level.EDIT, limits), subject="8", name="A\\x")
    body = {"invoice_ids": [invoice["id"]], "again": True}
    refused = await clerk.client.post("/v1/invoice-emails", json=body, headers={**elsewhere, **key("other")})
    assert (refused.status_code, refused.json()["code"]) == (409, "NOTHING_TO_SEND")
    assert (await clerk.client.get("/v1/invoice-emails", headers=elsewhere)).json()["totals"] == {"count": 0}
    (mine,) = await listed(clerk)
    retry = await clerk.client.post(f"/v1/invoice-emails/{mine['id']}/retry", headers=elsewhere)
    assert retry.status_code == 404
