"""The orders and the totals of Rated Workorders Ready to Export."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.accounts import OpenMonths
from services.rating.rules.ready_to_export import (
    CountedWarning,
    Exportable,
    Exposure,
    GroupTotal,
    PlannedExport,
    RatedFacts,
    ReadyFacts,
    ReadyFilter,
    ReadyTotals,
    WarningCount,
    total_of,
)
from services.rating.store.exports.blockers import BLOCKERS, held, stopping
from services.rating.store.order_pages import fetch_orders
from services.rating.store.ratings import RATED_WITH
from services.rating.store.selection import TO_ROLL_UP
from services.rating.store.work_orders import BRANCH, SIDES, branch_if_limited, searched
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where
from shared.database.spellings import listed, spelled
from shared.database.statements import fetch_all
from shared.values.fields import parts_of
from shared.values.money import LARGEST

LimitsPassed = Mapping[tuple[int, str], Decimal]
_COMMISSION = """
    JOIN LATERAL (
        SELECT coalesce(sum(m.amount), 0.00) AS commission FROM commission m
        WHERE m.work_order_id = w.id AND m.version = w.rating_version AND NOT m.void
    ) AS m ON true
"""
_RATED = f"{BRANCH} JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version"
_RATED_AT = """
    CROSS JOIN LATERAL (
        SELECT r.rated_at, r.rated_by, r.charges_total FROM rating r
        WHERE r.work_order_id = w.id AND r.version = w.rating_version OFFSET 0
    ) AS r
"""
"""When orders were rated, looked up for each of them: the planner would otherwise read the ratings of all years."""
_CUSTOMER = "LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.bill_to"
_CHOSEN = "o.invoice_id IN (SELECT k.invoice_id FROM work_order k WHERE k.id = ANY(CAST(:chosen AS bigint[])))"
_BLOCKERS = f"""
    (CASE WHEN b.ar_company = ANY(CAST(:refused AS int[])) THEN ARRAY['EXPORT_DATE_REFUSED'] ELSE '{{}}' END
     || {BLOCKERS})
"""
_NOTICES = """
    array_remove(ARRAY[
        CASE WHEN c.status IS NULL THEN 'UNKNOWN_BILL_TO' WHEN c.status = 'hold' THEN 'BILL_TO_ON_HOLD'
             WHEN c.status = 'inactive' THEN 'BILL_TO_INACTIVE' END,
        CASE WHEN w.changed_at > r.rated_at THEN 'CHANGED_AFTER_RATING' END
    ], NULL)
"""
_WARNINGS = f"""
    ({_BLOCKERS} || {_NOTICES} || CASE WHEN (b.ar_company, w.bill_to) IN (
        SELECT company, number FROM unnest(CAST(:over_companies AS int[]), CAST(:over_numbers AS text[]))
            AS passed (company, number)) THEN ARRAY['OVER_CREDIT_LIMIT'] ELSE '{{}}' END
     || CASE WHEN w.id = ANY(CAST(:rates_changed AS bigint[])) THEN ARRAY['RATE_CHANGED'] ELSE '{{}}' END)
