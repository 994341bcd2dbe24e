"""Owns the price of an order: which lines are charged, for which quantity and amount, and why the others are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from services.rating.errors import NothingToCharge, ZoneRequired
from services.rating.records.work_orders import ONE, UNITS, QuantitySource
from services.rating.rules.amounts import (
    EXACT,
    Priced,
    price_line,
    price_share,
    refuse_too_large,
    refuse_too_large_order,
    zone_rate_of,
)
from services.rating.rules.charges import OrderCharge, split
from services.rating.rules.commissions import LineTerms
from services.rating.rules.matching import RegionSource, key_of, match_profile, region_of
from services.rating.rules.planned_lines import (
    PlannedLine,
    assign_overrides,
    plan_charges,
    plan_profile_lines,
)
from services.rating.rules.quantities import (
    BASE,
    HAND,
    NO_DEFINITIONS,
    Definitions,
    explain_quantity,
    names_in,
    quantity_of,
    reported_of,
    why_missing,
)
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
from services.rating.rules.rating_warnings import digest_for
from services.rating.rules.work_orders import WorkOrder
from shared.errors import DomainError
from shared.values.money import ZERO, round_cents
from shared.values.numbers import plain


@dataclass(slots=True)
class _Sheet:
    """The rating of one order in progress. `used` are the quantity sources that a line has used so far."""

    order: WorkOrder
    table: RateTable | None
    lines: dict[int, RatedLine] = field(default_factory=dict)
    reasons: dict[int, LineReason] = field(default_factory=dict)
    dependent: set[int] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    terms: dict[int, LineTerms] = field(default_factory=dict)
    advances_billed: bool = False

    @property
    def definitions(self) -> Definitions:
        """The quantities of the company."""
        return NO_DEFINITIONS if self.table is None else self.table.quantities

    @property
    def units(self) -> Mapping[str, str]:
        """How invoices write the units of quantities."""
        return UNITS if self.table is None else self.table.units

    def explain(self, position: int, line: ProfileLine, verdict: Verdict, words: str) -> None:
        self.reasons[position] = LineReason(position, line.billing_item, verdict, words)


def _price_independent(sheet: _Sheet, planned: PlannedLine) -> None:
    line, order = planned.line, sheet.order
    by_hand = planned.by_hand
    quantity = quantity_of(line.quantity_source, order, sheet.definitions) if by_hand is None else by_hand
    if not quantity:
        words = (
            "the quantity entered by hand is 0"
            if by_hand is not None
            else why_missing(line.quantity_source, order, sheet.definitions)
        )
        sheet.explain(planned.position, line, "no_quantity", words)
        return
    times = None
    if line.times_source is not None:
        times = quantity_of(line.times_source, order, sheet.definitions)
        if not times:
            words = why_missing(line.times_source, order, sheet.definitions)
            sheet.explain(planned.position, line, "no_quantity", words)
            return
        sheet.used |= names_in(line.times_source, sheet.definitions)
    zone_rate, prefix = None, ""
    if line.method == "zone":
        zone_rate, prefix = _zone_rate(sheet, line)
        if zone_rate is None:
            sheet.explain(planned.position, line, "no_quantity", prefix)
            return
    sheet.used |= names_in(line.quantity_source, sheet.definitions)
    for source in (line.quantity_source if by_hand is None else HAND, line.times_source or ONE):
        prefix += explain_quantity(source, order, sheet.definitions)
    sheet.advances_billed |= line.quantity_source == FEE_ADVANCES and line.fee_advance
    # In the explanation, a quantity that was entered is not attributed to the proof of delivery.
    shown = line if by_hand is None else line.model_copy(update={"quantity_source": "by hand"})
    priced = price_line(shown, quantity, times=times, zone_rate=zone_rate, units=sheet.units)
    overridden = planned.override is not None and planned.override.amount is not None
    if line.method == "banded" and not priced.amount and not overridden:
        sheet.explain(planned.position, line, "nothing_to_charge", f"{prefix}{priced.calculation}, which makes no line")
        return
    _put(sheet, planned, quantity, line.quantity_source if by_hand is None else HAND, priced, prefix)


def _zone_rate(sheet: _Sheet, line: ProfileLine) -> tuple[Decimal | None, str]:
    """The rate between the zones of the two ZIPs, or None if a ZIP is missing on the order, and how it was found."""
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
        f"{line.billing_item} has no rate from {shown[0]} to {shown[1]} for work order {order.number}. "
        "Add the ZIP to a zone, or the pair of zones to the rate table.",
        members={"from_zip": order.from_zip, "from_zone": zones[0], "to_zip": order.served_zip, "to_zone": zones[1]},
    )


def _put(
    sheet: _Sheet, planned: PlannedLine, quantity: Decimal, source: QuantitySource, priced: Priced, prefix: str = ""
) -> None:
    """Adds a charged line and its reason. Applies an override, and splits the amount among the servers of a charge."""
    line, charge, override = planned.line, planned.charge, planned.override
    amount, words = priced.amount, prefix + priced.calculation
    if planned.origin == "auto":
        words = f"{line.bill_type}: {words}"
    original, why = None, None
    if override is not None:
        original, why = _original_amount(sheet, planned, priced), override.comment
        amount = priced.amount if override.amount is None else round_cents(override.amount)
        refuse_too_large(amount, line.billing_item)
        words = f"{words}; overridden to {amount} ({override.comment})"
    servers: Sequence[ServerPart] = ()
    if charge is not None:
        words = f"{charge.kind} by {charge.entered_by}: {words}"
        parts = split(amount, [share.share for share in charge.servers])
        servers = [
            ServerPart(share.server, Decimal(plain(share.share)), part)
            for share, part in zip(charge.servers, parts, strict=True)
        ]
    sheet.lines[planned.position] = RatedLine(
        position=planned.position,
        billing_item=line.billing_item,
        income_account=line.income_account,
        quantity=quantity,
        quantity_source=source,
        unit_rate=priced.unit_rate,
        amount=amount,
        taxable=line.taxable,
        fee_advance=line.fee_advance,
        origin=planned.origin,
        method=line.method,
        comment=line.comment,
        original_amount=original,
        override_reason=why,
        charged=priced.charged,
        unit=sheet.units.get(line.quantity_source, ""),
        included=ZERO if line.quantity_source == ONE else line.included_units,
        # What an override is for is not the customer's business.
        reason=priced.reason if amount == priced.amount else "",
        print_zero=line.print_zero,
        servers=servers,
    )
    if line.commission_method is not None and not line.fee_advance:
        sheet.terms[planned.position] = _terms(sheet.order, planned, amount)
    sheet.explain(planned.position, line, "charged", words)


def _terms(order: WorkOrder, planned: PlannedLine, amount: Decimal) -> LineTerms:
    """The commission terms of a line, with the servers of its charge, or else those of the order."""
    line, charge = planned.line, planned.charge
    own = () if charge is None else charge.servers
    assert line.commission_method is not None
    return LineTerms(
        planned.position,
        line.billing_item,
        amount,
        line.commission_method,
        line.commission_rate or ZERO,
        tuple(own or order.servers),
    )


def _original_amount(sheet: _Sheet, planned: PlannedLine, priced: Priced) -> Decimal:
    """The amount of an overridden line without the override; 0.00 if the line would not have been charged."""
    override = planned.override
    if override is None or override.quantity is None or planned.line.method in DEPENDENT:
        return priced.amount
    untouched = _Sheet(sheet.order, sheet.table)
    _price_independent(untouched, replace(planned, override=None))
    line = untouched.lines.get(planned.position)
    return ZERO if line is None else line.amount


def _bases(planned: PlannedLine, everything: Sequence[PlannedLine]) -> set[int]:
    """The positions of the planned lines from which a dependent line is calculated."""
    positions: set[int] = set()
    for name in planned.line.base:
        for other in everything:
            if name in {CHARGES, FEE_ADVANCES}:
                is_base = other.line.method not in DEPENDENT and other.line.fee_advance == (name == FEE_ADVANCES)
            elif name.startswith("#"):
                is_base = other.position == int(name[1:])
            else:
                is_base = other.line.billing_item == name
            if is_base:
                positions.add(other.position)
    return positions - {planned.position}


def _price_dependent(sheet: _Sheet, planned: PlannedLine, bases: set[int]) -> None:
    line = planned.line
    base = sum((sheet.lines[position].amount for position in bases if position in sheet.lines), ZERO)
    if FEE_ADVANCES in line.base:
        sheet.used.add(FEE_ADVANCES)
        # A line that bills the advances is a base itself. Without one, the percentage is of the advances as reported.
        if not sheet.advances_billed:
            base += round_cents(sheet.order.fee_advances or ZERO)
    source = FEE_ADVANCES if line.base == (FEE_ADVANCES,) else BASE
    if planned.by_hand is not None:
        base, source = round_cents(planned.by_hand), HAND
    if not base:
        sheet.explain(planned.position, line, "no_base", f"none of {', '.join(line.base)} is charged")
        return
    refuse_too_large(base, line.billing_item)
    _put(sheet, planned, base, source, price_share(line, base))


def _price_all(sheet: _Sheet, everything: Sequence[PlannedLine]) -> None:
    """Prices independent lines first, and then each dependent line once all its bases are priced.

    Dependent lines use the rounded amounts of their bases (rating, section 3.6). This ends, because in a saved profile
    no line depends on itself.
    """
    pending = []
    for planned in everything:
        if planned.line.method in DEPENDENT:
            pending.append((planned, _bases(planned, everything)))
        else:
            _price_independent(sheet, planned)
    waiting = {planned.position for planned, _ in pending}
    while pending:
        ready = [(planned, bases) for planned, bases in pending if not bases & waiting]
        assert ready, "a line depends on itself"
        for planned, bases in ready:
            _price_dependent(sheet, planned, bases)
        waiting -= {planned.position for planned, _ in ready}
        pending = [(planned, bases) for planned, bases in pending if planned.position in waiting]


def price_order(
    order: WorkOrder,
    profile: BillingProfile,
    region: str,
    region_from: RegionSource,
    *,
    table: RateTable | None = None,
    charges: Sequence[OrderCharge] = (),
) -> Rated:
    """Prices an order with the lines of a profile, its prebills and its manual lines.

    An order without any charge is refused, never invoiced at 0.00. `zone` lines need `table`. Example (Bexar, 2016):
    Rush inside the county 90.00 and skip trace 195.00 are 285.00. Source: rating, section 3.4-3.7.
    Raises NothingToCharge, PrebillNotInTable, ZoneRequired or AmountTooLarge.
    """
    sheet = _Sheet(order, table)
    with localcontext(EXACT):
        overrides, unmatched = assign_overrides(profile, charges) if charges else ({}, [])
        everything, others = plan_profile_lines(order, profile, overrides)
        for line, verdict, words in others:
            sheet.explain(line.position, line, verdict, words)
        if charges:
            everything += plan_charges(order, profile, charges, len(profile.lines) + 1)
        _price_all(sheet, everything)
    lines = tuple(sheet.lines[position] for position in sorted(sheet.lines))
    reasons = [sheet.reasons[position] for position in sorted(sheet.reasons)]
    # Overrides without a line are listed last, after all positions that a line or a charge can have.
    for position, override in enumerate(unmatched, start=len(profile.lines) + len(charges) + 1):
        words = f"no line of this profile matches the override ({override.comment})"
        reasons.append(LineReason(position, override.billing_item, "not_applied", words))
    if not any(line.amount for line in lines):
        raise NothingToCharge(
            f"Profile {profile.id} ({describe(profile.key)}) matches work order {order.number}, but "
            "nothing is charged: " + "; ".join(f"{reason.billing_item} ({reason.words})" for reason in reasons),
            members={"profile_id": profile.id},
        )
    total = sum((line.amount for line in lines), ZERO)
    refuse_too_large_order(total, order.number)
    fired = {planned.line.bill_type or "" for planned in everything if planned.origin == "auto"}
    advances = sum((line.amount for line in lines if line.fee_advance), ZERO)
    return Rated(
        work_order_id=order.id,
        key=key_of(order, region),
        profile=profile,
        region=region,
        region_from=region_from,
        lines=lines,
        reasons=tuple(reasons),
        charges_total=total - advances,
        advances_total=advances,
        fired_triggers=tuple(sorted(fired)),
        unused_triggers=tuple(trigger for trigger in order.triggers if trigger not in fired),
        unused_quantities=tuple(
            name for name, reported in reported_of(order, sheet.definitions) if reported and name not in sheet.used
        ),
        terms=tuple(sheet.terms[position] for position in sorted(sheet.terms)),
        rates_digest=digest_for(profile, table, order.from_zip, order.served_zip),
    )


def rate_work_order(order: WorkOrder, table: RateTable, charges: Sequence[OrderCharge] = ()) -> Rated:
    """Rates one order: finds its region and profile, and prices its lines. Raises what each of these raises."""
    region, region_from = region_of(order, table)
    profile = match_profile(order, region, table)
    return price_order(order, profile, region, region_from, table=table, charges=charges)


UNEXPECTED = "FAILED"
"""The outcome of an order whose rating fails for a reason that no rule has foreseen."""


@dataclass(frozen=True)
class Failed:
    """Why an order in a bulk rating was not rated."""

    work_order_id: int
    code: str
    detail: str


def rate_work_orders(
    orders: Sequence[WorkOrder], table: RateTable, charges: Mapping[int, Sequence[OrderCharge]] | None = None
) -> tuple[list[Rated], list[Failed]]:
    """Rates each order with the charges entered for it. One that cannot be rated does not stop the others."""
    entered = charges or {}
    rated: list[Rated] = []
    failed: list[Failed] = []
    for order in orders:
        try:
            rated.append(rate_work_order(order, table, entered.get(order.id, ())))
        except DomainError as error:
            failed.append(Failed(order.id, error.code, error.detail))
        except Exception as error:
            failed.append(Failed(order.id, UNEXPECTED, f"it failed unexpectedly: {type(error).__name__}"))
    return rated, failed
