"""What waits for a caller, as each service counts it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from shared.values.money import Money


@dataclass(frozen=True)
class WaitingPart:
    """How much waits, and what it comes to if it has amounts."""

    count: int
    total: Money | None
    list: Annotated[
        str,
        Field(
            description="The list of this service that shows exactly this, with its query: `batches?status=open`.",
            examples=["batches?status=open"],
        ),
    ]
