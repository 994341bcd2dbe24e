"""The references between records: accounts of the GL company, types, terms, tax codes, customers and contracts."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from shared.values.text import in_words

_NEVER_RETIRED = frozenset({"contract", "customer"})


@dataclass(frozen=True)
class Known:
    """Everything that a record may name. Retired records are not included.

    `gl_companies` are the GL companies by AR company, `accounts` are pairs of GL company and active account, and
    `codes` are pairs of AR company and code by the name of their table.
    """

    gl_companies: Mapping[int, int]
    accounts: AbstractSet[tuple[int, str]]
    codes: Mapping[str, AbstractSet[tuple[int, Any]]]


def unknown_references(
    rows: Sequence[Any], known: Known, *, accounts: Sequence[str] = (), codes: Mapping[str, str] | None = None
) -> list[tuple[int, str, str]]:
    """The names in rows that do not exist or are retired: index, field and message of each.

    `accounts` are the fields with an account of the company's GL company. `codes` are the fields with a code, each with
    the table of the code. Empty fields are skipped.
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
                adjective = "" if table in _NEVER_RETIRED else "active "
                detail = f"company {row.ar_company} has no {adjective}{in_words(table)} {value}"
                faults.append((index, field, detail))
    return faults
