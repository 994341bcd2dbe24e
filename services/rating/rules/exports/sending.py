"""Owns how a run is split into chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CHUNK_BYTES = 768 * 1024
LARGEST_INVOICE_BYTES = 7 * 1024 * 1024
"""The largest invoice that fits into one message: 8 MB at the broker, less the envelope."""


@dataclass(frozen=True)
class ChunkCandidate:
    """An invoice to send: the number of its orders, and how many bytes it has at most as JSON."""

    invoice_id: int
    attempt: int
    ar_company: int
    orders: int
    document_bytes: int


@dataclass(frozen=True)
class Chunk:
    """Whole invoices of one AR company that are sent in one message: those of the run between the first and the last."""

    ar_company: int
    first_invoice_id: int
    last_invoice_id: int


def cut_chunks(candidates: Sequence[ChunkCandidate], most_orders: int) -> list[Chunk]:
    """Splits invoices into chunks of at most `most_orders` orders and 768 KiB, each of one AR company.

    A larger invoice gets its own chunk. Example: 1,200 invoices of one company with one order each, at most 500 per
    chunk, are chunks of 500, 500 and 200. Source: architecture of the export, step 2.
    """
    chunks: list[Chunk] = []
    company, first, last, orders, size = 0, 0, 0, 0, 0
    for invoice in sorted(candidates, key=lambda candidate: (candidate.ar_company, candidate.invoice_id)):
        full = orders + invoice.orders > most_orders or size + invoice.document_bytes > CHUNK_BYTES
        if orders and (full or invoice.ar_company != company):
            chunks.append(Chunk(company, first, last))
            orders, size = 0, 0
        if not orders:
            company, first = invoice.ar_company, invoice.invoice_id
        last = invoice.invoice_id
        orders += invoice.orders
        size += invoice.document_bytes
    if orders:
        chunks.append(Chunk(company, first, last))
    return chunks


@dataclass(frozen=True)
class UnsentRun:
    """A run that is not completely sent: `preparing` is not split into chunks yet, `sending` is."""

    id: int
    status: Literal["preparing", "sending"]


@dataclass(frozen=True)
class UnansweredChunk:
    """A chunk that has been waiting too long for its answer."""

    run_id: int
    position: int
