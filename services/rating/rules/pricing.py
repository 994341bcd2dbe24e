"""Owns the price of an order: which lines come, with which quantity, at which amount, and why the others do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from operator import attrgetter

from services.rating.errors import NothingToCharge, ZoneRequired
from services.rating.records.work_orders import QUANTITY_SOURCES, QuantitySource
from services.rating.rules.amounts import EXACT, Priced, price_line, price_share, require_fitting, zone_rate_of
from services.rating.rules.charges import OrderCharge, split
from services.rating.rules.commissions import LineTerms
from services.rating.rules.matching import RegionSource, key_of, match_profile, region_of
from services.rating.rules.rate_tables import (
    CHARGES,
    DEPENDENT,
    FEE_ADVANCES,
    BillingProfile,
    ProfileLine,
    RateTable,
    describe,
    zone_of,
)
from services.rating.rules.rated import LineReason, Rated, RatedLine, ServerPart, Verdict
from services.rating.rules.wanted import (
    Wanted,
    assign_overrides,
    quantity_of,
    wanted_of_charges,
    wanted_of_profile,
)
from services.rating.rules.work_orders import WorkOrder
from shared.errors import DomainError
from shared.values.money import ZERO, round_cents
from shared.values.numbers import plain

_REPORTED = attrgetter(*QUANTITY_SOURCES)

HAND = "hand"
"""The quantity source of a line whose quantity a person entered."""


@dataclass(slots=True)
class _Sheet:
    """The rating of one order while it is made."""

    order: WorkOrder
    table: RateTable | None
    lines: dict[int, RatedLine] = field(default_factory=dict)
    reasons: dict[int, LineReason] = field(default_factory=dict)
    dependent: set[int] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    terms: dict[int, LineTerms] = field(default_factory=dict)
    advances_billed: bool = False

    def explain(self, position: int, line: ProfileLine, verdict: Verdict, words: str) -> None:
        self.reasons[position] = LineReason(position, line.billing_item, verdict, words)


def _price_independent(sheet: _Sheet, wanted: Wanted) -> None:
    line, order = wanted.line, sheet.order
    by_hand = wanted.by_hand
    quantity = quantity_of(line.quantity_source, order) if by_hand is None else by_hand
    if not quantity:
        words = (
            "the quantity by hand is 0"
            if by_hand is not None
            else f"no {line.quantity_source} in the proof of delivery"
        )
        sheet.explain(wanted.position, line, "no_quantity", words)
        return
    times = None
    if line.times_source is not None:
        times = quantity_of(line.times_source, order)
        if not times:
            sheet.explain(wanted.position, line, "no_quantity", f"no {line.times_source} in the proof of delivery")
            return
        sheet.used.add(line.times_source)
    zone_rate, zone_words = None, ""
    if line.method == "zone":
        zone_rate, zone_words = _zone_rate(sheet, line)
        if zone_rate is None:
            sheet.explain(wanted.position, line, "no_quantity", zone_words)
            return
    sheet.used.add(line.quantity_source)
    sheet.advances_billed |= line.quantity_source == FEE_ADVANCES and line.fee_advance
    shown = line if by_hand is None else line.model_copy(update={"quantity_source": "by hand"})
    priced = price_line(shown, quantity, times=times, zone_rate=zone_rate)
    _put(sheet, wanted, quantity, line.quantity_source if by_hand is None else HAND, priced, zone_words)


def _zone_rate(sheet: _Sheet, line: ProfileLine) -> tuple[Decimal | None, str]:
    """The rate between the zones of the two ZIPs and how it was found; None when a ZIP is missing on the order."""
    order, table = sheet.order, sheet.table
    assert table is not None
    zips = (order.from_zip, order.served_zip)
    zones = [None if zip_code is None else zone_of(zip_code, table) for zip_code in zips]
    rate = zone_rate_of(line, zones[0], zones[1])
    shown = [f"{zip_code} ({zone or 'no zone'})" for zip_code, zone in zip(zips, zones, strict=True)]
    if rate is not None:
        return rate, f"{shown[0]} to {shown[1]}: "
    if None in zips:
        missing = "pickup ZIP (from_zip)" if order.from_zip is None else "served ZIP"
        return None, f"no {missing} on the order"
    raise ZoneRequired(
        f"{line.billing_item} has no rate from {shown[0]} to {shown[1]} for work order {order.number}: put the ZIP into a "
        f"zone, or the pair into the rate table.",
        members={"from_zip": order.from_zip, "from_zone": zones[0], "to_zip": order.served_zip, "to_zone": zones[1]},
    )


def _put(
    sheet: _Sheet, wanted: Wanted, quantity: Decimal, source: QuantitySource, priced: Priced, prefix: str = ""
) -> None:
    """Writes a line that comes, with an overridden amount and the servers of its prebill, and its reason."""
    line, charge, override = wanted.line, wanted.charge, wanted.override
    amount, words = priced.amount, prefix + priced.words
    if wanted.origin == "auto":
        words = f"{line.bill_type}: {words}"
    original, why = None, None
    if override is not None:
        original, why = _original_amount(sheet, wanted, priced), override.comment
        amount = priced.amount if override.amount is None else override.amount
        require_fitting(amount, line.billing_item)
        words = f"{words}; by hand {amount} ({override.comment})"
    servers: Sequence[ServerPart] = ()
    if charge is not None:
        words = f"{charge.kind} by {charge.entered_by}: {words}"
        parts = split(amount, [one.share for one in charge.servers])
        servers = [
            ServerPart(one.server, Decimal(plain(one.share)), part)
            for one, part in zip(charge.servers, parts, strict=True)
        ]
    sheet.lines[wanted.position] = RatedLine(
        position=wanted.position,
        billing_item=line.billing_item,
        income_account=line.income_account,
        quantity=quantity,
        quantity_source=source,
        unit_rate=priced.unit_rate,
        amount=amount,
        taxable=line.taxable,
        fee_advance=line.fee_advance,
        origin=wanted.origin,
        method=line.method,
        comment=line.comment,
        original_amount=original,
        override_reason=why,
        servers=servers,
    )
    if line.commission_method is not None and not line.fee_advance:
        sheet.terms[wanted.position] = _terms(sheet.order, wanted, amount)
    sheet.explain(wanted.position, line, "charged", words)


def _terms(order: WorkOrder, wanted: Wanted, amount: Decimal) -> LineTerms:
    """What a line earns: the servers of its own charge, else those of the order."""
    line, charge = wanted.line, wanted.charge
    own = () if charge is None else charge.servers
    assert line.commission_method is not None
    return LineTerms(
        wanted.position,
        line.billing_item,
        amount,
        line.commission_method,
        line.commission_rate or ZERO,
        tuple(own or order.servers),
    )


def _original_amount(sheet: _Sheet, wanted: Wanted, priced: Priced) -> Decimal:
    """What an overridden line would have cost without the override; 0.00 when it would not have come."""
    override = wanted.override
    if override is None or override.quantity is None or wanted.line.method in DEPENDENT:
        return priced.amount
    untouched = _Sheet(sheet.order, sheet.table)
    _price_independent(untouched, replace(wanted, override=None))
    line = untouched.lines.get(wanted.position)
    return ZERO if line is None else line.amount


def _bases(wanted: Wanted, everything: Sequence[Wanted]) -> set[int]:
    """The positions on which a dependent line rests, of all lines that are wanted."""
    positions: set[int] = set()
    for name in wanted.line.base:
        for one in everything:
            if name in {CHARGES, FEE_ADVANCES}:
                fits = one.line.method not in DEPENDENT and one.line.fee_advance == (name == FEE_ADVANCES)
            elif name.startswith("#"):
                fits = one.position == int(name[1:])
            else:
                fits = one.line.billing_item == name
            if fits:
                positions.add(one.position)
    return positions - {wanted.position}


def _price_dependent(sheet: _Sheet, wanted: Wanted, bases: set[int]) -> None:
    line = wanted.line
    base = sum((sheet.lines[one].amount for one in bases if one in sheet.lines), ZERO)
    if FEE_ADVANCES in line.base:
        sheet.used.add(FEE_ADVANCES)
        if not sheet.advances_billed:
            base += round_cents(sheet.order.fee_advances or ZERO)
    source = FEE_ADVANCES if line.base == (FEE_ADVANCES,) else "base"
    if wanted.by_hand is not None:
        base, source = round_cents(wanted.by_hand), HAND
    if not base:
        sheet.explain(wanted.position, line, "no_base", f"nothing of {', '.join(line.base)} is charged")
        return
    require_fitting(base, line.billing_item)
    _put(sheet, wanted, base, source, price_share(line, base))


def _price_all(sheet: _Sheet, everything: Sequence[Wanted]) -> None:
    """Lines with an amount of their own first, then each dependent line once all that it rests on are priced.

    Dependent lines use the rounded amounts of their bases (rating, section 3.6); a saved profile has no circle.
    """
    pending = []
    for wanted in everything:
        if wanted.line.method in DEPENDENT:
            pending.append((wanted, _bases(wanted, everything)))
        else:
            _price_independent(sheet, wanted)
    waiting = {wanted.position for wanted, _ in pending}
    while pending:
        ready = [(wanted, bases) for wanted, bases in pending if not bases & waiting]
        assert ready, "a line rests on itself"
        for wanted, bases in ready:
            _price_dependent(sheet, wanted, bases)
        waiting -= {wanted.position for wanted, _ in ready}
        pending = [one for one in pending if one[0].position in waiting]


def price_order(
    order: WorkOrder,
    profile: BillingProfile,
    region: str,
    region_from: RegionSource,
    *,
    table: RateTable | None = None,
    charges: Sequence[OrderCharge] = (),
) -> Rated:
    """Applies the lines of `profile`, the prebills and the lines by hand to `order`.

    An order without any charge is refused, never invoiced at 0.00. `table` is needed for `zone` lines. Example (Bexar,
    2016): Rush inside the county 90.00 and skip trace 195.00 make 285.00. Source: rating, section 3.4-3.7.
    Raises NothingToCharge, PrebillNotInTable, ZoneRequired, AmountTooLarge.
    """
    sheet = _Sheet(order, table)
    with localcontext(EXACT):
        overrides, lost = assign_overrides(profile, charges) if charges else ({}, [])
        everything, others = wanted_of_profile(order, profile, overrides)
        for line, verdict, words in others:
            sheet.explain(line.position, line, verdict, words)
        if charges:
            everything += wanted_of_charges(order, profile, charges, len(profile.lines) + 1)
        _price_all(sheet, everything)
    lines = tuple(sheet.lines[position] for position in sorted(sheet.lines))
    reasons = [sheet.reasons[position] for position in sorted(sheet.reasons)]
    for offset, one in enumerate(lost, start=len(profile.lines) + len(charges) + 1):
        words = f"the override ({one.comment}) has no line in this profile"
        reasons.append(LineReason(offset, one.billing_item, "not_applied", words))
    if not any(line.amount for line in lines):
        raise NothingToCharge(
            f"Profile {profile.id} ({describe(profile.key)}) fits work order {order.number}, but nothing is charged: "
            + "; ".join(f"{one.billing_item} {one.words}" for one in reasons),
            members={"profile_id": profile.id},
        )
    fired = {one.line.bill_type or "" for one in everything if one.origin == "auto"}
    advances = sum((line.amount for line in lines if line.fee_advance), ZERO)
    return Rated(
        work_order_id=order.id,
        key=key_of(order, region),
        profile=profile,
        region=region,
        region_from=region_from,
        lines=lines,
        reasons=tuple(reasons),
        charges_total=sum((line.amount for line in lines), ZERO) - advances,
        advances_total=advances,
        fired_triggers=tuple(sorted(fired)),
        unused_triggers=tuple(one for one in order.triggers if one not in fired),
        unused_quantities=tuple(
            name
            for name, reported in zip(QUANTITY_SOURCES, _REPORTED(order), strict=True)
            if reported and name not in sheet.used
        ),
        terms=tuple(sheet.terms[position] for position in sorted(sheet.terms)),
    )


def rate_work_order(order: WorkOrder, table: RateTable, charges: Sequence[OrderCharge] = ()) -> Rated:
    """Region, profile, lines: the whole rating of one order; raises the refusal that says what is missing."""
    region, region_from = region_of(order, table)
    profile = match_profile(order, region, table)
    return price_order(order, profile, region, region_from, table=table, charges=charges)


@dataclass(frozen=True)
class Failed:
    """Why an order of a bulk rating was not rated."""

    work_order_id: int
    code: str
    detail: str


def rate_work_orders(
    orders: Sequence[WorkOrder], table: RateTable, charges: Mapping[int, Sequence[OrderCharge]] | None = None
) -> tuple[list[Rated], list[Failed]]:
    """Rates each order on its own, with the charges entered for it; one that cannot be rated never stops the others."""
    entered = charges or {}
    rated: list[Rated] = []
    failed: list[Failed] = []
    for order in orders:
        try:
            rated.append(rate_work_order(order, table, entered.get(order.id, ())))
        except DomainError as error:
            failed.append(Failed(order.id, error.code, error.detail))
    return rated, failed
