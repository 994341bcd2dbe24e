"""Owns the charges that people enter for one order: prebills, lines by hand, and overrides of a line's quantity or amount."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal

from shared.money import ZERO, round_cents


@dataclass(frozen=True)
class ServerShare:
    """A server who takes part, with his share; shares are weights, so 1 and 1 are the same as 50 and 50."""

    server: str
    share: Decimal


@dataclass(frozen=True)
class ChargeEntry:
    """A charge as it is entered; its fields mean what those of `OrderCharge` mean."""

    kind: str
    billing_item: str
    bill_type: str | None = None
    quantity: Decimal | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    comment: str = ""
    servers: tuple[ServerShare, ...] = ()


@dataclass(frozen=True)
class OrderCharge:
    """What was entered for one order before or after rating.

    `kind` `prebill` or `manual`: a charge; without a `rate` it is priced from the rate table (a standard prebill), with
    one it is rate × quantity (a custom prebill). `kind` `override`: the line of the profile with this billing item and
    bill type gets this quantity or this amount, because of `comment`.
    """

    id: int
    work_order_id: int
    kind: str
    billing_item: str
    income_account: str
    taxable: bool
    fee_advance: bool
    bill_type: str | None
    quantity: Decimal | None
    rate: Decimal | None
    amount: Decimal | None
    comment: str
    entered_by: str
    servers: Sequence[ServerShare] = ()

    @property
    def standard(self) -> bool:
        """Whether its price comes from the rate table."""
        return self.kind != "override" and self.rate is None


@dataclass(frozen=True)
class Prebill:
    """A prebill in a list, with the number of its order."""

    work_order: str
    billing_item: str
    quantity: Decimal | None
    rate: Decimal | None
    comment: str
    servers: Sequence[ServerShare]


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
    names = [one.server for one in entry.servers]
    wrong += [("servers", f"there is no server {name}") for name in names if name not in known["server"]]
    if len(set(names)) < len(names):
        wrong.append(("servers", "a server stands there twice"))
    if any(one.share <= 0 for one in entry.servers):
        wrong.append(("servers", "a share must be greater than 0"))
    return wrong


def split(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Divides an amount by shares, each part rounded half up to the cent; the last share takes the odd cent.

    Example: 100.00 by 1, 1 and 1 is 33.33, 33.33 and 33.34. Source: rating, commissions, split over several servers.
    """
    if not shares:
        return []
    whole = sum(shares)
    parts = [round_cents(amount * share / whole) for share in shares[:-1]]
    return [*parts, amount - sum(parts, ZERO)]
