"""The checker works: bugs that would lose or double something are put in one by one, and each is detected.

Each test provokes a bug with a fault that it does not survive; without the bug the same fault leaves nothing to detect.
If another layer catches the bug, the test says which, and disables that too.
"""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from nats.aio.msg import Msg
from nats.errors import MsgAlreadyAckdError
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.nats import Nats
from services.rating.actions import exports
from services.rating.rules.exports.answers import Settlement
from services.rating.store.exports import answers
from services.receivables.rules.exported_invoices.booking import BookingFacts
from services.receivables.rules.exported_invoices.hand_overs import HandedChunk
from services.receivables.rules.posting import NumberedTransaction, Posting
from services.receivables.store import exported_invoices, posting
from shared.database.pool import Database
from shared.events import inbox, relay
from shared.events.consumer import ConsumerLoop
from shared.values.money import ZERO
from tests.faults.proxy import Cut, Proxy, is_commit
from tests.faults.world import SERVICES, World, eventually
from tests.fixtures.exchange import deliver, exchange, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, key

pytestmark = pytest.mark.long

Bug = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
async def world(company: Company, rating_database: Database, receivables_database: Database) -> World:
    """The ledgers connected directly, without a broker."""
    rating, receivables = company
    databases = {"rating": rating_database, "receivables": receivables_database}
    return World({"rating": rating, "receivables": receivables}, databases, {})


@pytest.fixture
async def living_world(world: World, broker: Nats) -> AsyncIterator[World]:
    """The ledgers with a broker between them, each behind a proxy."""
    port = int(world.databases["rating"].url.rsplit(":", 1)[1].split("/")[0])
    with ExitStack() as stack:
        proxies = {service: stack.enter_context(Proxy(port)) for service in SERVICES}
        yield World(world.clients, world.databases, proxies, broker)


def no_bug(_: pytest.MonkeyPatch) -> None:
    """The control: the same fault without a bug."""


def acknowledge_before_commit(patch: pytest.MonkeyPatch) -> None:
    original, acknowledge = ConsumerLoop._try, Msg.ack

    async def hasty(self: ConsumerLoop, messages: Sequence[Msg]) -> Exception | None:
        for message in messages:
            await message.ack()
        return await original(self, messages)

    async def acknowledge_once(self: Msg) -> None:
        with suppress(MsgAlreadyAckdError):
            await acknowledge(self)

    patch.setattr(ConsumerLoop, "_try", hasty)
    patch.setattr(Msg, "ack", acknowledge_once)


