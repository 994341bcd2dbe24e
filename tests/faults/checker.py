"""Checking, after any fault, that nothing is lost and nothing doubled, from the rows of both ledgers and the stream.

It does not rely on the services' own reconciliation, which is asked as well; neither may find anything.
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from deploy.local.reconcile import differences_between
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.values.numbers import counted

_COMPANIES = Path(__file__).parents[2] / "deploy" / "sample" / "ar-companies.csv"

_HANDED = """
    SELECT o.work_order_id, o.version, o.total, e.outcome, w.status, w.rating_version
    FROM export_order o
    JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
    JOIN work_order w ON w.id = o.work_order_id
"""

_INVOICED = """
    SELECT l.work_order_id, l.work_order_version AS version, t.id, sum(l.amount - l.tax) AS net
    FROM ar_line l JOIN ar_transaction t ON t.id = l.transaction_id
    WHERE t.type = 'invoice' AND l.work_order_id IS NOT NULL
    GROUP BY l.work_order_id, l.work_order_version, t.id
"""

_UNFINISHED = """
    SELECT 'run ' || id || ' is ' || status || ': ' || exported + refused || ' of ' || invoices || ' invoices answered'
    FROM export_run WHERE finished_at IS NULL OR exported + refused <> invoices
    UNION ALL
    SELECT 'work order ' || w.number || ' is exporting' FROM work_order w
    WHERE w.status = 'exporting' AND NOT EXISTS (
        SELECT FROM export_order o JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
        WHERE o.work_order_id = w.id AND e.outcome = 'waiting')
"""

_UNBALANCED = """
    SELECT 'transaction ' || t.id || ': debit ' || coalesce(g.debit, 0) || ', credit ' || coalesce(g.credit, 0)
           || ', ' || coalesce(g.rows, 0) || ' GL rows for ' || l.lines || ' lines'
    FROM ar_transaction t
    JOIN LATERAL (SELECT count(*) FILTER (WHERE amount <> 0) AS lines, count(*) FILTER (WHERE tax <> 0) AS taxed,
                         coalesce(sum(amount), 0) AS amount
                  FROM ar_line WHERE transaction_id = t.id) AS l ON true
    LEFT JOIN (SELECT transaction_id, sum(debit) AS debit, sum(credit) AS credit, count(*) AS rows
               FROM gl_distribution GROUP BY transaction_id) AS g ON g.transaction_id = t.id
    WHERE coalesce(g.debit, 0) <> coalesce(g.credit, 0) OR coalesce(g.rows, 0) <> 2 * l.lines + l.taxed OR l.amount <> t.total
"""

_SERIES = """
    SELECT 'transaction' AS kind, t.ar_company, t.month AS of, array_agg(t.number ORDER BY t.number) AS numbers,
           max(s.last_number) AS last
    FROM ar_transaction t
    JOIN number_series s ON s.ar_company = t.ar_company AND s.series = 'transaction ' || t.month
    GROUP BY t.ar_company, t.month
    UNION ALL
    SELECT 'invoice', t.ar_company, '', array_agg(t.invoice_number::bigint ORDER BY t.invoice_number::bigint),
           max(s.last_number)
    FROM ar_transaction t JOIN number_series s ON s.ar_company = t.ar_company AND s.series = 'invoice'
    WHERE t.type = 'invoice' GROUP BY t.ar_company
    UNION ALL
    SELECT 'seq', b.ar_company, 'batch ' || b.id, array_agg(t.seq::bigint ORDER BY t.seq), max(b.last_seq)
    FROM batch b JOIN ar_transaction t ON t.batch_id = b.id GROUP BY b.id
    UNION ALL
    SELECT 'batch', b.ar_company, b.month, array_agg(b.number ORDER BY b.number), max(s.last_number)
    FROM batch b JOIN number_series s ON s.ar_company = b.ar_company AND s.series = 'batch ' || b.month
    GROUP BY b.ar_company, b.month
"""

_ASKED = """
    SELECT (invoice ->> 'invoice_id')::bigint AS invoice_id, (invoice ->> 'attempt')::int AS attempt, count(*) AS times
    FROM outbox CROSS JOIN LATERAL json_array_elements(data -> 'invoices') AS invoice
    WHERE event_name = ANY($1) GROUP BY 1, 2
