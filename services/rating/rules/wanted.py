"""Owns which lines are wanted on a rating: those of the profile that fire, prebills, lines by hand, and overrides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.rating.errors import PrebillNotInTable
from services.rating.records.work_orders import ONE, QuantitySource
from services.rating.rules.charges import OrderCharge
from services.rating.rules.rate_tables import BillingProfile, ProfileLine, describe
from services.rating.rules.work_orders import WorkOrder

LineOrigin = Literal["rate", "auto", "prebill", "manual"]
"""From the rate table by default, by a trigger, or entered by a person before or after rating."""
OtherVerdict = Literal["optional", "not_triggered"]
_SINGLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that is to come if it has a quantity or a base: from the profile, or asked for by a prebill or by hand."""

    position: int
    line: ProfileLine
    origin: LineOrigin
    charge: OrderCharge | None = None
    override: OrderCharge | None = None

    @property
    def by_hand(self) -> Decimal | None:
        """The quantity that a person entered, if any."""
        if self.override is not None and self.override.quantity is not None:
            return self.override.quantity
        return None if self.charge is None else self.charge.quantity


def fires(line: ProfileLine, order: WorkOrder) -> bool:
    """Whether the trigger of a triggered line is on the order: a flag it carries, or the outcome in the field.

    Outcomes are bill types named like the field statuses: `SERVED`, `NOT_SERVED`, `CANCELLED`.
    """
    if line.bill_kind == "outcome":
        return line.bill_type == order.field_status.upper()
    return line.bill_type in order.triggers


def quantity_of(source: QuantitySource, order: WorkOrder) -> Decimal | None:
    """The quantity of a line: 1, or what the proof of delivery reports; None or 0 means that the line does not come."""
    if source == ONE:
        return _SINGLE
    reported: Decimal | None = getattr(order, source)
    return reported


def wanted_of_profile(
    order: WorkOrder, profile: BillingProfile, overrides: Mapping[int, OrderCharge]
) -> tuple[list[Wanted], list[tuple[ProfileLine, OtherVerdict, str]]]:
    """The lines of the profile that fire; and the others, each with its verdict and why.

    `default` lines always come, `triggered` ones if the order carries the trigger of their bill type, `optional` ones are
    only offered. Source: rating, section 3.4.
    """
    wanted: list[Wanted] = []
    others: list[tuple[ProfileLine, OtherVerdict, str]] = []
    flags = f"the order has {', '.join(order.triggers) or 'none'}"
    outcome = f"the order has {order.field_status}"
    for line in profile.lines:
        if line.mode == "optional":
            others.append((line, "optional", "offered only; add it by hand"))
        elif line.mode == "triggered" and not fires(line, order):
            carried = outcome if line.bill_kind == "outcome" else flags
            others.append((line, "not_triggered", f"needs {line.bill_type}; {carried}"))
        else:
            origin: LineOrigin = "auto" if line.mode == "triggered" else "rate"
            wanted.append(Wanted(line.position, line, origin, override=overrides.get(line.position)))
    return wanted, others


def wanted_of_charges(
    order: WorkOrder, profile: BillingProfile, charges: Sequence[OrderCharge], first: int
) -> Iterator[Wanted]:
    """Prebills, then lines by hand; one without a price of its own takes that of the profile's line with its item."""
    ordered = sorted(
        (one for one in charges if one.kind != "override"), key=lambda one: (one.kind != "prebill", one.id)
    )
    for position, charge in enumerate(ordered, start=first):
        assert charge.kind != "override"
        if charge.standard:
            named = [one for one in profile.lines if one.billing_item == charge.billing_item]
            found = next((one for one in named if one.mode == "optional"), named[0] if named else None)
            if found is None:
                raise PrebillNotInTable(
                    f"{charge.billing_item} was entered for work order {order.number} without a price, and profile "
                    f"{profile.id} ({describe(profile.key)}) has no such line: give it a rate.",
                    members={"charge_id": charge.id, "profile_id": profile.id},
                )
            changes: dict[str, object] = {"comment": charge.comment or found.comment}
            if charge.commission_method is not None:
                changes |= {"commission_method": charge.commission_method, "commission_rate": charge.commission_rate}
            line = found.model_copy(update=changes)
        else:
            assert charge.rate is not None
            line = ProfileLine(
                position=position,
                billing_item=charge.billing_item,
                income_account=charge.income_account,
                taxable=charge.taxable,
                fee_advance=charge.fee_advance,
                bill_kind=None,
                rate=charge.rate,
                comment=charge.comment,
                commission_method=charge.commission_method,
                commission_rate=charge.commission_rate,
            )
        yield Wanted(position, line, charge.kind, charge=charge)


def assign_overrides(
    profile: BillingProfile, charges: Sequence[OrderCharge]
) -> tuple[dict[int, OrderCharge], list[OrderCharge]]:
    """Overrides by the position of their line, a later one in place of an earlier one; and those without a line."""
    assigned: dict[int, OrderCharge] = {}
    lost = []
    for charge in charges:
        if charge.kind != "override":
            continue
        fits = (charge.billing_item, charge.bill_type)
        position = next((one.position for one in profile.lines if (one.billing_item, one.bill_type) == fits), None)
        if position is None:
            lost.append(charge)
        else:
            assigned[position] = charge
    return assigned, lost