async def _nothing(*_: object, **__: object) -> None:
    return None


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    original = inbox.take

    async def take(session: AsyncSession, consumer: str, event_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
        await original(session, consumer, event_ids)
        return set(event_ids)

    patch.setattr(inbox, "take", take)


def no_message_id(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relay, "_headers", lambda *_: {})


def cut_once(proxy: Proxy, cut: Cut, meant: Callable[[bytes, bool], bool]) -> None:
    proxy.choice = lambda sql, changed: cut if proxy.cuts == 0 and meant(sql, changed) else None


async def _rate(world: World) -> None:
    await world.clients["rating"].post("/v1/rating-runs", json={})
    await work_off(world.databases["rating"])


async def _export(world: World) -> None:
    body = {"invoice_date": "2026-11-20"}
    started = await world.clients["rating"].post("/v1/exports", json=body, headers=key(uuid.uuid4()))
    assert started.status_code == 202, started.text


@pytest.mark.parametrize("bug", [no_bug, acknowledge_before_commit])
async def test_acknowledging_before_the_commit_is_detected(
    living_world: World, enter: Enter, bug: Bug, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receivables dies between acknowledgement and commit while it handles rated orders.

    Rating would request a lost chunk again, and a lost answer would be repeated, but a rated order is announced only
    once.
    """
    bug(monkeypatch)
    await enter("W1", "W2")
    proxy = living_world.proxies["receivables"]
    async with living_world.living():
        assert await living_world.faults(20) == []
        cut_once(proxy, "before", lambda sql, changed: changed and is_commit(sql))
        await _rate(living_world)
        await eventually(lambda: _cut(proxy))
        found = await living_world.faults(20 if bug is no_bug else 3)
    if bug is no_bug:
        assert found == []
    else:
        assert any(fault.startswith("receivables has not handled") for fault in found)
        assert any("unbilled" in fault for fault in found)


async def _cut(proxy: Proxy) -> bool:
    return proxy.cuts == 1


@pytest.mark.parametrize("bug", [no_bug, no_inbox])
async def test_handling_without_an_inbox_is_detected(
    living_world: World, enter: Enter, bug: Bug, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receivables books a chunk and dies before it acknowledges.

    The outcome rows keep it from booking twice, but the invoices are announced twice.
    """
    bug(monkeypatch)
    await enter("W1", "W2")
    proxy = living_world.proxies["receivables"]
    async with living_world.living():
        await _rate(living_world)
        assert await living_world.faults(20) == []
        cut_once(proxy, "after", lambda sql, changed: changed and is_commit(sql))
        await _export(living_world)
        await eventually(lambda: _cut(proxy))
        if bug is no_bug:
            assert await living_world.faults(20) == []
        else:
            # The broker delivers the message again when its patience has ended.
            assert await eventually(lambda: _with(living_world, "was requested 1 time and answered 2 times"), 90)


async def _with(world: World, words: str) -> list[str]:
    return [fault for fault in await world.faults() if words in fault]


@pytest.mark.parametrize("bug", [no_bug, no_message_id])
async def test_publishing_without_a_message_id_is_detected(
    living_world: World, enter: Enter, bug: Bug, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rating's relay publishes and dies before it has marked the events.

    The inboxes of our own services ignore the copies, but the stream holds them, and other systems read them.
    """
    bug(monkeypatch)
    await enter("W1", "W2")
    proxy = living_world.proxies["rating"]
    cut_once(proxy, "before", lambda sql, _: b"UPDATE outbox SET published_at = now()" in sql)
    async with living_world.living():
        await _rate(living_world)
        await eventually(lambda: _cut(proxy))
        if bug is no_bug:
            assert await living_world.faults(20) == []
        else:
            found = await eventually(lambda: _with(living_world, "the stream holds 2 events of rating twice"))
            assert len(found) == 1


async def _settle_by_id(
    session: AsyncSession, run_id: int, pairs: Sequence[tuple[int, int]], outcome: str
) -> Settlement:
    """Locks every order in the answer, whatever its current version."""
    hand_overs = [hand_over for hand_over in await answers.hand_overs(session, pairs) if hand_over.outcome == "waiting"]
    orders = await answers.handed_orders(session, pairs)
    total = sum((hand_over.total for hand_over in hand_overs), ZERO)
    return Settlement(tuple(hand_overs), tuple(order.work_order_id for order in orders), total)


def lock_by_id(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(exports, "_settle", _settle_by_id)


async def _credit(world: World, number: str) -> None:
    receivables = world.clients["receivables"]
    (invoice,) = (await receivables.get("/v1/invoices", params={"work_order": number})).json()["items"]
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    answer = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(number))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("bug", [no_bug, lock_by_id])
async def test_locking_orders_without_checking_their_version_is_detected(
    world: World, enter: Enter, bug: Bug, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credit of W1 overtakes the answer that W1 and W2 are booked, and when that arrives, version 2 of W1 is on its
    way.

    If W1 were on no invoice by then, a CHECK of its table would refuse the lock.
    """
    bug(monkeypatch)
    await enter("W1", "W2", customer="S1001")
    await _rate(world)
    await _export(world)
    await work_off(world.databases["rating"])
    await deliver(world.databases["receivables"], "receivables", await take_events(world.databases["rating"], "rating"))
    late = await take_events(world.databases["receivables"], "receivables")
    await _credit(world, "W1")
    early = (await take_events(world.databases["receivables"], "receivables"))[len(late) :]
    await deliver(world.databases["rating"], "rating", early)
    await _rate(world)
    await _export(world)
    await deliver(world.databases["rating"], "rating", late)
    locked = [fault for fault in await world.faults() if fault.endswith(", 2) is locked, but not invoiced")]
    assert bool(locked) == (bug is lock_by_id)
    if bug is no_bug:
        await exchange(world.databases["rating"], world.databases["receivables"])
        assert await world.faults() == []


def no_outcome_table(patch: pytest.MonkeyPatch) -> None:
    """Earlier decisions are unknown, so each message decides again."""
    decide, booking_facts = exported_invoices.decide, exported_invoices.booking_facts

    async def forget(session: AsyncSession, chunk: HandedChunk) -> BookingFacts:
        return replace(await booking_facts(session, chunk), outcomes={}, booked_versions={})

    async def decide_again(session: AsyncSession, run_id: int, ar_company: int, decided: Sequence[Any]) -> set[Any]:
        await decide(session, run_id, ar_company, decided)
        return {(outcome.invoice_id, outcome.attempt) for outcome in decided}

    patch.setattr(exported_invoices, "booking_facts", forget)
    patch.setattr(exported_invoices, "decide", decide_again)
    patch.setattr(exported_invoices, "decide_orders", _nothing)


def under_another_id(event: tuple[int, str, bytes]) -> tuple[int, str, bytes]:
    """The same event with a new id, as if it had been requested again."""
    number, name, payload = event
    return number, name, json.dumps({**json.loads(payload), "id": str(uuid.uuid4())}).encode()


@pytest.mark.parametrize("bug", [no_bug, no_outcome_table])
async def test_booking_a_withdrawn_invoice_without_an_outcome_table_is_detected(
    world: World, enter: Enter, bug: Bug, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter("W1")
    await _rate(world)
    await _export(world)
    await work_off(world.databases["rating"])
    run = (await world.clients["rating"].get("/v1/exports")).json()["items"][0]
    await world.clients["rating"].post(f"/v1/exports/{run['id']}/withdrawals", json={})
    asked = await take_events(world.databases["rating"], "rating")
    withdrawal = [event for event in asked if event[1] == "invoice-withdrawal-requested"]
    await deliver(world.databases["receivables"], "receivables", withdrawal)
    bug(monkeypatch)
    if bug is no_bug:
        await exchange(world.databases["rating"], world.databases["receivables"])
        assert await world.faults() == []
        return
    # Rating first receives that the invoice is withdrawn, and then that it is booked.
    with pytest.raises(Exception, match="was refused before and is answered exported now"):
        await exchange(world.databases["rating"], world.databases["receivables"])
    assert [fault for fault in await world.faults() if "is invoiced, but rating did not export it" in fault]


@pytest.mark.parametrize("index", [True, False])
async def test_booking_a_repeated_chunk_without_an_outcome_table_is_detected(
    world: World, enter: Enter, index: bool, monkeypatch: pytest.MonkeyPatch, cluster: Callable[[str, str], str]
) -> None:
    """The unique index on the invoice's transaction catches it; without that as well, the order is invoiced twice."""
    await enter("W1")
    await _rate(world)
    await _export(world)
    await exchange(world.databases["rating"], world.databases["receivables"])
    no_outcome_table(monkeypatch)
    if not index:
        await _as_owner(world, cluster, "DROP INDEX ar_transaction_rating_invoice")
    asked = [
        one for one in await take_events(world.databases["rating"], "rating") if one[1] == "invoice-export-requested"
    ]
    await deliver(world.databases["receivables"], "receivables", [under_another_id(event) for event in asked])
    doubled = [
        one for one in await world.faults() if "over 80.00 is invoiced [Decimal('80.00'), Decimal('80.00')]" in one
    ]
    assert bool(doubled) != index


async def _as_owner(world: World, cluster: Callable[[str, str], str], sql: str) -> None:
    name = world.databases["receivables"].url.rsplit("/", 1)[1]
    connection = await asyncpg.connect(cluster(name, "postgres"))
    await connection.execute(sql)
    await connection.close()


def drop_gl_rows(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Drops the last GL rows of each posting, and its last transaction does not count them."""
    post = posting.post

    async def forgetful(session: AsyncSession, whole: Posting, **where: Any) -> list[NumberedTransaction]:
        *others, last = whole.transactions
        transactions = (*others, replace(last, gl_rows=last.gl_rows - rows))
        short = replace(whole, transactions=transactions, distributions=whole.distributions[:-rows])
        return await post(session, short, **where)

    patch.setattr(posting, "post", forgetful)


async def _booked(world: World) -> list[str]:
    await _rate(world)
    await _export(world)
    await exchange(world.databases["rating"], world.databases["receivables"])
    return await world.faults()


async def test_a_missing_gl_row_is_refused_by_the_trigger(
    world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is posted and rating receives a refusal, so the run ends with a refusal that clerks can see."""
    drop_gl_rows(monkeypatch, 1)
    await enter("W1")
    assert await _booked(world) == []
    run = (await world.clients["rating"].get("/v1/exports")).json()["items"][0]
    assert (run["status"], run["exported"], run["refused"]) == ("done_with_refusals", 0, 1)


@pytest.mark.parametrize(
    ("rows", "trigger", "words"),
    [
        (1, False, "debit 80.00, credit 0.00, 1 GL rows for 1 lines"),
        (2, True, "debit 80.00, credit 80.00, 2 GL rows for 2 lines"),
    ],
)
async def test_missing_gl_rows_are_detected_without_the_trigger_or_if_they_balance(
    world: World,
    enter: Enter,
    monkeypatch: pytest.MonkeyPatch,
    cluster: Callable[[str, str], str],
    rows: int,
    trigger: bool,
    words: str,
) -> None:
    """The trigger checks that a posting is complete and balanced; only the checker detects a missing balanced pair."""
    drop_gl_rows(monkeypatch, rows)
    if not trigger:
        await _as_owner(world, cluster, "ALTER TABLE gl_distribution DISABLE TRIGGER check_posting")
    await enter("W1", zip_code="78130" if rows == 2 else "78205", miles="40" if rows == 2 else "")
    found = await _booked(world)
    assert [fault for fault in found if words in fault or "GL_ROW_MISSING" in fault], found
