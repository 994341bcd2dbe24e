"""The audit lists of a batch as JSON, CSV, XLSX and PDF: batch list, GL distribution list and error list."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Query, Response
from pydantic import BaseModel

from services.receivables.actions import audit_lists, batches
from services.receivables.api.batches import OPENING, VIEW, OpenedBatch
from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.audit_lists import BatchListRow
from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.distributions import LedgerRow
from shared.clock import local_date, now
from shared.errors import DocumentFailed
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE, print_report, table_answer
from shared.http.moment import TimeZone
from shared.http.operation import CallerOf, Router
from shared.http.pages import PrintableFileTypeOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.money import ZERO
from shared.values.text import in_words, sentence_case

RowT = TypeVar("RowT")

router = Router("batches")

_TEMPLATE = Path(__file__).parent.parent / "documents" / "audit_list.typ"
_TITLES = {"batch-list": "Batch List", "gl-distribution-list": "GL Distribution List", "error-list": "Error List"}
_WIDE = frozenset({"description", "detail", "changes"})


class _Printing(NamedTuple):
    """Who prints a list, and the company's time zone."""

    by: str
    time_zone: str


class ListQuery(BaseModel):
    """The detail of the GL distribution list: by line, by transaction, or one sum for the batch."""

    level: GlInterfaceLevel | None = None


@router.get(
    "/{batch_id}/batch-list",
    access=VIEW,
    response_model=list[BatchListRow],
    refuses=[*OPENING, DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def read_batch_list(
    batch: OpenedBatch, wanted: PrintableFileTypeOf, zone: TimeZone, caller: CallerOf, session: Transaction
) -> list[BatchListRow] | Response:
    """Every entry with its lines. Entries that were brought back show the old values beside the new ones."""
    rows = await audit_lists.read_batch_list(session, batch)
    heads = [row for row in rows if row.line is None]
    totals = {"Entries": str(len(heads)), "Amount": _sum(row.amount for row in heads)}
    return await _answer(wanted, "batch-list", batch, _Printing(caller.name, zone), BatchListRow, rows, totals)


@router.get(
    "/{batch_id}/gl-distribution-list",
    access=VIEW,
    response_model=list[LedgerRow],
    refuses=[*OPENING, DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def read_gl_distribution_list(
    batch: OpenedBatch,
    filters: Annotated[ListQuery, Query()],
    wanted: PrintableFileTypeOf,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> list[LedgerRow] | Response:
    """What the batch posts or has posted to the general ledger. The default level is the company's interface level."""
    rows = await audit_lists.read_gl_list(session, batch, filters.level, local_date(now(), zone))
    totals = {
        "Debit": _sum(row.debit for row in rows),
        "Credit": _sum(row.credit for row in rows),
    }
    return await _answer(
        wanted, "gl-distribution-list", batch, _Printing(caller.name, zone), LedgerRow, rows, totals, filters
    )


@router.get(
    "/{batch_id}/findings",
    access=VIEW,
    response_model=list[Finding],
    refuses=[*OPENING, DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def list_findings(
    batch: OpenedBatch, wanted: PrintableFileTypeOf, zone: TimeZone, caller: CallerOf, session: Transaction
) -> list[Finding] | Response:
    """The error list: the errors and warnings of the last validation, by seq, line, field and rule."""
    rows = await batches.list_findings(session, batch)
    return await _answer(wanted, "error-list", batch, _Printing(caller.name, zone), Finding, rows, {})


async def _answer(
    media_type: str | None,
    name: str,
    batch: Batch,
    printing: _Printing,
    kind: type[RowT],
    rows: list[RowT],
    totals: Mapping[str, str],
    filters: BaseModel | None = None,
) -> list[RowT] | Response:
    """The list in the requested format."""
    if media_type is None:
        return rows
    columns = field_names(kind)
    if media_type != PDF_TYPE:
        return table_answer(media_type, name, columns, rows)
    amounts = [index for index, column in enumerate(columns) if _is_amount(rows, column)]
    content = {
        "title": _TITLES[name],
        "subtitle": f"{batch.title}, {in_words(batch.source)}, {in_words(batch.status)}",
        "heads": [sentence_case(in_words(column)) for column in columns],
        "widths": ["wide" if column in _WIDE else "narrow" for column in columns],
        "right": amounts,
        "rows": [[_shown(getattr(row, column)) for column in columns] for row in rows],
        "totals": totals,
    }
    return await print_report(_TEMPLATE, printing.by, filters or ListQuery(), content, printing.time_zone)


def _sum(amounts: Iterable[Decimal]) -> str:
    return f"{sum(amounts, ZERO):,}"


def _is_amount(rows: Sequence[Any], column: str) -> bool:
    return any(isinstance(getattr(row, column), Decimal) for row in rows)


def _shown(value: object) -> str | None:
    return f"{value:,}" if isinstance(value, Decimal) else None if value is None else str(value)
