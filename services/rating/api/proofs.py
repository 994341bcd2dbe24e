"""Proofs of delivery over HTTP, for field staff."""

from services.rating.actions import proofs
from services.rating.api.dependencies import CHANGING, CompanyZone
from services.rating.errors import DerivedFromServices, UnknownReference
from services.rating.records.proofs import Proof, ProofRow
from services.rating.rules.proofs import WorkOrderProof, proof_key
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.files import CsvBody
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

of_orders = Router("work-orders")
router = Router("proofs")
VIEW = declared.feature("rating.proof", Level.VIEW)
EDIT = declared.feature("rating.proof", Level.EDIT)


@of_orders.get("/{work_order_id}/proof", access=VIEW, refuses=[NotFound])
async def read_proof(
    work_order_id: Id, response: Tagged, caller: CallerOf, session: Transaction, zone: CompanyZone
) -> WorkOrderProof:
    """The proof of delivery of an order. You need the ETag, which is that of the order, to change it."""
    return tagged(response, await proofs.read_proof(session, caller.scope, work_order_id, zone))


@of_orders.put("/{work_order_id}/proof", access=EDIT, refuses=[*CHANGING, UnknownReference, DerivedFromServices])
async def enter_proof(
    work_order_id: Id,
    body: Proof,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderProof:
    """Enters the proof of delivery of an order: all quantities, how the work ended, and what became of its services.

    A quantity that is left out was not reported. Services that are left out, and the parties and addresses of all of
    them, stay as they are.
    """
    await proofs.enter_proof(session, caller.scope, work_order_id, revision, body, caller.name, zone)
    return tagged(response, await proofs.read_proof(session, caller.scope, work_order_id, zone))


@router.imports("/import", access=EDIT)
async def import_proofs(file: CsvBody, caller: CallerOf, session: Transaction) -> Outcome:
    """Enters proofs of delivery from a file, one order a row. If any row has an error, nothing is imported.

    A column that the file leaves out leaves orders as they are; an empty cell clears a quantity.
    """
    return await proofs.import_proofs(session, caller.scope, await read_csv(file, ProofRow, key=proof_key))
