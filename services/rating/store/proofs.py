"""The proof of delivery in the rows of orders."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from services.rating.records.proofs import ProofEntry
from shared.database.columns import arrays_of, column_types
from shared.database.statements import columns, execute

_TYPES = column_types(metadata.tables["work_order"], ProofEntry)


async def save(session: AsyncSession, proofs: Mapping[int, ProofEntry]) -> None:
    """Saves the proofs of delivery of orders, given by order id, in one statement, and raises their revisions."""
    assigned = ", ".join(f"{name} = proof.{name}" for name in _TYPES)
    await execute(
        session,
        f"""
        UPDATE work_order w SET {assigned}, revision = revision + 1, changed_at = now()
        FROM unnest(CAST(:order_ids AS bigint[]), {arrays_of(_TYPES)}) AS proof (id, {", ".join(_TYPES)})
        WHERE w.id = proof.id
        """,
        order_ids=list(proofs),
        **columns(list(proofs.values()), *_TYPES),
    )
