"""The records of setup; the months of companies, listed and closed; companies' logos."""

from fastapi import Request, Response

from services.receivables.actions import records, setup
from services.receivables.errors import BatchesOpen, LogoRefused, NotNextMonth
from services.receivables.rules.setup.companies import Logo
from services.receivables.schemas.setup import (
    ArCompanyRow,
    CodeQuery,
    ContractItemQuery,
    ContractItemRow,
    ContractQuery,
    ContractRow,
    GlAccountQuery,
    GlAccountRow,
    JbCompanyQuery,
    JbCompanyRow,
    JobBillingQuery,
    JobBillingRow,
    MaterialRow,
    MiscDistributionCodeRow,
    MonthRead,
    MonthToClose,
    PayTermsRow,
    ReceivableTypeRow,
    TaxCodeRow,
)
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.errors import NotFound
from shared.numbers import CompanyNumber
from shared.operation import CallerOf, Router
from shared.records.router import Edge, RecordQuery, RecordRow, record_router

VIEW = access.feature("receivables.setup", Level.VIEW)
EDIT = access.feature("receivables.setup", Level.EDIT)
MOST_LOGO_BYTES = 512 * 2**10
LOGO_TYPES = ("image/png", "image/jpeg", "image/svg+xml")


def _edge(noun: str, row: type[RecordRow], query: type[RecordQuery], one: str, several: str) -> Edge:
    return Edge(noun, row, query, one, several, VIEW, EDIT)


companies = record_router(
    _edge("ar-companies", ArCompanyRow, RecordQuery, "AR company", "AR companies"), records.AR_COMPANIES
)
months = Router("months")
routers = (
    record_router(_edge("gl-accounts", GlAccountRow, GlAccountQuery, "GL account", "GL accounts"), records.GL_ACCOUNTS),
    companies,
    record_router(
        _edge("receivable-types", ReceivableTypeRow, CodeQuery, "receivable type", "receivable types"),
        records.RECEIVABLE_TYPES,
    ),
    record_router(_edge("pay-terms", PayTermsRow, CodeQuery, "pay terms code", "pay terms"), records.PAY_TERMS),
    record_router(_edge("tax-codes", TaxCodeRow, CodeQuery, "tax code", "tax codes"), records.TAX_CODES),
    record_router(_edge("materials", MaterialRow, CodeQuery, "material", "materials"), records.MATERIALS),
    record_router(
        _edge(
            *("misc-distribution-codes", MiscDistributionCodeRow, CodeQuery),
            *("misc distribution code", "misc distribution codes"),
        ),
        records.MISC_DISTRIBUTION_CODES,
    ),
    record_router(_edge("contracts", ContractRow, ContractQuery, "contract", "contracts"), records.CONTRACTS),
    record_router(
        _edge("contract-items", ContractItemRow, ContractItemQuery, "contract item", "contract items"),
        records.CONTRACT_ITEMS,
    ),
    record_router(
        _edge("jb-companies", JbCompanyRow, JbCompanyQuery, "JB company", "JB companies"), records.JB_COMPANIES
    ),
    record_router(
        _edge("job-billings", JobBillingRow, JobBillingQuery, "job billing", "job billings"), records.JOB_BILLINGS
    ),
    months,
)


@companies.get(
    "/{number}/logo",
    access=VIEW,
    refuses=[NotFound],
    response_class=Response,
    responses={200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in LOGO_TYPES}}},
)
async def read_logo(number: CompanyNumber, caller: CallerOf, session: Transaction) -> Response:
    """The picture at the head of the company's documents."""
    logo = await setup.read_logo(session, caller.scope, number)
    # An SVG from somebody else must never run as a page of ours.
    return Response(
        logo.content,
        media_type=logo.media_type,
        headers={"content-security-policy": "sandbox", "x-content-type-options": "nosniff"},
    )


@companies.put(
    "/{number}/logo",
    access=EDIT,
    status_code=204,
    refuses=[NotFound, LogoRefused],
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in LOGO_TYPES},
        }
    },
)
async def save_logo(number: CompanyNumber, request: Request, caller: CallerOf, session: Transaction) -> None:
    """Gives the company a logo: PNG, JPEG or SVG, at most 512 KiB, as the body."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip()
    if media_type not in LOGO_TYPES:
        raise LogoRefused(f"Send the picture as the body, with Content-Type {', '.join(LOGO_TYPES)}.")
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_LOGO_BYTES:
            raise LogoRefused(f"The picture has more than {MOST_LOGO_BYTES // 2**10} KiB; make it smaller.")
    await setup.save_logo(session, caller.scope, number, Logo(media_type, bytes(content)))


@companies.delete("/{number}/logo", access=EDIT, status_code=204, refuses=[NotFound], response_class=Response)
async def remove_logo(number: CompanyNumber, caller: CallerOf, session: Transaction) -> None:
    """Takes the company's logo away."""
    await setup.save_logo(session, caller.scope, number, None)


@months.get("", access=access.feature("receivables.months", Level.VIEW))
async def list_months(caller: CallerOf, session: Transaction) -> list[MonthRead]:
    """The open months of each company, and the closed ones that anything was posted in."""
    return [MonthRead.model_validate(one) for one in await setup.read_months(session, caller.scope)]


@months.post(
    "/close",
    access=access.feature("receivables.months", Level.APPROVE),
    status_code=204,
    refuses=[NotFound, NotNextMonth, BatchesOpen],
    response_class=Response,
)
async def close_month(wanted: MonthToClose, caller: CallerOf, session: Transaction) -> None:
    """Closes the month after the last closed one, when no batch waits in it: from then on nothing is posted into it."""
    await setup.close_month(session, caller.scope, wanted.ar_company, wanted.month)
