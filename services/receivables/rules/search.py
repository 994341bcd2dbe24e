"""What a search over everything finds."""

from dataclasses import dataclass
from typing import Literal

from services.receivables.records.contracts import ContractStatus
from services.receivables.records.customers import CustomerStatus
from services.receivables.rules.batches import BatchStatus
from services.receivables.rules.invoices import InvoiceStatus


@dataclass(frozen=True)
class ReceivablesFound:
    """Something that a search found. A contract has no id; its company and number identify it.

    `name` is that of the customer, the description of a contract or a batch.
    """

    kind: Literal["invoice", "customer", "batch", "contract"]
    id: int | None
    ar_company: int
    number: str
    name: str
    status: InvoiceStatus | CustomerStatus | BatchStatus | ContractStatus
