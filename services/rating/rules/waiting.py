"""Owns what waits for a caller in rating: orders, drafts and runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from shared.values.waiting import WaitingPart


@dataclass(frozen=True)
class FailingOrders(WaitingPart):
    """Open orders whose rating would be refused, by the code of the refusal."""

    reason: str


@dataclass(frozen=True)
class RatingWaiting:
    """What waits for the caller. A part is null without the feature that its list needs."""

    ready_to_export: Annotated[
        WaitingPart | None, Field(description="Orders that an export of everything would include today.")
    ]
    failing: Annotated[
        Sequence[FailingOrders] | None, Field(description="Open orders that cannot be rated, by reason.")
    ]
    to_roll_up: Annotated[WaitingPart | None, Field(description="Rated orders that wait for their roll-up.")]
    drafts: Annotated[WaitingPart | None, Field(description="Draft invoices, with the total of their orders.")]
    refused: Annotated[
        WaitingPart | None, Field(description="Those of the drafts that Accounts Receivable refused to book.")
    ]
    rating_runs: Annotated[WaitingPart | None, Field(description="Rating runs that are not finished.")]
    exports: Annotated[WaitingPart | None, Field(description="Export runs that are not finished.")]
