"""Branches and customers that a selection names, checked before it finds nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import UnknownReference
from services.rating.rules.exports.claim import Selection
from services.rating.rules.rating_runs import RunSelection
from services.rating.store import references
from shared.errors import Fault
from shared.values.numbers import counted


async def require_known(session: AsyncSession, selection: Selection | RunSelection, pointer: str) -> None:
    """Raises UnknownReference for branches and customers that do not exist; `pointer` is the place of the selection.

    A customer exists if receivables has reported it or an order names it.
    """
    faults = [Fault(*found) for found in await find_unknown(session, selection, pointer)]
    if faults:
        raise UnknownReference(f"{counted(len(faults), 'name')} in the selection could not be found.", faults=faults)


async def find_unknown(
    session: AsyncSession, selection: Selection | RunSelection, pointer: str
) -> list[tuple[str, str]]:
    """The branches and customers of the selection that do not exist, by JSON pointer."""
    if isinstance(selection, Selection):
        name, customers = "bill_tos", selection.bill_tos
    else:
        name, customers = "customers", selection.customers
    if selection.branches is None and customers is None:
        return []
    unknown = await references.find_unknown(session, selection.branches or (), customers or ())
    return [
        (f"{pointer}/{field}/{index}", f"there is no {noun} {code}")
        for field, noun, codes in (("branches", "branch", selection.branches), (name, "customer", customers))
        for index, code in enumerate(codes or ())
        if (noun, code) in unknown
    ]
