"""An export under fire: parts are killed while it is 20% to 80% done, and then everything must be right."""

import time
from functools import partial

from tests.faults.scene import Outcome, Scene

_TRIES = 5
_FROM, _TO = 0.2, 0.8


def export_under_fire(scene: Scene, parts: tuple[str, ...], aim: float, orders: int) -> str:
    """Kills `parts` when `aim` of an export is answered, starts them again, and asserts what must hold at the end.

    Returns a sentence about the run. A kill outside 20% to 80% of the run proves nothing, so the case is then repeated
    with new orders; it fails if no attempt hits.
    """
    for _ in range(_TRIES):
        scene.seed(orders)
        run_id, key = scene.export()
        stood = scene.wait_settled(run_id, aim)
        since = time.monotonic()
        after = scene.kill_and_start_again(run_id, *parts)
        # The command is repeated, as a browser would that got no answer.
        again = scene.insist(partial(scene.bill.post, "/rating/exports", {}, idempotency_key=key))
        assert again["id"] == run_id
        outcome = scene.finish(run_id, since)
        require_whole(scene, run_id, orders, outcome)
        told = f"{' and '.join(parts)} killed at {after:.0%}: {outcome}"
        if stood >= _FROM and after <= _TO:
            return told
        print(f"{told}; missed the window, trying again", flush=True)
    raise AssertionError(f"{parts} could not be killed between {_FROM:.0%} and {_TO:.0%} of an export")


def require_whole(scene: Scene, run_id: int, orders: int, outcome: Outcome) -> None:
    """Asserts that every order of the run is invoiced and locked, and that the checker finds nothing."""
    assert outcome.faults == []
    (run,) = scene.look("rating", "SELECT status, orders, exported, refused FROM export_run WHERE id = $1", run_id)
    assert dict(run) == {"status": "done", "orders": orders, "exported": orders, "refused": 0}
    (invoiced,) = scene.look(
        "receivables",
        """
        SELECT count(DISTINCT t.id) AS invoices, count(DISTINCT l.work_order_id) AS orders
        FROM export_outcome e
        JOIN ar_transaction t ON t.rating_invoice_id = e.invoice_id AND t.rating_attempt = e.attempt
        JOIN ar_line l ON l.transaction_id = t.id WHERE e.run_id = $1
        """,
        run_id,
    )
    assert dict(invoiced) == {"invoices": orders, "orders": orders}
