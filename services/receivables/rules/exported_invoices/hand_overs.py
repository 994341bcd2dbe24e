"""Hand-overs from rating: invoices as they arrive, and what was decided about each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from services.receivables.rules.batches import BatchStatus
from shared.contracts.order_facts import AttachmentFacts, OrderFacts
from shared.values.fields import light
from shared.values.money import Quantity

Decision = Literal["booked", "refused", "withdrawn", "batched"]
BOOKED: Final = "booked"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
BATCHED: Final = "batched"
"""Not decided yet: the invoice waits in a batch until it is posted or removed."""


@light
@dataclass(frozen=True, slots=True)
class Charge:
    """How a line was charged: `measured` is what the field reported, of which `included` was free, both in `unit`.

    `reason` says how the amount is reckoned if it is not quantity × rate. A line of 0.00 is printed only with `print_zero`.
    """

    unit: str = ""
    measured: Quantity | None = None
    included: Quantity | None = None
    fee_advance: bool = False
    reason: str = ""
    print_zero: bool = False


@light
@dataclass(frozen=True, slots=True)
class HandedLine:
    """One charge of an order, net. `charge` says how it came about, if rating says so."""

    description: str
    gl_account: str
    quantity: Decimal
    unit_rate: Decimal
    amount: Decimal
    taxable: bool
    charge: Charge | None = None


@light
@dataclass(frozen=True, slots=True)
class HandedOrder:
    """A work order on an exported invoice, with the version and attempt of its rating."""

    work_order_id: int
    number: str
    version: int
    attempt: int
    total: Decimal
    lines: tuple[HandedLine, ...]
    service_on: date
    reference: str = ""
    facts: OrderFacts | None = None
    attachments: tuple[AttachmentFacts, ...] = ()


@light
@dataclass(frozen=True, slots=True)
class HandedInvoice:
    """An invoice as rating exported it; `attempt` counts its hand-overs."""

    invoice_id: int
    attempt: int
    branch: str
    bill_to: str
    total: Decimal
    orders: tuple[HandedOrder, ...]

    @property
    def key(self) -> tuple[int, int]:
        return self.invoice_id, self.attempt


@light
@dataclass(frozen=True, slots=True)
class OrderAttempt:
    """One hand-over of an order. Each is booked at most once."""

    work_order_id: int
    version: int
    attempt: int


@light
@dataclass(frozen=True, slots=True)
class DecidedOrder(OrderAttempt):
    """An order of a hand-over that was decided."""

    invoice_id: int
    invoice_attempt: int


@dataclass(frozen=True, slots=True)
class WithdrawnInvoice:
    """A hand-over that rating withdraws, unless it was already decided."""

    invoice_id: int
    attempt: int
    orders: tuple[OrderAttempt, ...]

    @property
    def key(self) -> tuple[int, int]:
        return self.invoice_id, self.attempt


@dataclass(frozen=True)
class HandedChunk:
    """Invoices of one AR company and one export run."""

    run_id: int
    ar_company: int
    month: str
    invoice_date: date
    requested_by: str
    invoices: tuple[HandedInvoice, ...]
    run_uuid: UUID | None = None


@dataclass(frozen=True)
class BatchedEntry:
    """The entry in which a hand-over waits to be posted."""

    batch_id: int
    batch_status: BatchStatus
    seq: int
    invoice_id: int
    attempt: int

    @property
    def key(self) -> tuple[int, int]:
        return self.invoice_id, self.attempt


@dataclass(frozen=True)
class Outcome:
    """What was decided about a hand-over. It is decided once and reported as often as rating asks."""

    invoice_id: int
    attempt: int
    outcome: Decision
    reason: str
    detail: str


@dataclass(frozen=True)
class EarlierOutcome(Outcome):
    """What was decided before, in which run, and the numbers of the orders on what was booked or waits in a batch."""

    run_id: int | None
    order_numbers: Sequence[str] = ()
