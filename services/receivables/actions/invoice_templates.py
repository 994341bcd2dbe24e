"""The use cases of companies' own templates of invoices."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import TemplateRefused
from services.receivables.rules.invoice_prints.content import content_of, template_data
from services.receivables.rules.invoice_prints.samples import samples
from services.receivables.rules.invoice_templates import TemplateVersion
from services.receivables.store import ar_companies, invoice_templates
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import DocumentFailed, NotFound
from shared.files.pdf import render_pdf

_SAMPLES = ("one-order", "roll-up", "names")
_ORDERS = 40


async def read_template(session: AsyncSession, scope: Scope, ar_company: int, version: int | None) -> str:
    """The text of a version, or of the current one; raises NotFound."""
    content = (
        await invoice_templates.find(session, ar_company, version) if scope.covers(ar_company=ar_company) else None
    )
    if content is None:
        raise NotFound(
            f"AR company {ar_company} has no version {version} of its invoice template."
            if version is not None
            else f"AR company {ar_company} has no template of its own."
        )
    return content


async def list_versions(
    session: AsyncSession, scope: Scope, ar_company: int, query: PageQuery
) -> tuple[list[TemplateVersion], str | None, int | None]:
    """One page of the versions of a company's template, newest first; raises NotFound."""
    await _require_company(session, scope, ar_company)
    return await invoice_templates.list_versions(session, ar_company, query)


async def save_template(
    session: AsyncSession, scope: Scope, ar_company: int, content: str, saved_by: str, now: datetime
) -> None:
    """Saves a new version that draws three samples, and makes it current; raises NotFound or TemplateRefused."""
    await _require_company(session, scope, ar_company)
    await _require_drawable(content, now)
    # Of two people who save at once, one waits, and both versions are kept.
    await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    await invoice_templates.save(session, ar_company, content, saved_by, now)


async def choose_version(session: AsyncSession, scope: Scope, ar_company: int, version: int | None) -> None:
    """Goes back to a version, or to the usual template; raises NotFound."""
    await _require_company(session, scope, ar_company)
    await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if not await invoice_templates.choose(session, ar_company, version):
        raise NotFound(f"AR company {ar_company} has no version {version} of its invoice template.")


async def _require_drawable(content: str, now: datetime) -> None:
    for sample in samples(_ORDERS):
        if sample.name in _SAMPLES:
            try:
                await render_pdf(content, template_data([content_of(sample.document, sample.mark)], {}), now)
            except DocumentFailed as error:
                raise TemplateRefused(f"With the sample {sample.name}: {error.detail}") from error


async def _require_company(session: AsyncSession, scope: Scope, ar_company: int) -> None:
    if not scope.covers(ar_company=ar_company) or await ar_companies.find_company(session, ar_company) is None:
        raise NotFound(f"There is no AR company {ar_company}.")
