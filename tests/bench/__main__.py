"""`make bench`: measures exports, postings, ratings, matching and events on a suite of its own, and the gateway beside others.

It writes docs/benchmarks.md; of a run of some parts, the sections of those parts.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache

from rich.console import Console

from tests.bench import events, export, gateway, matching, posting, rating, report
from tests.bench.figures import Comparison
from tests.bench.stage import Stage, running_stage

Bench = Callable[[], list[Comparison]]


def main(arguments: list[str]) -> int:
    """Returns 1 when a demand is not kept; the page says which."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("only", nargs="*", help="export, posting, rating, matching, events, gateway: these alone")
    parser.add_argument("--orders", type=int, default=10_000, help="work orders to rate and to export, in thousands")
    parser.add_argument("--large", type=int, default=100_000, help="work orders of the large export")
    parser.add_argument("--seconds", type=int, default=30, help="how long events are measured")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of 5 seconds for each gateway")
    chosen = parser.parse_args(arguments)
    console = Console()
    with ExitStack() as stack, console.status("starting") as status:

        def tell(words: str) -> None:
            console.print(words)
            status.update(words)

        @cache
        def stage() -> Stage:
            tell("starting the suite")
            return stack.enter_context(running_stage())

        benches: Mapping[str, Bench] = {
            # Alone on the machine, before there is a suite.
            "gateway": lambda: gateway.run(tell, seconds=5, rounds=chosen.rounds),
            "export": lambda: export.run(stage(), tell, small=chosen.orders, large=chosen.large),
            "posting": lambda: [posting.run(stage(), tell)],
            "rating": lambda: [rating.run(stage(), tell, count=chosen.orders)],
            "matching": lambda: [matching.run(tell)],
            "events": lambda: [events.run(stage(), tell, per_second=200, seconds=chosen.seconds)],
        }
        comparisons = [one for name in chosen.only or benches for one in benches[name]()]
    _show(comparisons, console)
    console.print(f"written: {report.write(comparisons)}")
    return 0 if all(demand.kept for one in comparisons for demand in one.demands) else 1


def _show(comparisons: list[Comparison], console: Console) -> None:
    for one in comparisons:
        console.rule(one.title, align="left")
        for figure in one.figures:
            console.print(f"{figure.name:<44} {report.words_of(figure.value):>10} {one.unit}")
        for demand in one.demands:
            mark = "[green]kept[/green]" if demand.kept else "[red]not kept[/red]"
            console.print(
                f"  {report.words_of(demand.value)} {demand.words}, wanted {demand.direction} "
                f"{report.words_of(demand.wanted)}: {mark}"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
