"""The state machine of random lives of orders: every transition in the diagram in rating, section 2.

The model knows statuses, versions, totals and drafts of a few orders. After every step the service must show the same,
and whenever the two services have exchanged their events, everything must reconcile.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from deploy.local.reconcile import differences_between
from services.rating.actions import rating_runs
from shared.clock import now
from tests.exchange.lives.world import EDITABLE, ROLLED_UP, SINGLE, Order, World, refused
from tests.fixtures.attempts import LOUD
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.ledgers import ORDER

_ANY = 60
NUMBERS = st.integers(0, _ANY - 1)
Act = Callable[..., Coroutine[Any, Any, Any]]


class Lives(RuleBasedStateMachine):
    """The test sets `open_world`. Each life runs on its own event loop."""

    open_world: Callable[[AsyncExitStack], Coroutine[Any, Any, World]]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.orders: list[Order] = []
        self.inactive: set[str] = set()
        self.talked = True

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            if self.orders:
                self.talk()
        finally:
            self.close()

    def close(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()

    def pick(self, number: int, *statuses: str) -> Order:
        """In two thirds of the cases an order that allows the step, otherwise any order."""
        suitable = self.with_status(*statuses) if number < 2 * _ANY // 3 else []
        candidates = suitable or self.orders
        return candidates[number % len(candidates)]

    def with_status(self, *statuses: str) -> list[Order]:
        return [one for one in self.orders if one.status in statuses]

    @initialize()
    def begin(self) -> None:
        self.world: World = self.run(type(self).open_world(self.stack))
        for _ in range(4):
            self.enter()

    def enter(self) -> None:
        entry = {
            **ORDER,
            "number": f"W{len(self.orders)}",
            "customer": ROLLED_UP,
            "served_zip": "78130",
            "miles": "10",
            "servers": [{"server": "S101"}],
        }
        made = self.run(self.world.rating.post("/v1/work-orders", json=entry))
        assert made.status_code == 201, made.text
        self.orders.append(Order(made.json()["id"]))

    @precondition(lambda self: len(self.orders) < 6)
    @rule()
    def enter_another(self) -> None:
        self.enter()

    @rule(number=NUMBERS)
    def rate(self, number: int) -> None:
        order = self.pick(number, "open", "rated", "assigned")
        answer = self.run(self.world.send("POST", order, "rating"))
        if order.status not in EDITABLE:
            return refused(answer, order, "")
        assert answer.status_code == 200, answer.text
        order.version += order.status != "open"
        order.status = "rated" if order.status == "open" else order.status
        order.total = order.price
        return None

    @precondition(lambda self: self.with_status("open"))
    @rule()
    def rate_everything(self) -> None:
        """A bulk rating rates the open orders and no others."""
        run = self.run(self.world.rating.post("/v1/rating-runs", json={}))
        assert run.status_code == 202, run.text
        self.run(self._carry_on(run.headers["location"]))
        for order in self.with_status("open"):
            order.status, order.total = "rated", order.price

    async def _carry_on(self, path: str) -> None:
        """Continues rating runs as their job does. Export runs stay where they are."""
        while (await self.world.rating.get(path)).json()["status"] != "done":
            async with self.world.rating_database.transaction() as session:
                await rating_runs.rate_part(session, now(), LOUD)

    @rule(number=NUMBERS, miles=st.integers(1, 90))
    def edit(self, number: int, miles: int) -> None:
        order = self.pick(number, "open", "rated", "assigned")
        answer = self.run(self.world.send("PATCH", order, body={"miles": str(miles)}))
        if order.status not in EDITABLE:
            return refused(answer, order, "")
        assert answer.status_code == 200, answer.text
        order.miles = miles
        return None

    @rule(number=NUMBERS)
    def move_to_another_bill_to(self, number: int) -> None:
        order = self.pick(number, "assigned")
        bill_to = SINGLE if order.bill_to == ROLLED_UP else ROLLED_UP
        answer = self.run(self.world.send("PATCH", order, body={"bill_to": bill_to}))
        if order.status not in EDITABLE:
            return refused(answer, order, "")
        assert answer.status_code == 200, answer.text
        order.bill_to = bill_to
        if order.status == "assigned":
            order.status, order.invoice = "rated", None
        return None

    @rule(number=NUMBERS)
    def remove(self, number: int) -> None:
        order = self.pick(number, "rated", "assigned")
        answer = self.run(self.world.send("DELETE", order, "rating"))
        if order.status not in {"rated", "assigned"}:
            return refused(answer, order, "NOT_RATED")
        assert answer.is_success, answer.text
        order.status, order.invoice, order.total = "open", None, None
        order.version += 1
        return None

    @rule(number=NUMBERS)
    def unassign(self, number: int) -> None:
        order = self.pick(number, "assigned")
        answer = self.run(self.world.send("POST", order, "unassign"))
        if order.status not in {"rated", "assigned"}:
            return refused(answer, order, "NOT_RATED")
        assert answer.is_success, answer.text
        order.status, order.invoice = "rated", None
        return None

    @precondition(lambda self: any(one.bill_to == ROLLED_UP for one in self.with_status("rated")))
    @rule()
    def assign_what_waits(self) -> None:
        self.assign_by_rule()

    @rule()
    def assign_by_rule(self) -> None:
        unassigned = [one for one in self.with_status("rated") if one.bill_to == ROLLED_UP]
        answer = self.run(self.world.rating.post("/v1/invoices/assign", json={}, headers=self.world.named()))
        if not unassigned:
            assert answer.json()["code"] == "NOTHING_TO_ASSIGN"
            return
        (invoice,) = answer.json()["invoice_ids"]
        drafts = [one.invoice for one in self.with_status("assigned") if one.bill_to == ROLLED_UP]
        rollups = [draft for draft in drafts if draft is not None and self.run(self._kind(draft)) == "rollup"]
        assert answer.json()["new_invoices"] == (0 if rollups else 1)
        assert not rollups or invoice == min(rollups)
        for order in unassigned:
            order.status, order.invoice = "assigned", invoice

    async def _kind(self, invoice_id: int) -> str:
        kind: str = (await self.world.rating.get(f"/v1/invoices/{invoice_id}")).json()["invoice"]["kind"]
        return kind

    @rule(number=NUMBERS)
    def bill_on_demand(self, number: int) -> None:
        order = self.pick(number, "open", "rated")
        body = {"invoice_date": "2026-11-20"}
        answer = self.run(self.world.send("POST", order, "on-demand-invoice", body))
        if order.status not in {"open", "rated"}:
            return refused(answer, order, "ON_INVOICE")
        assert answer.status_code == 202, answer.text
        if order.status == "open":
            order.total = order.price
        order.status, order.alone, order.withdrawn, self.talked = "exporting", True, False, False
        return None

    @precondition(lambda self: len(self.with_status("closed")) < 2)
    @rule(number=NUMBERS)
    def zero_bill(self, number: int) -> None:
        order = self.pick(number, "open")
        answer = self.run(self.world.send("POST", order, "zero-bill", {"reason": "chance"}))
        if order.status != "open":
            return refused(answer, order, "NOT_OPEN")
        assert answer.status_code == 200, answer.text
        order.status = "closed"
        return None

    @rule(number=NUMBERS)
    def reopen(self, number: int) -> None:
        order = self.pick(number, "closed")
        answer = self.run(self.world.send("POST", order, "reopen", {"reason": "chance"}))
        if order.status != "closed":
            assert (answer.status_code, answer.json()["code"]) == (409, "NOT_CLOSED")
            return
        assert answer.status_code == 200, answer.text
        order.status, order.total, order.invoice = "open", None, None
        order.version += 1

    @precondition(lambda self: self.with_status("rated", "assigned", "closed"))
    @rule()
    def export(self) -> None:
        """Exports everything that is ready at the end of the cycle. Rolled-up orders without a draft have to wait."""
        ready = [one for one in self.with_status("rated") if one.bill_to == SINGLE] + self.with_status("assigned")
        body = {"invoice_date": "2026-11-30"}
        answer = self.run(self.world.rating.post("/v1/exports", json=body, headers=self.world.named()))
        if not ready:
            assert answer.json()["code"] == "NOTHING_TO_EXPORT", answer.text
            return
        assert answer.status_code == 202, answer.text
        run = answer.json()
        assert (run["orders"], Decimal(run["total"])) == (len(ready), sum(one.total or 0 for one in ready))
        for order in ready:
            order.status, order.alone, order.withdrawn, self.talked = "exporting", False, False, False

    @precondition(lambda self: not self.talked)
    @rule()
    def withdraw_before_it_is_sent(self) -> None:
        """The withdrawal overtakes chunks that are not prepared yet. Prepared ones are booked first."""

        async def ask() -> set[int]:
            asked: set[int] = set()
            for run in (await self.world.rating.get("/v1/exports")).json()["items"]:
                if run["status"] != "preparing":
                    continue
                path = f"/v1/exports/{run['id']}"
                invoices = (await self.world.rating.get(f"{path}/invoices")).json()["items"]
                answer = await self.world.rating.post(f"{path}/withdrawals", json={})
                assert answer.status_code == 202, answer.text
                asked |= {one["invoice_id"] for one in invoices}
            return asked

        asked = self.run(ask())
        for order in self.with_status("exporting"):
            found = self.run(self.world.order(order.id))
            order.withdrawn = order.withdrawn or found["invoice_id"] in asked

    @precondition(lambda self: not self.talked)
    @rule()
    def send(self) -> None:
        self.run(work_off(self.world.rating_database))

    @rule(bill_to=st.sampled_from((ROLLED_UP, SINGLE)))
    def toggle_customer(self, bill_to: str) -> None:
        """Receivables refuses the invoices of an inactive customer."""
        status = "active" if bill_to in self.inactive else "inactive"

        async def set_status() -> None:
            receivables = self.world.receivables
            (found,) = (await receivables.get("/v1/customers", params={"search": bill_to})).json()["items"]
            path = f"/v1/customers/{found['id']}"
            etag = (await receivables.get(path)).headers["etag"]
            answer = await receivables.patch(path, json={"status": status}, headers={"if-match": etag})
            assert answer.is_success, answer.text

        self.run(set_status())
        self.inactive ^= {bill_to}

    @precondition(lambda self: not self.talked)
    @rule()
    def talk(self) -> None:
        """Both services read all events. What was handed over is then in receivables, or unlocked again."""
        self.run(exchange(self.world.rating_database, self.world.receivables_database))
        for order in self.with_status("exporting"):
            if order.withdrawn or order.bill_to in self.inactive:
                order.status = "rated" if order.alone else "assigned"
                order.invoice = None if order.alone else self.run(self.world.order(order.id))["invoice_id"]
            else:
                order.status = "exported"
        self.talked = True
        self.the_views_count_what_the_model_has()
        self.servers_have_earned_their_commissions()
        ours = self.run(self.world.rating.get("/v1/reconciliation")).json()
        theirs = self.run(self.world.receivables.get("/v1/reconciliation")).json()
        assert differences_between(ours, theirs) == []

    @precondition(lambda self: any(one.status == "exported" for one in self.orders))
    @rule(number=NUMBERS, disposition=st.sampled_from(("rerate", "close")))
    def credit(self, number: int, disposition: str) -> None:
        exported = self.with_status("exported")
        order = exported[number % len(exported)]
        self.run(self._credit(order, {"disposition": disposition, "work_order_ids": [order.id]}))
        order.partly_credited = False
        order.status = "open" if disposition == "rerate" else "closed"
        # The version also grows if the order is closed, because the credited rating is not current any more.
        order.version += 1
        order.total, order.invoice, self.talked = None, None, False
        self.talk()

    @precondition(lambda self: any(one.status == "exported" for one in self.orders))
    @rule(number=NUMBERS, amount=st.integers(1, 30))
    def credit_a_part(self, number: int, amount: int) -> None:
        """Part of the service charge is credited. What is left keeps the order locked."""
        exported = self.with_status("exported")
        order = exported[number % len(exported)]
        if order.partly_credited:
            return
        lines = self.run(self._invoice_of(order))["lines"]
        (service,) = (
            one for one in lines if one["work_order_id"] == order.id and Decimal(one["amount"]) == Decimal(95)
        )
        self.run(self._credit(order, {"lines": [{"line": service["line"], "amount": f"{amount}.00"}]}))
        order.partly_credited, self.talked = True, False
        self.talk()

    async def _invoice_of(self, order: Order) -> dict[str, Any]:
        number = (await self.world.order(order.id))["last_export"]["ar_number"]
        invoices = (await self.world.receivables.get("/v1/invoices", params={"search": number})).json()["items"]
        (invoice,) = (one for one in invoices if one["number"] == number)
        found: dict[str, Any] = (await self.world.receivables.get(f"/v1/invoices/{invoice['id']}")).json()
        return found

    async def _credit(self, order: Order, chosen: dict[str, Any]) -> None:
        path = f"/v1/invoices/{(await self._invoice_of(order))['id']}/credits"
        body = {"reason": "chance", "month": "2026-11", **chosen}
        answer = await self.world.receivables.post(path, json=body, headers=self.world.named())
        assert answer.status_code == 201, answer.text

    @invariant()
    def the_service_shows_what_the_model_says(self) -> None:
        items = self.run(self.world.rating.get("/v1/work-orders", params={"limit": 500})).json()["items"]
        shown = {one["id"]: one for one in items}
        for order in self.orders:
            one = shown[order.id]
            assert (one["status"], one["rating_version"]) == (order.status, order.version), order
            if order.status in {"rated", "assigned", "exporting", "exported"}:
                assert Decimal(one["total"]) == order.total, order
            if order.status in {"open", "rated"}:
                assert one["invoice_id"] is None, order
            if order.status == "assigned":
                assert one["invoice_id"] == order.invoice, order

    def the_views_count_what_the_model_has(self) -> None:
        ready = self.run(self.world.rating.get("/v1/ready-to-export")).json()["totals"]
        waiting = self.with_status("rated", "assigned")
        assert (ready["count"], Decimal(ready["total"])) == (len(waiting), sum(one.total or 0 for one in waiting))
        active = self.run(self.world.rating.get("/v1/work-in-progress")).json()["totals"]["orders"]
        assert active == len(self.with_status("open", "rated", "assigned", "exporting"))

    def servers_have_earned_their_commissions(self) -> None:
        if any(one.partly_credited for one in self.with_status("exported")):
            return
        totals = self.run(self.world.rating.get("/v1/commissions", params={"limit": 1})).json()["totals"]
        assert Decimal(totals["amount"]) == sum(one.commission for one in self.orders)
        owed = sum(one.commission for one in self.with_status("exported"))
        assert Decimal(totals["owed"]) == owed
