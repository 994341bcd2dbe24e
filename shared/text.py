"""Owns what text may be: single lines without control characters, codes, and the numbers of documents."""

from typing import Annotated

from pydantic import StringConstraints

CodeText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z0-9][A-Z0-9_-]{0,29}$")]
"""A key chosen by people: capitals, digits, `_` and `-`, like `SAT` or `SKIP_TRACE`."""

NumberText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$")]
"""The number of a document or customer, like `W-1001`."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
"""One line of words; may be empty."""

FilledLine = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=200)
]
"""One line of words that may not be empty."""

ZipText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5}$")]
"""A ZIP code of five digits."""

LongZipText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
"""A ZIP code as addresses have it, with or without the four further digits."""

AccountText = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Z][0-9A-Z.-]{0,29}$")]
"""A general-ledger account, like `4000` or `4000-10`."""

MonthText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""An accounting month, `YYYY-MM`."""
