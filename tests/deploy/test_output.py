"""What commands print for people."""

import re

import pytest

from deploy.command.output import Output, Row


def test_amounts_are_aligned_at_the_right_and_never_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    rows: list[Row] = [
        {"account": "1200", "amount": "1123456789012345.67", "invoices": 7},
        {"account": "a name that is much longer than its place in the line", "amount": "-5.00", "invoices": None},
    ]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    Output(as_json=False).table(rows, ("account", "amount", "invoices"))
    heading, first, second, *rest = re.sub("\x1b.*?m", "", capsys.readouterr().out).splitlines()
    assert heading.split() == ["account", "amount", "invoices"]
    end = first.index("1123456789012345.67") + len("1123456789012345.67")
    assert (heading.index("amount") + len("amount"), second.index("-5.00") + len("-5.00")) == (end, end)
    assert rest
    assert max(map(len, (heading, first, second, *rest))) <= 60
