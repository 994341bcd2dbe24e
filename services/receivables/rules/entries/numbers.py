"""Owns invoice numbers: which one is next, and where one stands already."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

POSTED = "posted"
UNPOSTED = "unposted"
JOB_BILLING = "job_billing"


@dataclass(frozen=True)
class NumberInUse:
    """Where an invoice number stands: `place` is a posted invoice, an entry of a batch, or a bill of Job Billing.

    `id` is the number of the batch, or the id of the bill. `batch_id` or `transaction_id` say which entry or invoice it
    is, so that a number is never held against itself.
    """

    place: str
    invoice_number: str
    company: int
    customer: str | None
    month: str
    id: int
    seq: int
    batch_id: int | None = None
    transaction_id: int | None = None


def normal(number: str) -> str:
    """A number as it is compared: trimmed, without regard to case."""
    return number.strip().lower()


def duplicates(
    number: str, uses: Iterable[NumberInUse], *, own_entry: tuple[int, int] | None = None, own_id: int | None = None
) -> list[NumberInUse]:
    """Where else the number stands: posted invoices, unposted entries, job billings. Never an error, only a warning.

    `own_entry` is the (batch id, seq), `own_id` the posted transaction whose number it is. Source: receivables, section 2.9.
    """
    order = (POSTED, UNPOSTED, JOB_BILLING)
    found = [
        use
        for use in uses
        if normal(use.invoice_number) == normal(number)
        and not (use.place == UNPOSTED and (use.batch_id, use.seq) == own_entry)
        and not (use.place == POSTED and use.transaction_id == own_id)
    ]
    return sorted(found, key=lambda use: (order.index(use.place), use.month, use.id, use.seq))


def words_for(use: NumberInUse, customer: str | None) -> str:
    """The warning in a sentence, with batch month, id and seq."""
    if use.place == JOB_BILLING:
        return (
            f"invoice number {use.invoice_number} stands on a bill of JB company {use.company}: "
            f"month {use.month}, id {use.id}, seq {use.seq}"
        )
    whose = "this customer" if use.customer == customer else f"customer {use.customer}"
    state = "a posted" if use.place == POSTED else "an unposted"
    return (
        f"invoice number {use.invoice_number} stands on {state} invoice of {whose}: "
        f"batch month {use.month}, id {use.id}, seq {use.seq}"
    )


def next_numbers(first: int, count: int, in_use: AbstractSet[int]) -> Sequence[int]:
    """The next `count` automatic numbers from `first` on, skipping those in use: 5, 2 and {6} → 5, 7."""
    numbers: list[int] = []
    number = first
    while len(numbers) < count:
        if number not in in_use:
            numbers.append(number)
        number += 1
    return numbers