"""


@dataclass(frozen=True)
class _GroupTotal(GroupTotal):
    of_branch: bool


@dataclass(frozen=True)
class _Count(Exportable):
    code: CountedWarning | Literal[""]


def _stopping(filters: ReadyFilter, condition: str = "o.status = 'assigned'") -> str:
    """The joins that _BLOCKERS needs, for an export by branch, bill-to and time of rating as they are filtered.

    Of these only the time can be different for orders on the same invoice.
    """
    if filters.rated_until is None:
        return stopping(held(condition))
    rated = "JOIN rating p ON p.work_order_id = o.id AND p.version = o.rating_version"
    return stopping(held(condition, joined=rated, outside="p.rated_at > :rated_until"))


def _planned(filters: ReadyFilter, planned: PlannedExport) -> dict[str, object]:
    """The parameters of _stopping and _BLOCKERS."""
    until = {} if filters.rated_until is None else {"rated_until": filters.rated_until}
    return {
        "invoice_date": planned.invoice_date,
        "refused": sorted(planned.refused),
        "largest": LARGEST,
        **until,
    }


def _passed(limits_passed: LimitsPassed, planned: PlannedExport) -> dict[str, object]:
    """The parameters of _WARNINGS."""
    return {
        "over_companies": [company for company, _ in limits_passed],
        "over_numbers": [number for _, number in limits_passed],
        "rates_changed": list(planned.rates_changed),
    }


def _where(scope: Scope, filters: ReadyFilter, planned: PlannedExport, limits_passed: LimitsPassed) -> Where:
    where = (
        Where(["w.status IN ('rated', 'assigned')"])
        .within(scope, **SIDES)
        .add("w.branch = :branch", branch=filters.branch)
        .add(spelled("w.bill_to", "bill_to"), bill_to=listed(filters.bill_to))
        .add("w.invoice_id = :invoice_id", invoice_id=filters.invoice_id)
        .add("w.job_type = :job_type", job_type=filters.job_type)
        .add("w.priority = :priority", priority=filters.priority)
        .add(f"(w.on_rollup OR {TO_ROLL_UP}) = :rollup", rollup=filters.rollup)
        .add("r.rated_at <= :rated_until", rated_until=filters.rated_until)
    )
    if filters.exportable is not None:
        where.add(
            f"(cardinality({_BLOCKERS}) = 0) = :exportable",
            exportable=filters.exportable,
            **_planned(filters, planned),
        )
    if filters.warning is not None:
        where.add(
            f"{_WARNINGS} && CAST(:warning AS text[])",
            warning=list(filters.warning),
            **_planned(filters, planned),
            **_passed(limits_passed, planned),
        )
    return searched(where, filters.search)


def _filtered_with(filters: ReadyFilter) -> str:
    """The joins that the conditions need besides the branch and the rating of each order."""
    return "" if filters.exportable is None and filters.warning is None else f"{_CUSTOMER} {_stopping(filters)}"


SORTING = Sorting(
    {
        # Not the bare number or date: its index would be walked through the orders of all years to find ready ones.
        "number": ("(w.number || '')", "text"),
        "service_on": ("(w.service_on + 0)", "date"),
        "branch": ("w.branch", "text"),
        "bill_to": ("w.bill_to", "text"),
        "invoice_id": ("coalesce(w.invoice_id, 0)", "bigint"),
        "job_type": ("w.job_type", "text"),
        "rated_at": ("r.rated_at", "timestamptz"),
        "rated_by": ("r.rated_by", "text"),
        "charges_total": ("r.charges_total", "numeric"),
        "total": ("w.total", "numeric"),
    },
    default="bill_to",
    key="w.id",
)


async def list_ready(
    session: AsyncSession,
    scope: Scope,
    filters: ReadyFilter,
    planned: PlannedExport,
    limits_passed: LimitsPassed,
    query: PageQuery,
) -> tuple[list[ReadyFacts], str | None]:
    """One page of the orders that match, and the cursor of the next page."""
    assessed = _filtered_with(filters)
    needs_ratings = (
        filters.rated_until is not None
        or bool(assessed)
        or (query.sort or "").endswith(("rated_at", "rated_by", "charges_total"))
    )
    needs_branches = filters.rollup is not None or bool(assessed)
    return await fetch_orders(
        session,
        ReadyFacts,
        columns=f"""
            w.id AS work_order_id, w.number, w.revision, w.invoice_id, i.kind AS invoice_kind, i.cycle_to, w.branch,
            b.ar_company, w.customer, w.bill_to, c.name AS bill_to_name, w.job_type, w.priority, r.region, w.service_on,
            r.rated_by, r.rated_at, w.rating_version, r.charges_total, r.advances_total, m.commission, r.total,
            {_BLOCKERS} AS blockers, {_NOTICES} AS notices, held.negative, held.zero, r.rates_digest,
            {RATED_WITH} AS rated_with
        """,
        joined=f"{_RATED} {_CUSTOMER} {_stopping(filters, _CHOSEN)} {_COMMISSION}",
        chosen_with=f"""
            {BRANCH if needs_branches else branch_if_limited(scope)} {_RATED_AT if needs_ratings else ""} {assessed}
        """,
        where=_where(scope, filters, planned, limits_passed),
        sorting=SORTING,
        query=query,
        parameters=_planned(filters, planned),
    )


async def rated_facts(
    session: AsyncSession, scope: Scope, filters: ReadyFilter, planned: PlannedExport
) -> list[RatedFacts]:
    """What decides of each order that matches, whatever its warnings, whether its rates have changed."""
    where = _where(scope, filters.model_copy(update={"exportable": None, "warning": None}), planned, {})
    return await fetch_all(
        session,
        RatedFacts,
        f"""
        SELECT w.id AS work_order_id, r.total, {RATED_WITH} AS rated_with, w.service_on, r.rates_digest
        FROM work_order w {_RATED} WHERE {where.sql}
        """,
        **where.parameters,
    )


async def total_ready(
    session: AsyncSession, scope: Scope, filters: ReadyFilter, planned: PlannedExport, limits_passed: LimitsPassed
) -> ReadyTotals:
    """The totals of all orders that match, by branch and by income account, and what can be exported of them."""
    where = _where(scope, filters, planned, limits_passed)
    # Each order's lines are looked up by its rating: the planner would otherwise read those of all years.
    totals = await fetch_all(
        session,
        _GroupTotal,
        f"""
        WITH ready AS MATERIALIZED (
            SELECT w.id, w.branch, w.rating_version, r.id AS rating_id
            FROM work_order w {_RATED} {_filtered_with(filters)} WHERE {where.sql}
        ), part AS MATERIALIZED (
            SELECT ready.branch, lines.* FROM ready CROSS JOIN LATERAL (
                SELECT l.income_account, coalesce(sum(l.amount) FILTER (WHERE NOT l.fee_advance), 0.00) AS charges_total,
                       coalesce(sum(l.amount) FILTER (WHERE l.fee_advance), 0.00) AS advances_total,
                       coalesce(sum(m.commission), 0.00) AS commission, sum(l.amount) AS total
                FROM rating_line l LEFT JOIN (
                    SELECT position, sum(amount) AS commission FROM commission
                    WHERE work_order_id = ready.id AND version = ready.rating_version AND NOT void GROUP BY position
                ) AS m ON m.position = l.position
                WHERE l.rating_id = ready.rating_id GROUP BY l.income_account
            ) AS lines
        ), counted AS (SELECT branch, count(*) AS orders FROM ready GROUP BY branch)
        SELECT true AS of_branch, counted.branch AS name, min(counted.orders) AS orders,
               coalesce(sum(charges_total), 0.00) AS charges_total, coalesce(sum(advances_total), 0.00) AS advances_total,
               coalesce(sum(commission), 0.00) AS commission, coalesce(sum(total), 0.00) AS total
        FROM counted LEFT JOIN part ON part.branch = counted.branch GROUP BY counted.branch
        UNION ALL
        SELECT false, income_account, count(*), sum(charges_total), sum(advances_total), sum(commission), sum(total)
        FROM part GROUP BY income_account
        ORDER BY of_branch, name
        """,
        **where.parameters,
    )
    by_branch, by_account = (
        [GroupTotal(**parts_of(one, GroupTotal)) for one in totals if one.of_branch == of_branch]
        for of_branch in (True, False)
    )
    counts = await _count_warnings(session, where, filters, planned, limits_passed)
    exportable = next(Exportable(**parts_of(one, Exportable)) for one in counts if one.code == "")
    warned = [WarningCount(one.code, one.orders) for one in counts if one.code != ""]
    return total_of(by_branch, by_account, exportable, warned)


async def _count_warnings(
    session: AsyncSession, where: Where, filters: ReadyFilter, planned: PlannedExport, limits_passed: LimitsPassed
) -> list[_Count]:
    """How many orders that match have each warning, and what can be exported of them, without a code."""
    return await fetch_all(
        session,
        _Count,
        f"""
        WITH ready AS MATERIALIZED (
            SELECT coalesce(w.invoice_id, -w.id) AS invoice, w.total, cardinality({_BLOCKERS}) = 0 AS exportable,
                   {_WARNINGS} AS warnings
            FROM work_order w {BRANCH} {_RATED_AT} {_CUSTOMER} {_stopping(filters)} WHERE {where.sql}
        )
        SELECT '' AS code, count(*) AS orders, count(DISTINCT invoice) AS invoices, coalesce(sum(total), 0.00) AS total
        FROM ready WHERE exportable
        UNION ALL
        SELECT code, count(*), 0, 0 FROM ready CROSS JOIN unnest(warnings) AS code GROUP BY code
        ORDER BY code
        """,
        **{**where.parameters, **_planned(filters, planned), **_passed(limits_passed, planned)},
    )


@dataclass(frozen=True)
class _Months:
    company: int
    last_closed_month: str | None
    max_open_months: int | None


async def months_of_companies(session: AsyncSession) -> dict[int, OpenMonths | None]:
    """The open months of all AR companies that have a branch, as far as receivables has reported them."""
    found = await fetch_all(
        session,
        _Months,
        """
        SELECT DISTINCT b.ar_company AS company, a.last_closed_month, a.max_open_months
        FROM branch b LEFT JOIN ar_company a ON a.number = b.ar_company
        """,
    )
    return {
        one.company: None
        if one.last_closed_month is None or one.max_open_months is None
        else OpenMonths(one.company, one.last_closed_month, one.max_open_months)
        for one in found
    }


async def exposures(session: AsyncSession, bill_tos: Sequence[tuple[int, str]] | None = None) -> list[Exposure]:
    """The bill-tos of ready orders that have a credit limit, with the amounts that count against it.

    All of them, or only these, given by AR company and number. A credit limit covers all branches, so this also counts
    orders of branches that the caller may not see. Orders that are being exported count until they are in A/R.
    """
    chosen = {
        "companies": [company for company, _ in bill_tos or ()],
        "numbers": [number for _, number in bill_tos or ()],
    }
    named = """
        JOIN (SELECT DISTINCT * FROM unnest(CAST(:companies AS int[]), CAST(:numbers AS text[])))
            AS named (company, number) ON c.ar_company = named.company AND c.number = named.number
    """
    return await fetch_all(
        session,
        Exposure,
        f"""
        WITH named AS MATERIALIZED (
            SELECT c.ar_company, c.number, c.credit_limit
            FROM customer c {"" if bill_tos is None else named} WHERE c.credit_limit IS NOT NULL
        ), waiting AS MATERIALIZED (
            SELECT b.ar_company, w.bill_to, sum(w.total) AS total
            FROM work_order w JOIN branch b ON b.code = w.branch
            WHERE w.status IN ('rated', 'assigned', 'exporting') AND w.bill_to = ANY(ARRAY(SELECT number FROM named))
            GROUP BY b.ar_company, w.bill_to
        )
        SELECT named.ar_company, named.number AS bill_to, named.credit_limit,
               coalesce(a.open_amount, 0.00) AS open_amount, waiting.total AS waiting
        FROM named
        JOIN waiting ON waiting.ar_company = named.ar_company AND waiting.bill_to = named.number
        LEFT JOIN customer_account a ON a.ar_company = named.ar_company AND a.customer = named.number
        """,
        **({} if bill_tos is None else chosen),
    )
