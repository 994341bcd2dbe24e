"""The audit lists of a batch as JSON, CSV, XLSX and PDF: batch list, GL distribution list and error list."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from fastapi import Query, Response
from pydantic import BaseModel

from services.receivables.actions import audit_lists, batches
from services.receivables.api.batches import OPENING, VIEW, OpenedBatch
from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.audit_lists import (
    BatchListRow,
    BatchListTotals,
    DistributionTotals,
    total_batch_list,
    total_ledger,
)
from services.receivables.rules.batches import Batch, Finding, FindingTotals
from services.receivables.rules.distributions import LedgerRow
from shared.clock import local_date, now
from shared.database.pages import PageQuery, cut_page
from shared.errors import DocumentFailed
from shared.http.callers import CallerOf
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE, print_report
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.pages import Page, PrintableFixedPageQueryOf, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.text import in_words, sentence_case

RowT = TypeVar("RowT")
TotalsT = TypeVar("TotalsT")

router = Router("batches")

_TEMPLATE = Path(__file__).parent.parent / "documents" / "audit_list.typ"
_TITLES = {"batch-list": "Batch List", "gl-distribution-list": "GL Distribution List", "error-list": "Error List"}
_WIDE = frozenset({"description", "detail", "changes"})


class _Printing(NamedTuple):
    """Who prints a list, and the company's time zone."""

    by: str
    time_zone: str


@dataclass(frozen=True)
class _Listed(Generic[RowT, TotalsT]):
    """The rows of a list that are wanted, and the totals of all."""

    name: str
    kind: type[RowT]
    rows: Sequence[RowT]
    cursor: str | None
    totals: TotalsT | None


class ListQuery(BaseModel):
    """The detail of the GL distribution list: by line, by transaction, or one sum for the batch."""

    level: GlInterfaceLevel | None = None


@router.get(
    "/{batch_id}/batch-list",
    access=VIEW,
    response_model=Page[BatchListRow, BatchListTotals],
    refuses=[*OPENING, DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def read_batch_list(
    batch: OpenedBatch, page: PrintableFixedPageQueryOf, zone: TimeZone, caller: CallerOf, session: Transaction
) -> Page[BatchListRow, BatchListTotals] | Response:
    """Every entry with its lines. Entries that were brought back show the old values beside the new ones."""
    rows = await audit_lists.read_batch_list(session, batch)
    found, cursor = cut_page(rows, page)
    listed = _Listed("batch-list", BatchListRow, found, cursor, total_batch_list(rows))
    return await _answer(page, batch, listed, _Printing(caller.name, zone))


@router.get(
    "/{batch_id}/gl-distribution-list",
    access=VIEW,
    response_model=Page[LedgerRow, DistributionTotals],
    refuses=[*OPENING, DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def read_gl_distribution_list(
    batch: OpenedBatch,
    filters: Annotated[ListQuery, Query()],
    page: PrintableFixedPageQueryOf,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> Page[LedgerRow, DistributionTotals] | Response:
    """What the batch posts or has posted to the general ledger. The default level is the company's interface level."""
    rows = await audit_lists.read_gl_list(session, batch, filters.level, local_date(now(), zone))
    found, cursor = cut_page(rows, page)
    listed = _Listed("gl-distribution-list", LedgerRow, found, cursor, total_ledger(rows))
    return await _answer(page, batch, listed, _Printing(caller.name, zone), filters)


@router.get(
    "/{batch_id}/findings",
    access=VIEW,
    response_model=Page[Finding, FindingTotals],
    refuses=[*OPENING, DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def list_findings(
    batch: OpenedBatch, page: PrintablePageQueryOf, zone: TimeZone, caller: CallerOf, session: Transaction
) -> Page[Finding, FindingTotals] | Response:
    """The error list: the errors and warnings of the last validation, by seq, line, field and rule."""
    listed = _Listed("error-list", Finding, *await batches.list_findings(session, batch, page))
    return await _answer(page, batch, listed, _Printing(caller.name, zone))


async def _answer(
    query: PageQuery,
    batch: Batch,
    listed: _Listed[RowT, TotalsT],
    printing: _Printing,
    filters: BaseModel | None = None,
) -> Page[RowT, TotalsT] | Response:
    """The list in the requested format; what is printed has its totals at the end."""
    rows, columns = listed.rows, field_names(listed.kind)
    if query.media_type != PDF_TYPE:
        return answer(query, listed.name, listed.kind, rows, listed.cursor, listed.totals if query.totals else None)
    amounts = [index for index, column in enumerate(columns) if _is_amount(rows, column)]
    content = {
        "title": _TITLES[listed.name],
        "subtitle": f"{batch.title}, {in_words(batch.source)}, {in_words(batch.status)}",
        "heads": [sentence_case(in_words(column)) for column in columns],
        "widths": ["wide" if column in _WIDE else "narrow" for column in columns],
        "right": amounts,
        "rows": [[_shown(getattr(row, column)) for column in columns] for row in rows],
        "totals": {} if listed.totals is None else _shown_totals(listed.totals),
    }
    return await print_report(_TEMPLATE, printing.by, filters or ListQuery(), content, printing.time_zone)


def _shown_totals(totals: object) -> dict[str, str | None]:
    return {sentence_case(in_words(name)): _shown(getattr(totals, name)) for name in field_names(type(totals))}


def _is_amount(rows: Sequence[Any], column: str) -> bool:
    return any(isinstance(getattr(row, column), Decimal) for row in rows)


def _shown(value: object) -> str | None:
    return f"{value:,}" if isinstance(value, Decimal) else None if value is None else str(value)
