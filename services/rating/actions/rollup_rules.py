"""The roll-up rules of bill-tos: set, changed, imported, listed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import CodeTaken, RuleFaulty, UnknownReference
from services.rating.rules.rollup_rules import RollupRule, require_whole
from services.rating.store import rollup_rules
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound
from shared.files.csv import Numbered, refuse_import
from shared.values.versions import require_version


async def list_rules(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[RollupRule], str | None, int]:
    return await rollup_rules.list_rules(session, scope, search, query)


async def read_rule(session: AsyncSession, scope: Scope, ar_company: int, bill_to: str) -> RollupRule:
    rule = await rollup_rules.find(session, scope, ar_company, bill_to)
    if rule is None:
        raise NotFound(f"There is no roll-up rule of customer {bill_to} in company {ar_company}.")
    return rule


async def set_rule(session: AsyncSession, scope: Scope, rule: RollupRule) -> None:
    """Gives a bill-to a rule; raises RuleFaulty, Forbidden, UnknownReference, CodeTaken."""
    require_whole(rule)
    _require_covered(scope, rule)
    if not await rollup_rules.known_customers(session, [rule]):
        words = f"company {rule.ar_company} has no customer {rule.bill_to}"
        raise UnknownReference(f"Receivables has not announced it: {words}.", faults=[Fault("/bill_to", words)])
    if not await rollup_rules.insert(session, rule):
        raise CodeTaken(f"Customer {rule.bill_to} in company {rule.ar_company} has a roll-up rule already.")


async def change_rule(session: AsyncSession, scope: Scope, rule: RollupRule, expected_revision: int) -> None:
    """Gives a rule other values; drafts that are there stay as they are.

    Raises RuleFaulty, NotFound, Forbidden, VersionStale.
    """
    require_whole(rule)
    held = await rollup_rules.find(session, scope, rule.ar_company, rule.bill_to, lock=True)
    if held is None:
        raise NotFound(f"There is no roll-up rule of customer {rule.bill_to} in company {rule.ar_company}.")
    require_version(held.revision, expected_revision, f"The roll-up rule of {rule.bill_to}")
    _require_covered(scope, rule)
    await rollup_rules.upsert(session, [rule])


def _require_covered(scope: Scope, rule: RollupRule) -> None:
    """A rule holds in every branch, so a limit to branches does not allow to change it."""
    if not scope.covers(customer=rule.bill_to, ar_company=rule.ar_company):
        raise Forbidden(f"Customer {rule.bill_to} in company {rule.ar_company} lies outside what you may edit.")


async def import_rules(session: AsyncSession, scope: Scope, rows: Sequence[Numbered[RollupRule]]) -> int:
    """Sets all rules or none; raises ImportRefused that names every faulty row."""
    known = await rollup_rules.known_customers(session, [one.row for one in rows])
    faults: list[Fault] = []
    for one in rows:
        rule = one.row
        try:
            require_whole(rule)
        except RuleFaulty as refusal:
            faults += [one.fault(fault.pointer.removeprefix("/"), fault.detail) for fault in refusal.faults]
        if (rule.ar_company, rule.bill_to) not in known:
            faults.append(one.fault("bill_to", f"company {rule.ar_company} has no customer {rule.bill_to}"))
        if not scope.covers(customer=rule.bill_to, ar_company=rule.ar_company):
            faults.append(one.fault("bill_to", "lies outside the customers that you may edit"))
    refuse_import(faults)
    await rollup_rules.upsert(session, [one.row for one in rows])
    return len(rows)
