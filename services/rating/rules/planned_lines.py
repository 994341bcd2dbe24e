"""Owns which lines a rating plans: profile lines that are triggered, prebills and manual lines, with overrides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.rating.errors import PrebillNotInTable
from services.rating.rules.charges import OrderCharge
from services.rating.rules.rate_tables import BillingProfile, ProfileLine, describe
from services.rating.rules.work_orders import WorkOrder

LineOrigin = Literal["rate", "auto", "prebill", "manual"]
"""Where a line comes from: the rate table, a trigger, or a person who entered it before or after rating."""
OtherVerdict = Literal["optional", "not_triggered"]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line that is charged if it has a quantity or a base: a profile line, a prebill or a manual line."""

    position: int
    line: ProfileLine
    origin: LineOrigin
    charge: OrderCharge | None = None
    override: OrderCharge | None = None

    @property
    def by_hand(self) -> Decimal | None:
        """The quantity that was entered by hand, if any."""
        if self.override is not None and self.override.quantity is not None:
            return self.override.quantity
        return None if self.charge is None else self.charge.quantity


def is_triggered(line: ProfileLine, order: WorkOrder) -> bool:
    """Whether the bill type of a triggered line applies to the order, as one of its flags or as its outcome.

    Outcomes are named like the field statuses: `SERVED`, `NOT_SERVED`, `CANCELLED`.
    """
    if line.bill_kind == "outcome":
        return line.bill_type == order.field_status.upper()
    return line.bill_type in order.triggers


def plan_profile_lines(
    order: WorkOrder, profile: BillingProfile, overrides: Mapping[int, OrderCharge]
) -> tuple[list[PlannedLine], list[tuple[ProfileLine, OtherVerdict, str]]]:
    """The profile lines to charge, and the others, each with its verdict and the reason.

    `default` lines are always charged, `triggered` lines if their bill type is on the order, `optional` lines only if
    someone adds them. `overrides` are given by the position of their line. Source: rating, section 3.4.
    """
    planned: list[PlannedLine] = []
    others: list[tuple[ProfileLine, OtherVerdict, str]] = []
    flags = f"the order has {', '.join(order.triggers) or 'no triggers'}"
    outcome = f"the order is {order.field_status}"
    for line in profile.lines:
        if line.mode == "optional":
            others.append((line, "optional", "optional; add it by hand if it applies"))
        elif line.mode == "triggered" and not is_triggered(line, order):
            reason = outcome if line.bill_kind == "outcome" else flags
            others.append((line, "not_triggered", f"needs {line.bill_type}; {reason}"))
        else:
            origin: LineOrigin = "auto" if line.mode == "triggered" else "rate"
            planned.append(PlannedLine(line.position, line, origin, override=overrides.get(line.position)))
    return planned, others


def plan_charges(
    order: WorkOrder, profile: BillingProfile, charges: Sequence[OrderCharge], first: int
) -> Iterator[PlannedLine]:
    """Yields prebills first and then manual lines, in the order in which they were entered.

    A charge without a rate is priced like the profile line with its billing item; an optional line takes precedence.
    Raises PrebillNotInTable. Source: rating, section 3.5.
    """
    ordered = sorted(
        (charge for charge in charges if charge.kind != "override"),
        key=lambda charge: (charge.kind != "prebill", charge.id),
    )
    for position, charge in enumerate(ordered, start=first):
        assert charge.kind != "override"
        if charge.standard:
            named = [line for line in profile.lines if line.billing_item == charge.billing_item]
            found = next((line for line in named if line.mode == "optional"), named[0] if named else None)
            if found is None:
                raise PrebillNotInTable(
                    f"{charge.billing_item} was entered for work order {order.number} without a rate, and profile "
                    f"{profile.id} ({describe(profile.key)}) has no line for it. Enter it again with a rate.",
                    members={"charge_id": charge.id, "profile_id": profile.id},
                )
            changes: dict[str, object] = {"comment": charge.comment or found.comment}
            if charge.commission_method is not None:
                changes |= {"commission_method": charge.commission_method, "commission_rate": charge.commission_rate}
            line = found.model_copy(update=changes)
        else:
            assert charge.rate is not None
            # Without validation: a charge that was entered before there was a cap is refused by its amount.
            line = ProfileLine.model_construct(
                position=position,
                billing_item=charge.billing_item,
                income_account=charge.income_account,
                taxable=charge.taxable,
                fee_advance=charge.fee_advance,
                print_zero=charge.print_zero,
                bill_kind=None,
                rate=charge.rate,
                comment=charge.comment,
                commission_method=charge.commission_method,
                commission_rate=charge.commission_rate,
            )
        yield PlannedLine(position, line, charge.kind, charge=charge)


def assign_overrides(
    profile: BillingProfile, charges: Sequence[OrderCharge]
) -> tuple[dict[int, OrderCharge], list[OrderCharge]]:
    """The overrides by the position of their line, and those without a line. Later overrides replace earlier ones."""
    assigned: dict[int, OrderCharge] = {}
    unmatched = []
    for charge in charges:
        if charge.kind != "override":
            continue
        key = (charge.billing_item, charge.bill_type)
        position = next((line.position for line in profile.lines if (line.billing_item, line.bill_type) == key), None)
        if position is None:
            unmatched.append(charge)
        else:
            assigned[position] = charge
    return assigned, unmatched