"""

_QUESTIONS = ["invoice-export-requested", "invoice-withdrawal-requested"]
_ANSWERS = ["invoice-exported", "invoice-refused"]


@dataclass(frozen=True)
class Ledgers:
    """A connection to the database of each service."""

    rating: asyncpg.Connection
    receivables: asyncpg.Connection

    def of(self, service: str) -> asyncpg.Connection:
        connection: asyncpg.Connection = getattr(self, service)
        return connection


async def find_faults(
    ledgers: Ledgers,
    reconciliations: tuple[Mapping[str, Any], Mapping[str, Any]],
    *,
    stream: Mapping[UUID, int] | None = None,
    strangers: bool = False,
) -> list[str]:
    """Everything that is lost, doubled, unbalanced or missing in a series; [] if all is right.

    `reconciliations` are the answers of rating and receivables. `stream` counts how often the stream holds each event,
    or is None without a broker. With `strangers`, others have also published requests under their own ids, so there may
    be more answers than requests.
    """
    return [
        *await _invoiced_once(ledgers),
        *[row[0] for row in await ledgers.rating.fetch(_UNFINISHED)],
        *[row[0] for row in await ledgers.receivables.fetch(_UNBALANCED)],
        *_gaps(await ledgers.receivables.fetch(_SERIES)),
        *await _answered_once(ledgers, strangers=strangers),
        *await _handled(ledgers),
        *(await _published_once(ledgers, stream) if stream is not None else []),
        *differences_between(dict(reconciliations[0]), dict(reconciliations[1])),
    ]


async def _invoiced_once(ledgers: Ledgers) -> list[str]:
    """Each exported rating is on exactly one invoice with its amount, and each invoiced one is locked in rating."""
    faults = []
    invoices: dict[tuple[int, int], list[Decimal]] = {}
    for row in await ledgers.receivables.fetch(_INVOICED):
        invoices.setdefault((row["work_order_id"], row["version"]), []).append(row["net"])
    exported = set()
    for row in await ledgers.rating.fetch(_HANDED):
        key = (row["work_order_id"], row["version"])
        if row["outcome"] == "exported":
            exported.add(key)
            if invoices.get(key, []) != [row["total"]]:
                faults.append(f"work order {key} over {row['total']} is invoiced {invoices.get(key, [])}")
            if row["rating_version"] == row["version"] and row["status"] != "exported":
                faults.append(f"work order {key} is invoiced, but {row['status']}")
        elif row["rating_version"] == row["version"] and row["status"] == "exported" and key not in invoices:
            faults.append(f"work order {key} is locked, but not invoiced")
    faults += [f"work order {key} is invoiced, but rating did not export it" for key in invoices.keys() - exported]
    locked = await ledgers.rating.fetch("SELECT id, rating_version FROM work_order WHERE status = 'exported'")
    faults += [f"work order {tuple(row)} is locked, but not invoiced" for row in locked if tuple(row) not in invoices]
    return faults


def _first_numbers() -> dict[int, int]:
    with _COMPANIES.open(newline="") as file:
        return {int(row["number"]): int(row["last_invoice_number"]) + 1 for row in csv.DictReader(file)}


def _gaps(series: Sequence[asyncpg.Record]) -> list[str]:
    """Every series runs from its first number to the last one used, with each number once."""
    first_numbers = _first_numbers()
    faults = []
    for row in series:
        first = first_numbers[row["ar_company"]] if row["kind"] == "invoice" else 1
        if list(row["numbers"]) != list(range(first, row["last"] + 1)):
            held, wanted = Counter(row["numbers"]), set(range(first, row["last"] + 1))
            faults.append(
                f"{row['kind']} numbers of company {row['ar_company']} {row['of']}: missing "
                f"{sorted(wanted - held.keys())[:5]}, twice {[number for number, times in held.items() if times > 1][:5]}"
            )
    return faults


async def _answered_once(ledgers: Ledgers, *, strangers: bool) -> list[str]:
    """Receivables answers each request once; one that was handled twice would be answered twice."""
    asked = {(row[0], row[1]): row[2] for row in await ledgers.rating.fetch(_ASKED, _QUESTIONS)}
    answered = {(row[0], row[1]): row[2] for row in await ledgers.receivables.fetch(_ASKED, _ANSWERS)}
    return [
        f"invoice {pair} was requested {counted(asked.get(pair, 0), 'time')} "
        f"and answered {counted(answered.get(pair, 0), 'time')}"
        for pair in sorted(asked.keys() | answered.keys())
        if (answered.get(pair, 0) < asked.get(pair, 0) if strangers else answered.get(pair, 0) != asked.get(pair, 0))
    ]


async def _handled(ledgers: Ledgers) -> list[str]:
    """Each event has been handled by the services that read it, and there are no dead letters."""
    faults = []
    for reader, events in SUBSCRIPTIONS.items():
        if reader not in {"rating", "receivables"}:
            continue
        for event in events:
            sent = await ledgers.of(event.service).fetch(
                "SELECT event_id FROM outbox WHERE event_name = $1", event.event_name()
            )
            taken = await ledgers.of(reader).fetch(
                "SELECT event_id FROM inbox WHERE consumer = $1", event.durable(reader)
            )
            lost = {row[0] for row in sent} - {row[0] for row in taken}
            if lost:
                faults.append(f"{reader} has not handled {len(lost)} of {len(sent)} {event.event_name()}")
    for service in ("rating", "receivables"):
        dead = await ledgers.of(service).fetchval("SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL")
        if dead:
            faults.append(f"{service} has {dead} dead letters")
    return faults


async def _published_once(ledgers: Ledgers, stream: Mapping[UUID, int]) -> list[str]:
    """The stream holds each event, and not more often than it was published intentionally."""
    faults = []
    for service in ("rating", "receivables"):
        rows = await ledgers.of(service).fetch("SELECT event_id, publication, published_at FROM outbox")
        pending = sum(row["published_at"] is None for row in rows)
        if pending:
            faults.append(f"{service} has {pending} events to publish")
        missing = sum(row["event_id"] not in stream for row in rows)
        if missing:
            faults.append(f"the stream lacks {missing} events of {service}")
        doubled = sum(stream.get(row["event_id"], 0) > row["publication"] for row in rows)
        if doubled:
            faults.append(f"the stream holds {doubled} events of {service} twice")
    return faults
