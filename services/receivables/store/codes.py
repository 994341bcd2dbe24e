"""The names of codes."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.codes import KnownCode
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all

_CODED = {
    "pay_terms": "pay_terms",
    "tax_codes": "tax_code",
    "materials": "material",
    "misc_distribution_codes": "misc_distribution_code",
}
_OF_COMPANIES = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, ar_company AS company, code, 0 AS number, description AS name,"
    f" retired_on IS NOT NULL AS retired FROM {table}"
    for kind, table in _CODED.items()
)


async def list_codes(session: AsyncSession, scope: Scope) -> list[KnownCode]:
    """All codes of the AR companies within the scope, and the accounts, which the whole company shares."""
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="o.company")
    return await fetch_all(
        session,
        KnownCode,
        f"""
        WITH of_companies AS (
            {_OF_COMPANIES}
            UNION ALL
            SELECT 'receivable_types', ar_company, CAST(type AS text) COLLATE "C", type, description,
                   retired_on IS NOT NULL
            FROM receivable_type
            UNION ALL
            SELECT 'jb_companies', ar_company, CAST(number AS text) COLLATE "C", number, name, false FROM jb_company
        )
        SELECT kind, company, code, name, retired FROM (
            SELECT * FROM of_companies o WHERE {within}
            UNION ALL
            SELECT 'gl_accounts', gl_company, account, 0, name, NOT active FROM gl_account
        ) AS found ORDER BY kind, company, number, code
        """,
        **parameters,
    )
