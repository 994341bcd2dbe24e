"""The logos of companies."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import execute, fetch_value


async def find_logo(session: AsyncSession, ar_company: int) -> bytes | None:
    """A company's logo; None if it has none."""
    content: bytes | None = await fetch_value(
        session, "SELECT content FROM company_logo WHERE ar_company = :number", number=ar_company
    )
    return content


async def save_logo(session: AsyncSession, ar_company: int, content: bytes) -> None:
    """Saves or replaces a company's logo."""
    await execute(
        session,
        """
        INSERT INTO company_logo (ar_company, content) VALUES (:ar_company, :content)
        ON CONFLICT (ar_company) DO UPDATE SET content = excluded.content
        """,
        ar_company=ar_company,
        content=content,
    )


async def remove_logo(session: AsyncSession, ar_company: int) -> None:
    """Removes a company's logo."""
    await execute(session, "DELETE FROM company_logo WHERE ar_company = :ar_company", ar_company=ar_company)
