"""The billed figures of contract items."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entries.posting import Billed
from shared.database.statements import columns, execute


async def add_billed(session: AsyncSession, ar_company: int, billed: Sequence[Billed]) -> None:
    """Adds to the billed units and amounts of many contract items in one statement."""
    if not billed:
        return
    await execute(
        session,
        """
        UPDATE contract_item t
        SET billed_units = t.billed_units + added.units, billed_amount = t.billed_amount + added.amount,
            revision = t.revision + 1
        FROM unnest(CAST(:contract AS text[]), CAST(:item AS text[]), CAST(:units AS numeric[]),
                    CAST(:amount AS numeric[])) AS added (contract, item, units, amount)
        WHERE t.ar_company = :ar_company AND t.contract = added.contract AND t.item = added.item
        """,
        ar_company=ar_company,
        **columns(billed, "contract", "item", "units", "amount"),
    )
