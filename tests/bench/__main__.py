"""`make bench`: measures exports, postings, ratings, matching and events on a suite of its own, and writes docs/benchmarks.md."""

import argparse
import sys
from collections.abc import Callable, Mapping

from rich.console import Console

from tests.bench import events, export, matching, posting, rating, report
from tests.bench.figures import Comparison
from tests.bench.stage import Stage, running_stage

Bench = Callable[[Stage], list[Comparison]]


def main(arguments: list[str]) -> int:
    """Returns 1 when a demand is not kept; the page says which."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "only", nargs="*", help="export, posting, rating, matching, events; with any of them nothing is written"
    )
    parser.add_argument("--orders", type=int, default=10_000, help="work orders to rate and to export, in thousands")
    parser.add_argument("--large", type=int, default=100_000, help="work orders of the large export")
    parser.add_argument("--seconds", type=int, default=30, help="how long events are measured")
    chosen = parser.parse_args(arguments)
    console = Console()
    with console.status("starting the suite") as status:

        def tell(words: str) -> None:
            console.print(words)
            status.update(words)

        benches: Mapping[str, Bench] = {
            "export": lambda stage: export.run(stage, tell, small=chosen.orders, large=chosen.large),
            "posting": lambda stage: [posting.run(stage, tell)],
            "rating": lambda stage: [rating.run(stage, tell, count=chosen.orders)],
            "matching": lambda _: [matching.run(tell)],
            "events": lambda stage: [events.run(stage, tell, per_second=200, seconds=chosen.seconds)],
        }
        with running_stage() as stage:
            comparisons = [one for name in chosen.only or benches for one in benches[name](stage)]
            version = stage.in_database("rating", lambda database: database.fetchval("SHOW server_version"))
    _show(comparisons, console)
    if not chosen.only:
        console.print(f"written: {report.write(comparisons, version)}")
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
