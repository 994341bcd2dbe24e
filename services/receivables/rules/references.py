"""Owns what records of receivables may name: accounts of their GL company, types, terms, taxes, customers, contracts."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Known:
    """Everything that a record may name, that is not retired.

    `gl_companies` gives each AR company its GL company, `accounts` are active (GL company, account), the others are
    (AR company, code) by the name of their table.
    """

    gl_companies: Mapping[int, int]
    accounts: AbstractSet[tuple[int, str]]
    codes: Mapping[str, AbstractSet[tuple[int, Any]]]


def unknown_references(
    rows: Sequence[Any], known: Known, *, accounts: Sequence[str] = (), codes: Mapping[str, str] | None = None
) -> list[tuple[int, str, str]]:
    """What rows name that does not exist or is retired: index, field, words.

    `accounts` are fields that hold an account of the company's GL company; `codes` gives each field that names a code
    the table it stands in. A field that is empty names nothing.
    """
    faults = []
    for index, row in enumerate(rows):
        gl_company = known.gl_companies.get(row.ar_company)
        if gl_company is None:
            faults.append((index, "ar_company", f"there is no AR company {row.ar_company}"))
            continue
        for field in accounts:
            value = getattr(row, field)
            if value is not None and (gl_company, value) not in known.accounts:
                faults.append((index, field, f"GL company {gl_company} has no account {value}"))
        for field, table in (codes or {}).items():
            value = getattr(row, field)
            if value is not None and (row.ar_company, value) not in known.codes[table]:
                faults.append(
                    (index, field, f"company {row.ar_company} has no {table.replace('_', ' ')} {value} in use")
                )
    return faults
