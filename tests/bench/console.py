"""What the console costs its users: bytes until the first page is there, and processor time for scrolling and typing.

Processor time is that of the page's own thread, as Chromium counts it. Frames say nothing on a busy machine: they come late
because of the neighbors. The browser is imported late, because only this benchmark needs it.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.console import CONSOLE, build
from tests.bench import orders
from tests.bench.figures import Comparison, Demand, Figure, Tell
from tests.bench.stage import Stage

ORDERS = 11_820
_DIST = CONSOLE / "dist"
_OF_THE_SAMPLE = 985
"""How many of the sample's orders can be rated."""
_STEPS, _KEYS = 150, 60
_RITA = r"ALAMO\rita"
_BILL = r"ALAMO\bill"


def run(stage: Stage, tell: Tell) -> list[Comparison]:
    """Measures the built console in a browser, with as many orders as a busy month has."""
    build()
    tell("sizes of the files")
    shell, styles, largest = _sizes()
    stage.in_database("rating", lambda rating: orders.make_rated(rating, ORDERS - _OF_THE_SAMPLE))
    # They come first in the list, and are as different as real ones, which decides how small a page becomes.
    stage.enter_orders()
    stage.run_job("/rating/rating-runs")
    entries = [_entry_of(stage, lines) for lines in (1, 100)]
    with _page(stage, _BILL) as (page, work):
        tell(f"first load of Ready to Export with {ORDERS:,} orders")
        first = _first_load(stage, page, work)
        tell("scrolling")
        scroll = _scroll(page, work)
    with _page(stage, _RITA) as (page, work):
        page.goto(f"{stage.suite.gateway_url}/console/batches")
        keys = []
        for lines, (batch, seq) in zip((1, 100), entries, strict=True):
            tell(f"typing in an entry of {lines}")
            page.goto(f"{stage.suite.gateway_url}/console/batches/{batch}/entries/{seq}")
            keys.append(_type(page, work, lines))
    return [
        Comparison(
            "console-bytes",
            "The console: bytes",
            "Files as the gateway serves them to browsers, compressed with brotli; the first load is what a browser "
            f"without a cache receives until the rows of Ready to Export are there, with {ORDERS:,} orders, as it came over the network.",
            "KB",
            [
                Figure("scripts of every page", shell / 1000),
                Figure("styles of every page", styles / 1000),
                Figure("largest script of a page", largest / 1000),
                Figure("first load, all together", first.received / 1000),
                Figure("a page of 250 rows", first.rows / 1000),
            ],
            [
                Demand("KB of scripts of every page", shell / 1000, 150, "at most"),
                Demand("KB of styles of every page", styles / 1000, 16, "at most"),
                Demand("KB of the largest script of a page", largest / 1000, 30, "at most"),
                Demand("KB for the first load", first.received / 1000, 200, "at most"),
                Demand("KB for a page of 250 rows", first.rows / 1000, 20, "at most"),
                Demand("requests before the rows", first.asked, 3, "at most"),
            ],
        ),
        Comparison(
            "console-work",
            "The console: processor time",
            f"Milliseconds of the page's thread: scripts, layout and styles for each step of the wheel in the list of {ORDERS:,} orders "
            "(120 pixels; pages are fetched meanwhile), and scripts for each key that is typed into the description of a line.",
            "ms",
            [
                Figure("a step of scrolling", scroll),
                Figure("a key, entry of 1 line", keys[0]),
                Figure("a key, entry of 100 lines", keys[1]),
            ],
            [
                Demand("ms for a step of scrolling", scroll, 8, "at most"),
                Demand("ms for a key in an entry of 1 line", keys[0], 6, "at most"),
                Demand("ms for a key in an entry of 100 lines", keys[1], 6, "at most"),
            ],
        ),
    ]


