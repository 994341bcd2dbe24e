"""Owns which commission rates of servers can be saved, and which overlap."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.rating.records.commission_rates import CommissionRate, CommissionRateEntry
from shared.values.numbers import plain


def find_faults_in_rate(entry: CommissionRateEntry) -> list[tuple[str, str]]:
    """What is wrong with a server's percentage, by field."""
    wrong = []
    if not 0 <= entry.percent <= 100:
        wrong.append(("percent", "must be from 0 to 100"))
    if entry.effective_to is not None and entry.effective_to < entry.effective_from:
        wrong.append(("effective_to", "must not be before effective_from"))
    return wrong


def find_overlapping_rates(
    entries: Sequence[CommissionRateEntry], saved: Iterable[CommissionRate], *, replaces: int | None = None
) -> list[tuple[int, str]]:
    """The entries, as index and message, that are in force at the same time as another percentage of their server.

    `replaces` is the id of the rate that is being changed.
    """
    taken: dict[str, list[CommissionRateEntry]] = defaultdict(list)
    for rate in saved:
        if rate.id != replaces:
            taken[rate.server].append(rate)
    wrong = []
    for index, entry in enumerate(entries):
        for other in taken[entry.server]:
            if _overlap(entry, other):
                end = "until further notice" if other.effective_to is None else f"to {other.effective_to}"
                period = f"from {other.effective_from} {end}"
                wrong.append((index, f"{entry.server} already has {plain(other.percent)} % {period}"))
                break
        taken[entry.server].append(entry)
    return wrong


def _overlap(rate: CommissionRateEntry, other: CommissionRateEntry) -> bool:
    return (rate.effective_to is None or other.effective_from <= rate.effective_to) and (
        other.effective_to is None or rate.effective_from <= other.effective_to
    )
