"""Importing, validating and posting a batch of invoices, compared with one INSERT … SELECT of the same rows."""

import time
from statistics import median

from tests.bench.figures import Comparison, Demand, Figure, Tell
from tests.bench.limit import clear, seconds_of_insert
from tests.bench.stage import Stage

INVOICES = 5_000
_LINES = (("Retainer", "120.00"), ("Copies", "12.50"), ("Courier", "42.00"))
_REPEATS = 3
_POLL_SECONDS = 0.02


def run(stage: Stage, tell: Tell) -> Comparison:
    """Imports and posts a batch three times, each with its limit."""
    entered, posted, limits = [], [], []
    for repeat in range(1, _REPEATS + 1):
        tell(f"a batch of {INVOICES:,} invoices, {repeat} of {_REPEATS}")
        stage.in_database("receivables", clear)
        one, other = _post_batch(stage)
        entered.append(one)
        posted.append(other)
        limits.append(seconds_of_insert(stage))
    whole = INVOICES / median([sum(pair) for pair in zip(entered, posted, strict=True)])
    limit = INVOICES / median(limits)
    return Comparison(
        "posting",
        "Posting a batch",
        f"A CSV file of {INVOICES:,} invoices with three lines each is imported into a batch through the gateway, and "
        "the batch is validated and posted, with `fsync` on. The time is from the request until the batch is posted. "
        "The limit is one transaction in PostgreSQL that inserts the same transactions, lines and GL rows (median of "
        f"{_REPEATS}).",
        "invoices/s",
        [
            Figure("Ratebook, imported, validated and posted", whole),
            Figure("  of it: importing", INVOICES / median(entered)),
            Figure("  of it: validating and posting", INVOICES / median(posted)),
            Figure("limit", limit),
        ],
        [Demand("of the limit", whole / limit, 0.25, "at least")],
    )


def _post_batch(stage: Stage) -> tuple[float, float]:
    """The seconds for the import, and for validating and posting."""
    rows = [
        f"{number},S1002,2026-11-10,{description},{net}"
        for number in range(1, INVOICES + 1)
        for description, net in _LINES
    ]
    content = "\n".join(["entry,customer,invoice_date,line_description,net", *rows]).encode()
    batch = stage.rita.post("/receivables/batches", {"ar_company": 1, "month": "2026-11"})
    path = f"/receivables/batches/{batch['id']}"
    began = time.perf_counter()
    stage.rita.upload(f"{path}/entries/import", content)
    entered = time.perf_counter()
    stage.rita.post(f"{path}/validate", {})
    _wait(stage, path, "validating", "valid")
    stage.rita.post(f"{path}/post", {})
    _wait(stage, path, "posting", "posted")
    return entered - began, time.perf_counter() - entered


def _wait(stage: Stage, path: str, busy: str, done: str) -> None:
    while (status := stage.rita.get(path)["status"]) == busy:
        time.sleep(_POLL_SECONDS)
    if status != done:
        raise AssertionError(f"the batch is {status}: {stage.rita.get(f'{path}/findings', limit=3)['items']}")
