"""Trials of credits over HTTP. Nothing is stored."""

from services.receivables.actions import credit_trials
from services.receivables.api.credit_memos import CREDIT_REFUSALS
from services.receivables.api.customers import ACCOUNTS
from services.receivables.rules.credit_trials import CreditTrial
from services.receivables.schemas.credit_trials import CreditTrialEntry
from shared.access import declared
from shared.access.grants import Level, scope_for
from shared.clock import local_date, now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoices")
VIEW = declared.feature("receivables.credits", Level.VIEW)


@router.post("/{invoice_id}/credits/trial", access=VIEW, refuses=[NotFound, *CREDIT_REFUSALS])
async def try_credit(
    invoice_id: Id, entry: CreditTrialEntry, zone: TimeZone, caller: CallerOf, session: Transaction
) -> CreditTrial:
    """What a credit would do: its lines, GL rows and warnings, and what it leaves of the invoice and the account.

    It is refused as the credit itself would be. Nothing is stored.
    """
    draft = entry.to_draft(today=local_date(now(), zone), credited_by=caller.name)
    accounts = scope_for(caller.principal.grants, ACCOUNTS, Level.VIEW)
    return await credit_trials.try_credit_of(session, caller.scope, invoice_id, draft, accounts)
