"""The codes that keys and charges are made of: listed, entered, changed, retired and imported."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import CodeTaken, RateTableFaulty
from services.rating.rules.codes import BillType, Code, reserved
from services.rating.rules.work_orders import OUTCOMES
from services.rating.store import codes
from shared.errors import Fault, NotFound
from shared.files.csv import Numbered, refuse_import
from shared.values.versions import require_version


async def list_codes(session: AsyncSession, table: str, search: str | None, *, retired: bool | None) -> list[Any]:
    return await codes.list_rows(session, table, search, retired=retired)


async def read_code(session: AsyncSession, table: str, code: str) -> Any:
    """One row; raises NotFound."""
    found = await codes.find_row(session, table, code)
    if found is None:
        raise NotFound(f"There is no {table.replace('_', ' ')} {code}.")
    return found


async def enter_code(session: AsyncSession, table: str, row: Any) -> None:
    """Adds a row; raises CodeTaken, RateTableFaulty."""
    code = _code_of(table, row)
    if await codes.taken_codes(session, table, [code]):
        raise CodeTaken(f"There is a {table.replace('_', ' ')} {code} already.")
    await _save(session, table, row)


async def change_code(session: AsyncSession, table: str, code: str, expected_revision: int, row: Any) -> None:
    """Gives a row other values; its code stays. Raises NotFound, VersionStale, RateTableFaulty."""
    found = await codes.find_row(session, table, code, lock=True)
    if found is None:
        raise NotFound(f"There is no {table.replace('_', ' ')} {code}.")
    require_version(found.revision, expected_revision, f"The {table.replace('_', ' ')} {code}")
    if _code_of(table, row) != code:
        field = key_of(table)
        raise RateTableFaulty(
            f"A {table.replace('_', ' ')} keeps its {field}: retire {code} and enter another.",
            faults=[Fault(f"/{field}", f"must stay {code}")],
        )
    if codes.CODE_TABLES[table].zips is not None:
        await codes.remove_other_zips(session, table, code, row.zips)
        if set(row.zips) != set(found.zips):
            await codes.raise_revision(session, table, code)
    await _save(session, table, row)


async def _save(session: AsyncSession, table: str, row: Any) -> None:
    faults = await _faults(session, table, [row])
    if faults:
        raise RateTableFaulty(
            f"This {table.replace('_', ' ')} cannot be saved.",
            faults=[Fault(f"/{field}", words) for _, field, words in faults],
        )
    await _write(session, table, [row])


async def import_codes(session: AsyncSession, table: str, rows: Sequence[Numbered[Any]]) -> int:
    """Adds rows, or gives known ones their new values; a known region or zone keeps its ZIPs and gets the new ones.

    Raises ImportRefused that names every faulty row.
    """
    faults = await _faults(session, table, [one.row for one in rows])
    refuse_import([rows[index].fault(field, words) for index, field, words in faults])
    await _write(session, table, [one.row for one in rows])
    return len(rows)


async def _write(session: AsyncSession, table: str, rows: Sequence[Any]) -> None:
    await codes.upsert(session, table, rows)
    if codes.CODE_TABLES[table].zips is not None:
        await codes.add_zips(session, table, [(row.code, zip_code) for row in rows for zip_code in row.zips])


async def _faults(session: AsyncSession, table: str, rows: Sequence[Any]) -> list[tuple[int, str, str]]:
    """What is wrong with rows beyond their form: index, field, words. A ZIP lies in one zone only, and an outcome that
    no field status has would never fire.
    """
    faults = [
        (index, "code", f"{row.code} means every code in a rate table; choose another")
        for index, row in enumerate(rows)
        if isinstance(row, Code) and reserved(row.code)
    ]
    faults += [
        (index, "code", f"an outcome is one of {', '.join(OUTCOMES).upper()}")
        for index, row in enumerate(rows)
        if isinstance(row, BillType) and row.kind == "outcome" and row.code.lower() not in OUTCOMES
    ]
    if table != "zone":
        return faults
    zones = await codes.zones_of(session, sorted({zip_code for row in rows for zip_code in row.zips}))
    for index, row in enumerate(rows):
        for zip_code in row.zips:
            zone = zones.setdefault(zip_code, row.code)
            if zone != row.code:
                faults.append((index, "zips", f"{zip_code} lies in zone {zone} already"))
    return faults


def _code_of(table: str, row: Any) -> str:
    code: str = getattr(row, key_of(table))
    return code


def key_of(table: str) -> str:
    """The name of the field that is the code: `code`, or `name` for billing items."""
    return codes.CODE_TABLES[table].key
