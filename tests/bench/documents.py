"""The time that PDFs take: one invoice, a print of a thousand, and Ready to Export of thousands of orders."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from services.receivables.rules.invoice_prints.content import content_of, template_data
from services.receivables.rules.invoice_prints.prints import INVOICES_PER_FILE
from services.receivables.rules.invoice_prints.samples import samples
from shared.files import fonts, pdf
from tests.bench.figures import Comparison, Demand, Figure, Tell

_SERVICES = Path(__file__).parents[2] / "services"
INVOICE = _SERVICES / "receivables" / "documents" / "invoice.typ"
READY = _SERVICES / "rating" / "documents" / "ready_to_export.typ"
INVOICES = 1_000
FEW, MANY = 1_000, 10_000


def invoices(first: int, count: int) -> Mapping[str, object]:
    """Invoices of one order, all of them with other numbers, names and matters."""
    text = json.dumps(content_of(samples()[0].document, None))
    made = []
    for number in range(first, first + count):
        changed = text.replace("100001", str(number)).replace("Lopez", f"Lopez {number}").replace("04817", str(number))
        made.append(json.loads(changed))
    return template_data(made, {})


def ready(count: int) -> Mapping[str, object]:
    """The report on orders that are ready to export, each with other numbers and amounts."""
    sums = {"charges_total": "1.00", "advances_total": "1.00", "commission": "1.00", "total": "1.00"}
    groups = [{"name": f"Group {number}", "orders": 1, **sums} for number in range(20)]
    return {
        "printed_at": "2026-11-20 10:00 CST",
        "printed_by": "rita",
        "filter": {},
        "totals": {"count": count, **sums, "by_branch": groups, "by_income_account": groups},
        "orders": [_ready_order(number) for number in range(count)],
    }


def _ready_order(number: int) -> dict[str, Any]:
    warning = {"detail": "The customer is on hold."}
    return {
        "number": f"W-26-{number:06}",
        "invoice_id": number if number % 3 == 0 else None,
        "invoice_kind": "rollup",
        "branch": "SAT",
        "bill_to": f"S{1000 + number % 400}",
        "bill_to_name": f"Harlan, Ruiz & Partners {number % 400}",
        "warnings": [warning] if number % 50 == 0 else [],
        "job_type": "CITATION",
        "priority": "STANDARD",
        "region": "BEXAR",
        "service_on": f"2026-11-{1 + number % 28:02}",
        "rated_by": "ALAMO\\rita",
        "rated_at": "2026-11-19T10:00:00",
        "charges_total": f"{75 + number % 900}.{number % 100:02}",
        "advances_total": f"{number % 40}.00",
        "commission": f"{number % 30}.50",
        "total": f"{75 + number % 3000}.{number % 100:02}",
    }


def _seconds(template: Path, parts: Sequence[Callable[[], Mapping[str, object]]]) -> float:
    """The time to draw these parts one after another, without the time to make what they show."""
    spent = 0.0
    for part in parts:
        data = json.dumps(part())
        began = time.perf_counter()
        made = pdf.draw(str(template), data, 0, fonts.font_directory())
        spent += time.perf_counter() - began
        assert isinstance(made, pdf.Drawn), made
    return spent


def run(tell: Tell) -> Comparison:
    """Draws in this process, as a worker process does. Fonts are read before the first measurement."""
    tell(f"drawing {INVOICES:,} invoices and Ready to Export of {MANY:,} orders")
    _seconds(INVOICE, [lambda: invoices(1, 1)])
    _seconds(READY, [lambda: ready(1)])
    few, many = (_seconds(READY, [partial(ready, count)]) for count in (FEW, MANY))
    one = _seconds(INVOICE, [lambda: invoices(2, 1)])
    starts = range(100_000, 100_000 + INVOICES, INVOICES_PER_FILE)
    print_of_many = _seconds(INVOICE, [partial(invoices, first, INVOICES_PER_FILE) for first in starts])
    return Comparison(
        "documents",
        "Documents",
        "PDFs that can be read aloud (PDF/UA-1), drawn on one processor: an invoice of one work order, a print of "
        f"{INVOICES:,} of them in files of {INVOICES_PER_FILE}, and the report Ready to Export.",
        "s",
        [
            Figure("1 invoice", one),
            Figure(f"{INVOICES:,} invoices", print_of_many),
            Figure(f"Ready to Export, {FEW:,} orders", few),
            Figure(f"Ready to Export, {MANY:,} orders", many),
        ],
        [
            Demand("s for an invoice", one, 0.15, "at most"),
            Demand(f"s for {INVOICES:,} invoices", print_of_many, 60, "at most"),
            Demand(f"s for Ready to Export of {FEW:,} orders", few, 1, "at most"),
            Demand(f"s for Ready to Export of {MANY:,} orders", many, 10, "at most"),
        ],
    )
