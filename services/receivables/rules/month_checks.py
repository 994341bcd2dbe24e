"""What stands against closing a month, in the same rules as the command that closes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.receivables.rules.batches import IDLE, POSTING, VALIDATING
from services.receivables.rules.months import months_after
from shared.values.money import Money
from shared.values.numbers import counted

MonthCheckCode = Literal["NOT_NEXT_MONTH", "BATCHES_OPEN", "CREDITS_REQUESTED"]
_UNFINISHED = sorted({*IDLE, VALIDATING, POSTING})


@dataclass(frozen=True)
class MonthCheck:
    """Something to look at before a month is closed, and the list that shows it."""

    code: MonthCheckCode
    blocks: Annotated[bool, Field(description="Whether the month cannot be closed before this is settled.")]
    detail: str
    count: int
    total: Annotated[Money | None, Field(description="What they come to, if they have amounts.")]
    list: Annotated[
        str | None,
        Field(
            description="The list of this service that shows exactly these, with its query.",
            examples=["credit-requests?ar_company=1&month=2026-11&status=awaiting_approval"],
        ),
    ]


@dataclass(frozen=True)
class MonthChecks:
    """What to look at before a month is closed. It can be closed if nothing blocks it."""

    ar_company: int
    month: str
    closable: Annotated[bool, Field(description="Whether nothing stands against closing it.")]
    checks: Annotated[Sequence[MonthCheck], Field(description="What to look at.")]


@dataclass(frozen=True)
class MonthFacts:
    """A month with the numbers of its batches that are neither posted nor cancelled, and its requested credits."""

    ar_company: int
    month: str
    last_closed_month: str
    batches: Sequence[int]
    requests: int = 0
    requested: Decimal = Decimal(0)


def check_month(facts: MonthFacts) -> MonthChecks:
    """What stands against closing a month, most important first, and what else to look at.

    Only the month after the last closed one can be closed, and only without open batches. Credits that await approval do
    not block it: after the closing they have to name another month. Example: with 2026-09 closed last and batch 3 of
    2026-11 open, 2026-11 has NOT_NEXT_MONTH and BATCHES_OPEN. Source: receivables, section 3.
    """
    company, month = facts.ar_company, facts.month
    found = []
    following = months_after(facts.last_closed_month, 1)
    if month != following:
        words = f"The next month to close in company {company} is {following}, not {month}."
        found.append(MonthCheck("NOT_NEXT_MONTH", True, words, 1, None, None))
    if facts.batches:
        numbers = ", ".join(map(str, facts.batches))
        words = f"{month} still has open batches: {numbers}. Post or clear them before you close the month."
        states = "".join(f"&status={status}" for status in _UNFINISHED)
        batches = f"batches?ar_company={company}&month={month}{states}"
        found.append(MonthCheck("BATCHES_OPEN", True, words, len(facts.batches), None, batches))
    if facts.requests:
        words = f"{counted(facts.requests, 'credit')} of {month} not approved yet. Decide, or change the month later."
        requests = f"credit-requests?ar_company={company}&month={month}&status=awaiting_approval"
        found.append(MonthCheck("CREDITS_REQUESTED", False, words, facts.requests, facts.requested, requests))
    return MonthChecks(company, month, not any(one.blocks for one in found), found)
