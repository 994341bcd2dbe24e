"""The output of commands: tables for people, one JSON document for programs, failures on standard error."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local.client import Refused

Row = Mapping[str, Any]
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _is_number(value: object) -> bool:
    """Whether the value is a number or an amount, or is missing."""
    return value is None or isinstance(value, int) or (isinstance(value, str) and bool(_NUMBER.fullmatch(value)))


class Output:
    """Prints results. With `as_json`, exactly one JSON document goes to standard output, even for a failure."""

    def __init__(self, *, as_json: bool):
        self._as_json = as_json
        # Lines are wrapped only at a terminal; elsewhere programs such as grep read them.
        width = None if sys.stdout.isatty() else 500
        self._console = Console(highlight=False, markup=False, width=width, soft_wrap=False)

    def say(self, words: str) -> None:
        """Prints a line for people."""
        if not self._as_json:
            self._console.print(words)

    def progress(self, words: str) -> None:
        """Tells people how far long work is, on standard error."""
        print(words, file=sys.stderr, flush=True)

    def document(self, document: object) -> None:
        """Prints the result for programs."""
        if self._as_json:
            print(json.dumps(document, indent=2, default=str))

    def table(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        """Prints rows with these columns for people."""
        if self._as_json or not rows:
            return
        table = Table(box=None, pad_edge=False)
        for column in columns:
            numbers = all(_is_number(row[column]) for row in rows)
            # Of a number, every digit counts: words are cut before one is.
            table.add_column(column.replace("_", " "), justify="right" if numbers else "left", no_wrap=numbers)
        for row in rows:
            table.add_row(*("" if row[column] is None else str(row[column]) for column in columns))
        self._console.print(table)

    def facts(self, row: Row) -> None:
        """Prints one thing for people, with a line for each field."""
        if not self._as_json:
            for name, value in row.items():
                self._console.print(f"{name.replace('_', ' '):<16} {'' if value is None else value}")

    def failed(self, words: str) -> None:
        self.document({"error": words})
        print(words, file=sys.stderr)

    def refused(self, refused: Refused) -> None:
        """Prints a refusal of the API with all its faults."""
        self.document(refused.problem)
        print(f"{refused.status} {refused.code}: {refused.problem.get('detail')}", file=sys.stderr)
        for fault in refused.problem.get("errors", ()):
            print(f"  {fault['pointer']}: {fault['detail']}", file=sys.stderr)
