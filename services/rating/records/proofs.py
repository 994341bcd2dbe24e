"""Owns the proof of delivery as field staff enter it: quantities, how the work ended, and what became of each service."""

from collections.abc import Sequence
from typing import Annotated

from annotated_types import Interval, MaxLen
from pydantic import BeforeValidator

from services.rating.records.work_order_services import (
    MOST_ATTEMPTS,
    MOST_SERVICES,
    ServiceAttempt,
    ServiceOutcome,
    read_attempts,
)
from services.rating.records.work_orders import AllQuantities, FieldStatus
from shared.values.columns import CodeOrNone, DayOrNone, MomentOrNone, Number, Record, Words
from shared.values.text import YesNo


class ServiceProof(Record):
    """What became of one service of the order. Its party and address stay."""

    service: Annotated[int, Interval(ge=1, le=MOST_SERVICES)]
    """Its place among the services of the order, from 1."""
    server: CodeOrNone = None
    """The server who did it; without one, the server of the service stays."""
    outcome: ServiceOutcome
    served_at: MomentOrNone = None
    """When the papers were handed over; only with the outcome `served`, and required for it."""
    manner: Words = ""
    """How they were served, such as `personal` or `posted`."""
    received_by: Words = ""
    """The person who took the papers."""
    attempts: Annotated[Sequence[ServiceAttempt], BeforeValidator(read_attempts), MaxLen(MOST_ATTEMPTS)] = ()


class ProofEntry(AllQuantities):
    """A proof of delivery: all quantities, and how the field work ended."""

    pod_received: YesNo = False
    field_status: FieldStatus | None = None
    """If left out, that of the order stays."""
    completed_on: DayOrNone = None
    """If left out, that of the order stays."""


class Proof(ProofEntry):
    """The proof of delivery of one order. Quantities that are left out were not reported.

    Those that are entered with the order stay; they can be sent back as they are.
    """

    services: Annotated[Sequence[ServiceProof], MaxLen(MOST_SERVICES)] = ()
    """What became of services of the order, each by its place; the others stay as they are."""


class ProofRow(ProofEntry):
    """A proof of delivery as a row of a file."""

    work_order: Number
