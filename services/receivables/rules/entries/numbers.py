"""Invoice numbers: which ones are next, and where a number is in use."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from shared.values.names import fold

POSTED = "posted"
UNPOSTED = "unposted"
JOB_BILLING = "job_billing"


@dataclass(frozen=True)
class NumberInUse:
    """A use of an invoice number: `place` is a posted invoice, an entry in a batch, or a bill of Job Billing.

    `id` is the number of the batch or the id of the bill. `batch_id` or `transaction_id` identify the entry or invoice,
    so that a number is never reported as a duplicate of itself.
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


def normalized(number: str) -> str:
    """A number as it is compared. Statements compare `lower(btrim(number))`, the same for letters of English."""
    return fold(number)


def duplicates(
    number: str, uses: Iterable[NumberInUse], *, own_entry: tuple[int, int] | None = None, own_id: int | None = None
) -> list[NumberInUse]:
    """The other uses of a number: posted invoices, unposted entries, job billings. They are warnings, never errors.

    The number itself belongs to `own_entry`, a pair of batch id and seq, or to the posted transaction `own_id`.
    Source: receivables, section 2.9.
    """
    order = (POSTED, UNPOSTED, JOB_BILLING)
    found = [
        use
        for use in uses
        if normalized(use.invoice_number) == normalized(number)
        and not (use.place == UNPOSTED and (use.batch_id, use.seq) == own_entry)
        and not (use.place == POSTED and use.transaction_id == own_id)
    ]
    return sorted(found, key=lambda use: (order.index(use.place), use.month, use.id, use.seq))


def describe_use(use: NumberInUse, customer: str | None) -> str:
    """The warning about a number in use, with month, id and seq."""
    if use.place == JOB_BILLING:
        return (
            f"invoice number {use.invoice_number} is in use on a bill of JB company {use.company}: "
            f"month {use.month}, id {use.id}, seq {use.seq}"
        )
    owner = "this customer" if use.customer == customer else f"customer {use.customer}"
    state = "a posted" if use.place == POSTED else "an unposted"
    return (
        f"invoice number {use.invoice_number} is in use on {state} invoice of {owner}: "
        f"batch month {use.month}, id {use.id}, seq {use.seq}"
    )


def next_numbers(first: int, count: int, in_use: AbstractSet[int]) -> Sequence[int]:
    """The next `count` automatic numbers, starting with `first` and skipping those in use.

    Example: two numbers from 5 with 6 in use are 5 and 7.
    """
    numbers: list[int] = []
    number = first
    while len(numbers) < count:
        if number not in in_use:
            numbers.append(number)
        number += 1
    return numbers
