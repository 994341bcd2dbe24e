"""Owns the charges that people enter for an order: prebills, manual lines, and overrides of a quantity or amount."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any

from services.rating.records.charges import ChargeEntry, Prebill, ServerShare
from services.rating.rules.commission_terms import find_faults_in_terms
from shared.values.money import round_cents
from shared.values.names import fold


class OrderCharge(ChargeEntry):
    """A charge that was entered for an order, with the account and the flags of its billing item."""

    id: int
    work_order_id: int
    income_account: str
    taxable: bool
    fee_advance: bool
    print_zero: bool = False
    entered_by: str

    @property
    def standard(self) -> bool:
        """Whether the price comes from the rate table."""
        return self.kind != "override" and self.rate is None


def prebill_key(prebill: Prebill) -> tuple[str, str, str]:
    """What must be unique in a file of prebills: the order, the billing item and the comment."""
    return fold(prebill.work_order), fold(prebill.billing_item), prebill.comment


COMPARED_FIELDS = {
    "amount": ("quantity", "amount"),
    "commission_method": ("commission_method", "commission_rate"),
    "commission_rate": ("commission_method", "commission_rate"),
}
"""The fields that a fault of a field depends on, where those are several."""


def find_faults_in_charge(entry: ChargeEntry, known: Mapping[str, AbstractSet[str]]) -> list[tuple[str, str]]:
    """What is wrong with a charge, by field. `known` are the codes that are not retired, by table."""
    wrong = []
    if entry.billing_item not in known["billing_item"]:
        wrong.append(("billing_item", f"there is no billing item {entry.billing_item}"))
    if entry.bill_type is not None and entry.bill_type not in known["bill_type"]:
        wrong.append(("bill_type", f"there is no bill type {entry.bill_type}"))
    if entry.quantity is not None and entry.quantity < 0:
        wrong.append(("quantity", "must not be negative"))
    if entry.rate is not None and entry.rate < 0 and entry.kind != "manual":
        wrong.append(("rate", "must not be negative; enter a deduction as a manual line"))
    if entry.kind == "override" and (entry.quantity is None) == (entry.amount is None):
        wrong.append(("amount", "enter either a new quantity or a new amount"))
    if entry.kind == "override" and not entry.comment:
        wrong.append(("reason", "must not be empty"))
    wrong += find_faults_in_servers(entry.servers, known)
    wrong += find_faults_in_terms(entry)
    return wrong


def find_faults_in_servers(
    servers: Sequence[ServerShare], known: Mapping[str, AbstractSet[str]]
) -> Iterator[tuple[str, str]]:
    """What is wrong with the servers who share a commission, by field."""
    # A share that cannot be read has no server.
    names = [name for share in servers if (name := share.server) is not None]
    for name in names:
        if name not in known["server"]:
            yield "servers", f"there is no server {name}"
    if len(set(names)) < len(names):
        yield "servers", "a server is listed twice"
    if any(share.share <= 0 for share in servers):
        yield "servers", "a share must be greater than 0"


def shares_of(stored: Sequence[Any]) -> tuple[ServerShare, ...]:
    """Reads shares from the JSON document in which the database stores them."""
    return tuple(ServerShare(share["server"], Decimal(share["share"])) for share in stored)


def split(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Splits an amount by shares. Each part is rounded half up to the cent; the last one gets the remaining cents.

    Example: 100.00 by 1, 1 and 1 is 33.33, 33.33 and 33.34. No part is more than what is left, so 0.02 by four equal
    shares is 0.01, 0.01, 0.00 and 0.00. Source: rating, commissions, split over several servers.
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
