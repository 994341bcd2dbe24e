"""What a cell of a workbook shows, from its value and its number format."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

_DIGITS = 15
"""The digits that spreadsheet programs calculate with; further ones are noise of binary fractions."""
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_PADDED = re.compile(r"^[^0#?@.,%/E]*0[^#?@.,%/E]*$")
_MONTH_ONLY = re.compile(r"^(m+[^dmy]*y+|y+[^dmy]*m+)[^dmy]*$")
Shown = Literal["number", "percent", "padded", "scaled"]


class Unreadable(Exception):
    """A cell whose value is not certain. The message says why, and what to do."""


def text_of(value: object, number_format: str) -> str:
    """The cell as text in a CSV file; raises Unreadable.

    Examples: 0.0825 shown as `8.25%` is 8.25; the first of November 2026 shown as `Nov-26` is 2026-11; 1234 shown with
    the format `00000` is 01234.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return _number(value, number_format)
        case datetime() | date():
            return _day(value, number_format)
        case time() | timedelta():
            raise Unreadable("is a time, not a value; enter it as a number or as text")
        case _:
            # Each row must stay one line. Vertical tabs are refused later as control characters, like the line breaks.
            return str(value).replace("\r", "\v").replace("\n", "\v")


def _number(value: float, number_format: str) -> str:
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{_DIGITS}g}")
    match _shown(number_format):
        case "percent":
            return _plain(exact * 100)
        case "scaled":
            raise Unreadable("is shown in thousands; give it another number format")
        case "padded" if exact == exact.to_integral_value() and exact >= 0:
            return _padded(int(exact), number_format)
        case _:
            return _plain(exact)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


@lru_cache(maxsize=1_000)
def _shown(number_format: str) -> Shown:
    """How numbers look in a format: the first part of it, for positive numbers, without texts and colors."""
    first = _LITERAL.sub("", number_format).partition(";")[0]
    if "%" in first:
        return "percent"
    if _SCALED.search(first):
        return "scaled"
    if _PADDED.match(first) and first.count("0") > 1:
        return "padded"
    return "number"


def _padded(number: int, number_format: str) -> str:
    """A number in a format of nothing but zeros and texts: 42 in `"W-"0000` is W-0042."""
    pattern = number_format.partition(";")[0]
    parts: list[tuple[str, bool]] = []
    while pattern:
        found = _LITERAL.match(pattern)
        length = found.end() if found else 1
        parts.append(((found[1] or found[2] or "") if found else pattern[0], found is None and pattern[0] == "0"))
        pattern = pattern[length:]
    places = sum(is_digit for _, is_digit in parts)
    digits = str(number).zfill(places)
    # The first place takes all digits beyond the number of places.
    rest = [digits[: len(digits) - places + 1], *digits[len(digits) - places + 1 :]]
    return "".join(rest.pop(0) if is_digit else text for text, is_digit in parts).strip()


def _day(value: datetime | date, number_format: str) -> str:
    letters = re.sub(r"[^dmyhs]", "", _LITERAL.sub("", number_format).partition(";")[0].lower())
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat()
    if not letters or {"d", "y"} <= {*letters}:
        return f"{value:%Y-%m-%d}"
    if _MONTH_ONLY.match(letters) and value.day == 1:
        return f"{value:%Y-%m}"
    raise Unreadable("is a date of which only a part is shown; show day, month and year, or enter it as text")
