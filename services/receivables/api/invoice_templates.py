"""Companies' own templates of invoices over HTTP."""

from typing import Any

from fastapi import Request, Response

from services.receivables.actions import invoice_templates
from services.receivables.errors import TemplateRefused
from services.receivables.rules.invoice_templates import MAX_TEMPLATE_BYTES, TemplateChoice, TemplateVersion
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import whole_file
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import CompanyNumber, Id

router = Router("ar-companies")
VIEW = declared.feature("receivables.setup", Level.VIEW)
ADMIN = declared.feature("receivables.setup", Level.ADMIN)
TEMPLATE_TYPE = "text/plain"
_TEXT: dict[str, Any] = {TEMPLATE_TYPE: {"schema": {"type": "string"}}}


@router.get(
    "/{number}/invoice-template",
    access=VIEW,
    refuses=[NotFound],
    response_class=Response,
    responses={200: {"content": _TEXT}},
)
async def read_invoice_template(
    number: CompanyNumber, caller: CallerOf, session: Transaction, version: Id | None = None
) -> Response:
    """The company's own template of invoices as typst text: one version, or without `version` the current one."""
    content = await invoice_templates.read_template(session, caller.scope, number, version)
    return Response(content, media_type=TEMPLATE_TYPE)


@router.put(
    "/{number}/invoice-template",
    access=ADMIN,
    status_code=204,
    refuses=[NotFound, TemplateRefused],
    response_class=Response,
    openapi_extra={"requestBody": {"required": True, "content": _TEXT}},
)
async def save_invoice_template(
    number: CompanyNumber, request: Request, caller: CallerOf, session: Transaction
) -> None:
    """Saves a template of the company's own and uses it from now on. Send typst text of at most 256 KiB as the body.

    It must draw three samples, and can import nothing but `/shared/files/templates`. Earlier versions are kept.
    """
    if request.headers.get("content-type", "").split(";")[0].strip() != TEMPLATE_TYPE:
        raise TemplateRefused(f"Send the template as the body, with Content-Type: {TEMPLATE_TYPE}.")
    sent = await whole_file(request, MAX_TEMPLATE_BYTES)
    if sent is None:
        raise TemplateRefused(f"The template is larger than {MAX_TEMPLATE_BYTES // 2**10} KiB.")
    try:
        content = sent.decode()
    except UnicodeDecodeError as error:
        raise TemplateRefused("The template is not UTF-8 text. Save it as UTF-8.") from error
    if not content.strip() or "\0" in content:
        raise TemplateRefused("The template is empty or contains null characters.")
    await invoice_templates.save_template(session, caller.scope, number, content, caller.name, now())


@router.put(
    "/{number}/invoice-template/version",
    access=ADMIN,
    status_code=204,
    refuses=[NotFound],
    response_class=Response,
)
async def choose_invoice_template(
    number: CompanyNumber, body: TemplateChoice, caller: CallerOf, session: Transaction
) -> None:
    """Goes back to an earlier version of the company's template, or with null to the usual template."""
    await invoice_templates.choose_version(session, caller.scope, number, body.version)


@router.get("/{number}/invoice-templates", access=VIEW, refuses=[NotFound])
async def list_invoice_templates(
    number: CompanyNumber, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[TemplateVersion, Count]:
    """Every version of the company's own template, newest first, who saved it and when, and which one is current."""
    found, cursor, count = await invoice_templates.list_versions(session, caller.scope, number, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))
