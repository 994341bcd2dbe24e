"""`make bench` measures exports, postings, ratings, matching, documents and events on a new suite, and compares the
gateway with others. `make bench ONLY=growth` fills the databases with three years first, and takes many minutes;
`make bench ONLY=console` measures the console in Chromium.

It writes docs/benchmarks.md, or only the sections of the parts that were run.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache

from rich.console import Console

from tests.bench import console as pages
from tests.bench import documents, events, export, gateway, growth, matching, posting, rating, report
from tests.bench.figures import Comparison
from tests.bench.fill import Size
from tests.bench.stage import Stage, running_stage

Bench = Callable[[], list[Comparison]]


def main(arguments: list[str]) -> int:
    """Runs the benchmarks; returns 1 if a target is missed, which the page shows."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        help="run only these: export, posting, rating, matching, documents, events, gateway; only if named: console (needs a browser), growth (many minutes)",
    )
    parser.add_argument(
        "--orders", type=int, default=10_000, help="number of work orders to rate and to export, in thousands"
    )
    parser.add_argument("--large", type=int, default=100_000, help="number of work orders in the large export")
    parser.add_argument("--seconds", type=int, default=30, help="duration of the measurement of events")
    parser.add_argument("--invoices", type=int, default=2_000_000, help="number of invoices that growth begins with")
    parser.add_argument("--rounds", type=int, default=5, help="number of 5-second rounds for each gateway")
    chosen = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack, console.status("starting") as status:

        def report_step(words: str) -> None:
            console.print(words)
            status.update(words)

        @cache
        def stage() -> Stage:
            report_step("starting the suite")
            return stack.enter_context(running_stage())

        benches: Mapping[str, Bench] = {
            # This comes first, while no suite is running.
            "gateway": lambda: gateway.run(report_step, seconds=5, rounds=chosen.rounds),
            "export": lambda: export.run(stage(), report_step, small=chosen.orders, large=chosen.large),
            "posting": lambda: [posting.run(stage(), report_step)],
            "rating": lambda: [rating.run(stage(), report_step, count=chosen.orders)],
            "matching": lambda: [matching.run(report_step)],
            "documents": lambda: [documents.run(report_step)],
            "console": lambda: pages.run(stage(), report_step),
            "growth": lambda: [growth.run(stage(), report_step, size=Size(invoices=chosen.invoices))],
            "events": lambda: [events.run(stage(), report_step, per_second=200, seconds=chosen.seconds)],
        }
        comparisons = [
            comparison
            for name in chosen.only or [name for name in benches if name not in {"growth", "console"}]
            for comparison in benches[name]()
        ]
    _show(comparisons, console)
    console.print(f"wrote {report.write(comparisons)}")
    return 0 if all(demand.kept for comparison in comparisons for demand in comparison.demands) else 1


def _show(comparisons: list[Comparison], console: Console) -> None:
    for comparison in comparisons:
        console.rule(comparison.title, align="left")
        for figure in comparison.figures:
            console.print(f"{figure.name:<44} {report.words_of(figure.value):>10} {comparison.unit}")
        for demand in comparison.demands:
            mark = "[green]met[/green]" if demand.kept else "[red]missed[/red]"
            console.print(
                f"  {report.words_of(demand.value)} {demand.words}, target {demand.direction} "
                f"{report.words_of(demand.wanted)}: {mark}"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
