"""The roll-up rules of bill-tos."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.rollup_rules import RollupRule
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.statements import columns, execute, fetch_one

_COLUMNS = "u.ar_company, u.bill_to, u.style, u.grouping, u.cycle, u.revision, c.name AS bill_to_name"
_SOURCE = "rollup_rule u LEFT JOIN customer c ON c.ar_company = u.ar_company AND c.number = u.bill_to"


async def list_rules(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[RollupRule], str | None, int]:
    """Rules by bill-to; they belong to no branch, so limits to branches do not narrow the list."""
    pattern = containing(search)
    where = (
        Where()
        .within(scope, branch=None, customer="u.bill_to", ar_company="u.ar_company")
        .add("(u.bill_to ILIKE :pattern OR c.name ILIKE :pattern)", pattern=pattern)
    )
    rules, cursor = await fetch_page(
        session,
        RollupRule,
        columns=_COLUMNS,
        source=_SOURCE,
        where=where,
        sorting=Sorting({"bill_to": ("u.bill_to", "text")}, default="bill_to", key="u.id"),
        query=query,
    )
    return rules, cursor, await fetch_count(session, _SOURCE, where)


async def find(
    session: AsyncSession, scope: Scope, ar_company: int, bill_to: str, *, lock: bool = False
) -> RollupRule | None:
    within, parameters = scope_condition(scope, branch=None, customer="u.bill_to", ar_company="u.ar_company")
    return await fetch_one(
        session,
        RollupRule,
        f"""
        SELECT {_COLUMNS} FROM {_SOURCE} WHERE u.ar_company = :company AND u.bill_to = :number AND {within}
        {"FOR NO KEY UPDATE OF u" if lock else ""}
        """,
        company=ar_company,
        number=bill_to,
        **parameters,
    )


async def known_customers(session: AsyncSession, rules: Sequence[RollupRule]) -> set[tuple[int, str]]:
    """Which of the rules' bill-tos receivables has announced."""
    rows = await session.execute(
        text(
            """
            SELECT c.ar_company, c.number
            FROM unnest(CAST(:ar_company AS int[]), CAST(:bill_to AS text[])) AS named (ar_company, number)
            JOIN customer c ON c.ar_company = named.ar_company AND c.number = named.number
            """
        ),
        columns(rules, "ar_company", "bill_to"),
    )
    return {(row.ar_company, row.number) for row in rows}


async def insert(session: AsyncSession, rule: RollupRule) -> bool:
    """Adds a rule; False when the bill-to has one."""
    added = await execute(
        session,
        """
        INSERT INTO rollup_rule (ar_company, bill_to, style, grouping, cycle)
        VALUES (:ar_company, :bill_to, :style, :grouping, :cycle) ON CONFLICT DO NOTHING
        """,
        ar_company=rule.ar_company,
        bill_to=rule.bill_to,
        style=rule.style,
        grouping=rule.grouping,
        cycle=rule.cycle,
    )
    return added == 1


async def upsert(session: AsyncSession, rules: Sequence[RollupRule]) -> None:
    """Writes rules in one statement; those that differ take the new values."""
    await execute(
        session,
        """
        INSERT INTO rollup_rule AS u (ar_company, bill_to, style, grouping, cycle)
        SELECT * FROM unnest(CAST(:ar_company AS int[]), CAST(:bill_to AS text[]), CAST(:style AS text[]),
                             CAST(:grouping AS text[]), CAST(:cycle AS text[]))
        ON CONFLICT (ar_company, bill_to) DO UPDATE
        SET style = excluded.style, grouping = excluded.grouping, cycle = excluded.cycle, revision = u.revision + 1
        WHERE (u.style, u.grouping, u.cycle) IS DISTINCT FROM (excluded.style, excluded.grouping, excluded.cycle)
        """,
        **columns(rules, "ar_company", "bill_to", "style", "grouping", "cycle"),
    )
