"""Hand-overs that contradict what receivables has decided before, because a database was restored in between."""

from collections.abc import Mapping
from uuid import UUID

from services.receivables.rules.exported_invoices.hand_overs import EarlierOutcome, HandedInvoice

_WHAT_TO_DO = (
    "A database was restored to an earlier moment. Run `ratebook reconcile`, credit what receivables booked for orders "
    "that no longer exist, then remove the rating of this order, rate it again and export it."
)
_SHOWN_NUMBERS = 5


def find_run_conflict(run_id: int, run_uuid: UUID | None, known: UUID | None) -> str | None:
    """Why nothing of a run can be decided, because receivables knows another run of the same number; None if it can.

    Runs from before an upgrade have no random id, and are compared by their invoices alone. Source: receivables,
    section 4: each hand-over is decided once, for the run that it belongs to.
    """
    if run_uuid is None or known is None or run_uuid == known:
        return None
    return f"Receivables knows another export run {run_id}. {_WHAT_TO_DO}"


def find_conflict(invoice: HandedInvoice, run_id: int, earlier: EarlierOutcome | None) -> str | None:
    """Why an invoice contradicts the decision about the same id and attempt, which only repeats otherwise.

    Example: attempt 1 of invoice 31 was booked in run 7 with order W1. The same in run 8, or with order W2, is a
    conflict. Source: receivables, section 4.
    """
    if earlier is None:
        return None
    if earlier.run_id not in {None, run_id}:
        return (
            f"Receivables has decided attempt {invoice.attempt} of invoice {invoice.invoice_id} for export run "
            f"{earlier.run_id}. {_WHAT_TO_DO}"
        )
    others = sorted(set(earlier.order_numbers) - {order.number for order in invoice.orders})
    if others:
        return f"Receivables has invoice {invoice.invoice_id} with order {_list(others)}. {_WHAT_TO_DO}"
    return None


def find_booked_conflict(
    invoice: HandedInvoice, booked_attempts: Mapping[int, int], booked: Mapping[tuple[int, int], str | None]
) -> str | None:
    """Why an undecided attempt contradicts what is booked: its invoice by another attempt, or one of its orders.

    `booked_attempts` has the booked attempts by invoice id, `booked` the numbers of booked orders by work order id and
    version. Rating only tries again after a refusal, and never gives an id to another order. Source: receivables,
    section 4.
    """
    attempt = booked_attempts.get(invoice.invoice_id)
    if attempt not in {None, invoice.attempt}:
        return f"Receivables has booked invoice {invoice.invoice_id} as attempt {attempt}. {_WHAT_TO_DO}"
    others = sorted(
        number
        for order in invoice.orders
        if (number := booked.get((order.work_order_id, order.version))) not in {None, order.number}
    )
    if others:
        return f"Receivables has booked order {_list(others)} with the id and version of this one. {_WHAT_TO_DO}"
    return None


def _list(numbers: list[str]) -> str:
    more = len(numbers) - _SHOWN_NUMBERS
    return ", ".join(numbers[:_SHOWN_NUMBERS]) + (f" and {more} more" if more > 0 else "")
