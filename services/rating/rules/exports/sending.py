"""Owns how a run is cut into chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CHUNK_BYTES = 768 * 1024
LARGEST_INVOICE_BYTES = 7 * 1024 * 1024
"""What one message can carry, 8 MB at the broker, less the envelope."""


@dataclass(frozen=True)
class ChunkCandidate:
    """An invoice to send: how many orders it has and how large it is as JSON, in bytes."""

    invoice_id: int
    attempt: int
    ar_company: int
    orders: int
    document_bytes: int


@dataclass(frozen=True)
class Chunk:
    """Whole invoices of one AR company that travel in one message."""

    ar_company: int
    invoice_ids: tuple[int, ...]


def cut_chunks(candidates: Sequence[ChunkCandidate], most_orders: int) -> list[Chunk]:
    """Cuts invoices into chunks of at most `most_orders` and 768 KiB, never across AR companies.

    An invoice larger than that makes a chunk of its own. Source: architecture of the export, step 2.
    Example: 1,200 single orders of one company, at most 500 → chunks of 500, 500 and 200.
    """
    chunks: list[Chunk] = []
    ids: list[int] = []
    company, orders, size = 0, 0, 0
    for one in sorted(candidates, key=lambda one: (one.ar_company, one.invoice_id)):
        full = orders + one.orders > most_orders or size + one.document_bytes > CHUNK_BYTES
        if ids and (full or one.ar_company != company):
            chunks.append(Chunk(company, tuple(ids)))
            ids, orders, size = [], 0, 0
        company = one.ar_company
        ids.append(one.invoice_id)
        orders += one.orders
        size += one.document_bytes
    if ids:
        chunks.append(Chunk(company, tuple(ids)))
    return chunks


@dataclass(frozen=True)
class UnsentRun:
    """A run that is not sent whole: `preparing` is not cut into chunks yet, `sending` is."""

    id: int
    status: Literal["preparing", "sending"]


@dataclass(frozen=True)
class SilentChunk:
    """A chunk that waits too long for its answer."""

    run_id: int
    position: int
