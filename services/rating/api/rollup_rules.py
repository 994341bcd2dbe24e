"""How bill-tos want their orders on invoices: single or rolled up, by what and how often."""

from typing import Annotated

from fastapi import Path, Response

from services.rating.actions import rollup_rules
from services.rating.errors import CodeTaken, RuleFaulty, UnknownReference
from services.rating.rules.rollup_rules import RollupRule
from services.rating.schemas.rollup_rules import RollupRuleBody, RollupRuleRead, RollupRuleRow
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.files.csv import Numbered, read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import CompanyNumber
from shared.values.text import Line

router = Router("rollup-rules")
VIEW = declared.feature("rating.rollup", Level.VIEW)
EDIT = declared.feature("rating.rollup", Level.EDIT)
CustomerInPath = Annotated[str, Path(max_length=40)]


@router.get("", access=VIEW, response_model=Page[RollupRuleRead, Count], responses=CSV_RESPONSE)
async def list_rollup_rules(
    page: PageQueryOf, caller: CallerOf, session: Transaction, search: Line | None = None
) -> Page[RollupRuleRead, Count] | Response:
    """The rules by bill-to; a bill-to without one gets an invoice for each order. As a file as they are imported."""
    rules, cursor, count = await rollup_rules.list_rules(session, caller.scope, search, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "rollup-rules", [*RollupRuleRow.model_fields], rules)
    items = [RollupRuleRead.model_validate(rule) for rule in rules]
    return Page(items=items, next_cursor=cursor, totals=Count(count=count))


@router.post("", access=EDIT, status_code=201, refuses=[RuleFaulty, UnknownReference, CodeTaken])
async def set_rollup_rule(
    entry: RollupRuleRow, response: Response, caller: CallerOf, session: Transaction
) -> RollupRuleRead:
    """Gives a bill-to a rule."""
    await rollup_rules.set_rule(session, caller.scope, entry.to_rule())
    return await _read(session, caller, entry.ar_company, entry.bill_to, response)


@router.imports("/import", access=EDIT)
async def import_rollup_rules(file: CsvBody, caller: CallerOf, session: Transaction) -> int:
    """Sets the rules of a file, new ones and others: all of them, or none and a list of every faulty place."""
    rows = read_csv(file, RollupRuleRow, key=lambda row: (row.ar_company, row.bill_to))
    rules = [Numbered(one.line, one.row.to_rule()) for one in rows]
    return await rollup_rules.import_rules(session, caller.scope, rules)


@router.get("/{ar_company}/{bill_to}", access=VIEW, refuses=[NotFound])
async def read_rollup_rule(
    ar_company: CompanyNumber, bill_to: CustomerInPath, response: Response, caller: CallerOf, session: Transaction
) -> RollupRuleRead:
    """The rule of one bill-to; the ETag is needed to change it."""
    return await _read(session, caller, ar_company, bill_to, response)


@router.put("/{ar_company}/{bill_to}", access=EDIT, refuses=[NotFound, VersionMissing, VersionStale, RuleFaulty])
async def change_rollup_rule(
    ar_company: CompanyNumber,
    bill_to: CustomerInPath,
    entry: RollupRuleBody,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> RollupRuleRead:
    """Gives a rule other values; drafts that are there stay as they are."""
    rule = RollupRule(ar_company, bill_to, entry.style, entry.grouping, entry.cycle)
    await rollup_rules.change_rule(session, caller.scope, rule, revision)
    return await _read(session, caller, ar_company, bill_to, response)


async def _read(
    session: Transaction, caller: CallerOf, ar_company: int, bill_to: str, response: Response
) -> RollupRuleRead:
    rule = await rollup_rules.read_rule(session, caller.scope, ar_company, bill_to)
    response.headers["etag"] = etag(rule.revision)
    return RollupRuleRead.model_validate(rule)
