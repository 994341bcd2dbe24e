"""The setup records over HTTP, and the logos of companies."""

from fastapi import Request, Response

from services.receivables.actions import company_logos, records
from services.receivables.errors import LogoRefused
from services.receivables.rules.company_logos import MAX_LOGO_BYTES
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import whole_file
from shared.http.transaction import Transaction
from shared.records.router import Edge, record_router
from shared.values.numbers import CompanyNumber

VIEW = declared.feature("receivables.setup", Level.VIEW)
EDIT = declared.feature("receivables.setup", Level.EDIT)
LOGO_TYPE = "image/png"
LOGO = {LOGO_TYPE: {"schema": {"type": "string", "format": "binary"}}}


def _edge(noun: str, one: str, several: str, *filters: str) -> Edge:
    return Edge(noun, one, several, VIEW, EDIT, filters)


companies = record_router(_edge("ar-companies", "AR company", "AR companies"), records.AR_COMPANIES)
routers = (
    record_router(_edge("gl-accounts", "GL account", "GL accounts", "gl_company", "active"), records.GL_ACCOUNTS),
    companies,
    record_router(
        _edge("receivable-types", "receivable type", "receivable types", "ar_company"), records.RECEIVABLE_TYPES
    ),
    record_router(_edge("pay-terms", "pay terms code", "pay terms", "ar_company"), records.PAY_TERMS),
    record_router(_edge("tax-codes", "tax code", "tax codes", "ar_company"), records.TAX_CODES),
    record_router(_edge("materials", "material", "materials", "ar_company"), records.MATERIALS),
    record_router(
        _edge("misc-distribution-codes", "misc distribution code", "misc distribution codes", "ar_company"),
        records.MISC_DISTRIBUTION_CODES,
    ),
    record_router(_edge("contracts", "contract", "contracts", "ar_company", "customer", "status"), records.CONTRACTS),
    record_router(
        _edge("contract-items", "contract item", "contract items", "ar_company", "contract"), records.CONTRACT_ITEMS
    ),
    record_router(_edge("jb-companies", "JB company", "JB companies", "ar_company"), records.JB_COMPANIES),
    record_router(
        _edge(
            *("job-billings", "job billing", "job billings"),
            *("jb_company", "bill_month", "contract", "status", "interfaced"),
        ),
        records.JOB_BILLINGS,
    ),
)


@companies.get(
    "/{number}/logo",
    access=VIEW,
    refuses=[NotFound],
    response_class=Response,
    responses={200: {"content": LOGO}},
)
async def read_logo(number: CompanyNumber, caller: CallerOf, session: Transaction) -> Response:
    """The picture at the top of the company's documents."""
    return Response(await company_logos.read_logo(session, caller.scope, number), media_type=LOGO_TYPE)


@companies.put(
    "/{number}/logo",
    access=EDIT,
    status_code=204,
    refuses=[NotFound, LogoRefused],
    response_class=Response,
    openapi_extra={"requestBody": {"required": True, "content": LOGO}},
)
async def save_logo(number: CompanyNumber, request: Request, caller: CallerOf, session: Transaction) -> None:
    """Saves the company's logo. Send a PNG of at most 512 KiB as the body."""
    if request.headers.get("content-type", "").split(";")[0].strip() != LOGO_TYPE:
        raise LogoRefused(f"Send the picture as the body, with Content-Type: {LOGO_TYPE}.")
    content = await whole_file(request, MAX_LOGO_BYTES)
    if content is None:
        raise LogoRefused(f"The picture is larger than {MAX_LOGO_BYTES // 2**10} KiB. Make it smaller.")
    await company_logos.save_logo(session, caller.scope, number, content, now())


@companies.delete("/{number}/logo", access=EDIT, status_code=204, refuses=[NotFound], response_class=Response)
async def remove_logo(number: CompanyNumber, caller: CallerOf, session: Transaction) -> None:
    """Removes the company's logo."""
    await company_logos.remove_logo(session, caller.scope, number)
