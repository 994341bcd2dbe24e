"""Owns the charges that people enter for one order: prebills, lines by hand, and overrides of a line's quantity or amount."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any

from services.rating.records.charges import ChargeEntry, ServerShare
from services.rating.rules.commission_terms import faults_in_terms
from shared.values.money import round_cents


class OrderCharge(ChargeEntry):
    """What was entered for one order before or after rating, with what its billing item says of it."""

    id: int
    work_order_id: int
    income_account: str
    taxable: bool
    fee_advance: bool
    entered_by: str

    @property
    def standard(self) -> bool:
        """Whether its price comes from the rate table."""
        return self.kind != "override" and self.rate is None


def faults_in_charge(entry: ChargeEntry, known: Mapping[str, AbstractSet[str]]) -> list[tuple[str, str]]:
    """What is wrong with a charge, by field."""
    wrong = []
    if entry.billing_item not in known["billing_item"]:
        wrong.append(("billing_item", f"there is no billing item {entry.billing_item}"))
    if entry.bill_type is not None and entry.bill_type not in known["bill_type"]:
        wrong.append(("bill_type", f"there is no bill type {entry.bill_type}"))
    if entry.quantity is not None and entry.quantity < 0:
        wrong.append(("quantity", "must not be negative"))
    if entry.rate is not None and entry.rate < 0 and entry.kind != "manual":
        wrong.append(("rate", "must not be negative; a deduction is a line by hand"))
    if entry.kind == "override" and (entry.quantity is None) == (entry.amount is None):
        wrong.append(("amount", "give either the quantity or the amount that the line is to have"))
    if entry.kind == "override" and not entry.comment:
        wrong.append(("reason", "say why"))
    wrong += faults_in_servers(entry.servers, known)
    wrong += faults_in_terms(entry)
    return wrong


def faults_in_servers(
    servers: Sequence[ServerShare], known: Mapping[str, AbstractSet[str]]
) -> Iterator[tuple[str, str]]:
    """What is wrong with those who share a commission."""
    names = [one.server for one in servers]
    for name in names:
        if name not in known["server"]:
            yield "servers", f"there is no server {name}"
    if len(set(names)) < len(names):
        yield "servers", "a server stands there twice"
    if any(one.share <= 0 for one in servers):
        yield "servers", "a share must be greater than 0"


def shares_of(kept: Sequence[Any]) -> tuple[ServerShare, ...]:
    """Shares as the database keeps them, in a document."""
    return tuple(ServerShare(one["server"], Decimal(one["share"])) for one in kept)


def split(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Divides an amount by shares, each part rounded half up to the cent; the last share takes the odd cent.

    No part is more than what is left, so that 0.02 by four is 0.01, 0.01, 0.00 and 0.00. Example: 100.00 by 1, 1 and 1 is
    33.33, 33.33 and 33.34. Source: rating, commissions, split over several servers.
    """
    if not shares:
        return []
    whole = sum(shares)
    parts, left = [], amount
    for share in shares[:-1]:
        part = round_cents(amount * share / whole)
        part = min(part, left) if amount >= 0 else max(part, left)
        parts.append(part)
        left -= part
    return [*parts, left]
