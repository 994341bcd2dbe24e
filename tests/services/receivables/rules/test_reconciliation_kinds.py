"""Every kind of difference that the statements report is one that the answer can have."""

import re
from pathlib import Path
from typing import get_args

import pytest

from services.receivables.rules.reconciliation import DifferenceKind

_STORE = Path(__file__).parents[4] / "services" / "receivables" / "store" / "reconciliation" / "differences.py"


def reported() -> list[str]:
    """The kinds in the statements of the store, which are the only words in capitals with an underscore."""
    return sorted(set(re.findall(r"'([A-Z]+(?:_[A-Z]+)+|NUMBERS)'", _STORE.read_text())))


@pytest.mark.parametrize("kind", reported())
def test_a_difference_can_be_answered(kind: str) -> None:
    assert kind in get_args(DifferenceKind)
