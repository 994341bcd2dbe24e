"""How a print continues after a part of it failed."""

from datetime import UTC, datetime, timedelta

from services.receivables.rules.invoice_prints.prints import NextTry, next_try

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def test_half_of_a_part_is_tried_next_and_the_last_invoice_three_times() -> None:
    sizes, pauses = [], []
    following: NextTry | None = NextTry(250, 0, AT)
    while following is not None:
        sizes.append(following.invoices)
        pauses.append(following.due_at - AT)
        following = next_try(following.invoices, following.tries, AT)
    assert sizes == [250, 125, 62, 31, 15, 7, 3, 1, 1, 1]
    assert pauses[-3:] == [timedelta(), timedelta(seconds=10), timedelta(minutes=1)]
