"""Text: single lines without control characters, codes, document numbers, and sentences about them for people."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints

from shared.values.names import plain
from shared.values.numbers import counted


def _typed_number(value: object) -> object:
    return plain(value) if isinstance(value, str) else value


def _typed_code(value: object) -> object:
    return plain(value).upper() if isinstance(value, str) else value


CodeText = Annotated[
    str,
    BeforeValidator(_typed_code),
    StringConstraints(strip_whitespace=True, pattern=r"^[A-Z0-9][A-Z0-9_-]{0,29}$"),
]
"""A key chosen by people: capital letters, digits, `_` and `-`, like `SAT` or `SKIP_TRACE`.

Small letters that are typed become capital ones.
"""


NumberText = Annotated[
    str,
    BeforeValidator(_typed_number),
    StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$"),
]
"""The number of a document or customer, like `W-1001`."""


Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
"""One line of text, which may be empty."""


def _same_line_ends(value: object) -> object:
    # The line ends in cells of a workbook arrive as vertical tabs.
    return "\n".join(re.split("\r\n|[\r\v]", value)) if isinstance(value, str) else value


Lines = Annotated[
    str,
    BeforeValidator(_same_line_ends),
    StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$", max_length=1_000),
]
"""A few lines of text, which may be empty."""


FilledLine = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=200)
]
"""One line of text, which must not be empty."""


ZipText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5}$")]
"""A five-digit ZIP code."""


ZipPrefixText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,5}$")]
"""A five-digit ZIP code, or its first three or four digits."""


LongZipText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
"""A ZIP code as in an address, with or without the four-digit extension."""


AccountText = Annotated[
    str, BeforeValidator(_typed_code), StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Z][0-9A-Z.-]{0,29}$")
]
"""A general-ledger account, like `4000` or `4000-10`."""


MonthText = Annotated[str, StringConstraints(pattern=r"^(199[0-9]|20[0-9]{2}|2100)-(0[1-9]|1[0-2])$")]
"""An accounting month from 1990 to 2100, `YYYY-MM`."""


_WORDS = {
    r"^[A-Z0-9][A-Z0-9_-]{0,29}$": "must be at most 30 capital letters, digits, _ and -, like SKIP_TRACE",
    r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$": "must be at most 40 letters, digits, and . _ / -, like W-1001",
    r"^[0-9]{5}$": "must be a five-digit ZIP code, like 78205",
    r"^[0-9]{3,5}$": "must be a five-digit ZIP code or its first three or four digits, like 782",
    r"^[0-9]{5}(-[0-9]{4})?$": "must be a ZIP code, like 78205 or 78205-1234",
    r"^[0-9A-Z][0-9A-Z.-]{0,29}$": "must be an account number, like 4000 or 4000-10",
    r"^(199[0-9]|20[0-9]{2}|2100)-(0[1-9]|1[0-2])$": "must be a month from 1990 to 2100, like 2026-11",
    r"^[^\x00-\x1f\x7f]*$": "must be one line without control characters",
    r"^[^\x00-\x09\x0b-\x1f\x7f]*$": "must be text without control characters, apart from line ends",
    r"^[^\x00-\x1f\x7f]+$": "must be one line without control characters, and not empty",
}
_KINDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be more than {gt}",
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "literal_error": "must be one of {expected}",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "sequence_str"), "must be a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type", "dataclass_type"), "must be an object"),
}


def words_of_fault(kind: str, message: str, context: Mapping[str, object]) -> str:
    """A pydantic error as people read it, without patterns and prefixes."""
    if kind == "string_pattern_mismatch":
        return _WORDS.get(str(context.get("pattern")), message)
    if kind == "too_short":
        return f"must have at least {counted(int(str(context['min_length'])), 'item')}"
    if kind == "too_long":
        return f"must have at most {counted(int(str(context['max_length'])), 'item')}"
    if kind in _KINDS:
        return _KINDS[kind].format_map({name: _grouped(value) for name, value in context.items()})
    if kind.startswith("date_"):
        return "must be a date, like 2026-11-02"
    return message.removeprefix("Value error, ")


def _grouped(value: object) -> object:
    """A bound as people read it: 999999999.99 → 999,999,999.99."""
    return f"{value:,}" if isinstance(value, Decimal) else value


def _yes_or_no(value: object) -> object:
    if isinstance(value, str):
        if value.lower() in {"yes", "y", "true", "1"}:
            return True
        if value.lower() in {"no", "n", "false", "0"}:
            return False
        raise ValueError("must be yes or no")
    return value


def _several(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]
SPLIT = BeforeValidator(_several)
"""Splits a cell into several values at semicolons."""

_ACRONYMS = {"ar": "AR", "csv": "CSV", "gl": "GL", "jb": "JB", "oidc": "OpenID", "pdf": "PDF"}


def in_words(name: str) -> str:
    """A name of the code as people write it: `read_gl_account` → `read GL account`."""
    return " ".join(_ACRONYMS.get(word, word) for word in name.lower().split("_"))


def sentence_case(words: str) -> str:
    """The words with a capital letter at the beginning: `read GL account` → `Read GL account`."""
    return words[:1].upper() + words[1:]


def shown_key(key: object) -> str:
    """A key as people read it: `1 / S1009` for one of several parts."""
    return " / ".join(map(str, key)) if isinstance(key, tuple) else str(key)


def storable(text: str, most: int) -> str:
    """The first `most` characters of any text, such as the words of an error, as PostgreSQL can keep them."""
    return text[:most].replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