def _sizes() -> tuple[int, int, int]:
    """The compressed bytes of the scripts and of the styles that `index.html` names, and of the largest other script."""
    page = (_DIST / "index.html").read_text()
    named = [_DIST / name for name in re.findall(r'(?:src|href)="/console/(assets/[^"]+)"', page)]
    others = [path for path in (_DIST / "assets").glob("*.js") if path not in named]
    sizes = {path: Path(f"{path}.br").stat().st_size for path in [*named, *others]}
    return (
        sum(sizes[path] for path in named if path.suffix == ".js"),
        sum(sizes[path] for path in named if path.suffix == ".css"),
        max(sizes[path] for path in others),
    )


def _entry_of(stage: Stage, lines: int) -> tuple[int, int]:
    """A batch with one invoice of so many lines; returns the ids of both."""
    batch = stage.rita.post("/receivables/batches", {"ar_company": 1, "month": time.strftime("%Y-%m")})
    body = {
        "customer": "S1001",
        "lines": [{"net": "10.00", "description": f"Service {line}"} for line in range(1, lines + 1)],
    }
    entry = stage.rita.post(f"/receivables/batches/{batch['id']}/entries", body)
    return batch["id"], entry["seq"]


@dataclass
class _Work:
    """What a page has asked for, received, and done."""

    session: Any
    asked: list[str] = field(default_factory=list)
    received: dict[str, int] = field(default_factory=dict)

    def seconds(self, *kinds: str) -> float:
        metrics = {one["name"]: one["value"] for one in self.session.send("Performance.getMetrics")["metrics"]}
        return sum(float(metrics[kind]) for kind in kinds)


@contextmanager
def _page(stage: Stage, user: str) -> Iterator[tuple[Any, _Work]]:
    """A page of a clerk who is logged in, in a browser without a cache."""
    from tests.console.pages.desks import running_browser, sit_down

    with running_browser() as browser:
        desk = sit_down(browser, stage.suite, user)
        work = _Work(desk.context.new_cdp_session(desk.page))
        work.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        yield desk.page, work


@dataclass(frozen=True)
class _FirstLoad:
    received: int
    rows: int
    asked: int


def _first_load(stage: Stage, page: Any, work: _Work) -> _FirstLoad:
    """Opens Ready to Export as somebody who was never here, but is logged in."""
    names: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["request"]["url"]
        if "/api/" in event["request"]["url"] and "events" not in event["request"]["url"]:
            work.asked.append(event["request"]["url"])

    def receive(event: dict[str, Any]) -> None:
        url = names.get(event["requestId"], "")
        work.received[url] = work.received.get(url, 0) + int(event["encodedDataLength"])

    work.session.on("Network.requestWillBeSent", note)
    work.session.on("Network.loadingFinished", receive)
    work.session.send("Network.enable")
    work.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(f"{stage.suite.gateway_url}/console/ready")
    page.get_by_role("grid", name="Orders ready to export").get_by_role("row").nth(5).wait_for()
    rows = next(place for place, url in enumerate(work.asked) if "ready-to-export" in url)
    page.wait_for_load_state("networkidle")
    size = next(size for url, size in work.received.items() if "ready-to-export" in url)
    return _FirstLoad(sum(work.received.values()), size, rows + 1)


def _scroll(page: Any, work: _Work) -> float:
    """Milliseconds for a step of the wheel."""
    page.get_by_role("grid", name="Orders ready to export").hover()
    kinds = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    before = work.seconds(*kinds)
    for _ in range(_STEPS):
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(30)
    return (work.seconds(*kinds) - before) / _STEPS * 1000


def _type(page: Any, work: _Work, lines: int) -> float:
    """Milliseconds of scripts for a key in the last line."""
    cell = page.get_by_role("textbox", name=f"Description, line {lines}", exact=True)
    cell.click()
    page.wait_for_timeout(500)
    before = work.seconds("ScriptDuration")
    cell.press_sequentially("x" * _KEYS, delay=40)
    return (work.seconds("ScriptDuration") - before) / _KEYS * 1000
