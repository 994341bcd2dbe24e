"""Entries as they are in a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.receivables.rules.batches import Finding
from services.receivables.rules.entries.entries import Entry, EntryHead, MiscRow, next_misc_amount
from services.receivables.rules.entries.line_facts import TypedLine
from shared.values.fields import parts_of
from shared.values.money import Money


@dataclass(frozen=True, kw_only=True)
class EntryRead(EntryHead):
    """An entry with its lines. `warnings` do not block posting.

    `next_misc_amount` is the default amount of the next miscellaneous distribution.
    """

    lines: Sequence[TypedLine]
    misc_distributions: Sequence[MiscRow]
    total: Money
    tax: Money
    retainage: Money
    next_misc_amount: Money
    warnings: Sequence[Finding]

    @classmethod
    def of(cls, entry: Entry, warnings: Sequence[Finding]) -> "EntryRead":
        whole = entry.total
        return cls(
            **parts_of(entry.header, EntryHead),
            lines=entry.lines,
            misc_distributions=entry.misc,
            total=whole.amount,
            tax=whole.tax,
            retainage=whole.held_back,
            next_misc_amount=next_misc_amount(entry),
            warnings=warnings,
        )
