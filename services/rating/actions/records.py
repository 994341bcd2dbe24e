"""The records: what each can refer to, what must not contradict, and what is saved along with it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import (
    CodeTaken,
    CommissionRateFaulty,
    CommissionRatesOverlap,
    RateTableFaulty,
    RuleFaulty,
    UnknownReference,
)
from services.rating.records.codes import BillingItem, Branch, Code, Zone
from services.rating.records.commission_rates import CommissionRate, CommissionRateEntry
from services.rating.records.quantities import Quantity
from services.rating.records.rollup_rules import RollupRuleEntry
from services.rating.rules.codes import find_faults_in_codes, find_taken_zips
from services.rating.rules.commission_rates import find_faults_in_rate, find_overlapping_rates
from services.rating.rules.quantities import find_faults_in_quantities, find_unknown_parts
from services.rating.rules.rollup_rules import find_faults_in_rule
from services.rating.store import billing_profiles, codes, customers, records
from services.rating.store.references import find_unknown_companies
from shared.records.keeping import Faults, Records
from shared.records.table import RecordTable, load_rows


async def _faults_in_codes(_session: AsyncSession, rows: Sequence[Code | BillingItem]) -> Faults:
    return list(find_faults_in_codes(rows))


async def _faults_in_zones(session: AsyncSession, rows: Sequence[Zone]) -> Faults:
    zones = await codes.zones_of(session, sorted({zip_code for row in rows for zip_code in row.zips}))
    return [*find_faults_in_codes(rows), *find_taken_zips(rows, zones)]


async def _faults_in_quantities(session: AsyncSession, rows: Sequence[Quantity]) -> Faults:
    """Changes run one after another, so that two at once cannot make quantities that depend on themselves."""
    await billing_profiles.wait_for_turn(session)
    return [*find_faults_in_codes(rows), *find_faults_in_quantities(rows, await codes.quantities(session))]


async def _unknown_parts(session: AsyncSession, rows: Sequence[Quantity]) -> Faults:
    """A quantity can keep a part that was retired after it was saved."""
    return list(find_unknown_parts(rows, await codes.quantities(session)))


async def _unknown_servers(session: AsyncSession, rows: Sequence[CommissionRateEntry]) -> Faults:
    """A rate can keep a server who was retired after the rate was saved."""
    servers = (await codes.known_codes(session))["server"]
    return [
        (index, "server", f"there is no server {row.server}")
        for index, row in enumerate(rows)
        if row.server not in servers
    ]


async def _faults_in_rates(session: AsyncSession, rows: Sequence[CommissionRateEntry]) -> Faults:
    await codes.lock_servers(session, sorted({row.server for row in rows}))
    saved = [row for row in rows if isinstance(row, CommissionRate)]
    faults = [(index, *fault) for index, row in enumerate(rows) for fault in find_faults_in_rate(row)]
    others = [rate for rate in await load_rows(session, records.COMMISSION_RATES) if isinstance(rate, CommissionRate)]
    overlaps = find_overlapping_rates(rows, others, replaces=saved[0].id if saved else None)
    return [*faults, *((index, "effective_from", message) for index, message in overlaps)]


async def _faults_in_rules(_session: AsyncSession, rows: Sequence[RollupRuleEntry]) -> Faults:
    return [(index, *fault) for index, row in enumerate(rows) for fault in find_faults_in_rule(row)]


async def _unknown_bill_tos(session: AsyncSession, rows: Sequence[RollupRuleEntry]) -> Faults:
    known = await customers.find_known(session, [(row.ar_company, row.bill_to) for row in rows])
    return [
        (index, "bill_to", f"company {row.ar_company} has no customer {row.bill_to}")
        for index, row in enumerate(rows)
        if row.ar_company is not None and (row.ar_company, row.bill_to) not in known
    ]


async def _unknown_companies(session: AsyncSession, rows: Sequence[Branch]) -> Faults:
    unknown = await find_unknown_companies(session, [row.ar_company for row in rows])
    return [
        (index, "ar_company", f"there is no AR company {row.ar_company}")
        for index, row in enumerate(rows)
        if row.ar_company in unknown
    ]


async def _spelled_bill_tos(session: AsyncSession, rows: Sequence[RollupRuleEntry]) -> Sequence[RollupRuleEntry]:
    """The rules with the numbers of their bill-tos as receivables spells them."""
    named = {(row.ar_company, row.bill_to) for row in rows if row.ar_company and row.bill_to}
    spelled = await customers.spellings(session, sorted(named))
    return [row.model_copy(update={"bill_to": spelled.get((row.ar_company, row.bill_to), row.bill_to)}) for row in rows]


def _bill_to_of(row: RollupRuleEntry) -> Mapping[str, Any]:
    """A rule applies to all branches, so callers who are limited to some branches cannot change it."""
    return {"ar_company": row.ar_company, "customer": row.bill_to}


def _codes(table: RecordTable[Any], **more: Any) -> Records[Any]:
    """A table of codes. They are shared by all branches and companies, so limits do not apply."""
    given = {"find_contradictions": _faults_in_codes, "compared": ("code",), **more}
    return Records(table, sides_of=None, taken=CodeTaken, faulty=RateTableFaulty, **given)


def _zips_of(name: str) -> dict[str, Any]:
    """A change replaces the ZIP codes of a region or zone; an import only adds some."""
    return {
        "grows": ("zips",),
        "save_more": partial(codes.add_zips, name=name),
        "change_more": partial(codes.remove_other_zips, name=name),
    }


BRANCHES = _codes(records.BRANCHES, find_faults=_unknown_companies, faulty_fields={"ar_company": UnknownReference})
CUSTOMER_TYPES = _codes(records.CUSTOMER_TYPES)
PRIORITIES = _codes(records.PRIORITIES)
JOB_TYPES = _codes(records.JOB_TYPES)
REGIONS = _codes(records.REGIONS, **_zips_of("region"))
ZONES = _codes(records.ZONES, find_contradictions=_faults_in_zones, compared=("code", "zips"), **_zips_of("zone"))
BILL_TYPES = _codes(records.BILL_TYPES)
BILLING_ITEMS = _codes(records.BILLING_ITEMS, compared=())
SERVERS = _codes(records.SERVERS)
QUANTITIES = _codes(
    records.QUANTITIES,
    find_faults=_unknown_parts,
    find_contradictions=_faults_in_quantities,
    compared=("code", "derived", "derived_from"),
)
COMMISSION_RATES = Records(
    records.COMMISSION_RATES,
    find_faults=_unknown_servers,
    find_contradictions=_faults_in_rates,
    compared=("server", "percent", "effective_from", "effective_to"),
    sides_of=None,
    taken=CommissionRatesOverlap,
    faulty=CommissionRateFaulty,
    faulty_fields={"effective_from": CommissionRatesOverlap},
)
ROLLUP_RULES = Records(
    records.ROLLUP_RULES,
    find_faults=_unknown_bill_tos,
    find_contradictions=_faults_in_rules,
    compared=("style",),
    spelled=_spelled_bill_tos,
    sides_of=_bill_to_of,
    taken=CodeTaken,
    faulty=RuleFaulty,
    faulty_fields={"bill_to": UnknownReference},
)
