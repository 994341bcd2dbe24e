"""What an invoice prints about an order: whose numbers, which case, who was served, and how. All of it is optional."""

from datetime import date, datetime

from shared.contracts.event import Part


class ServiceFacts(Part):
    """One person or company that was to be served. `outcome` is `served`, `not_served`, or empty while it is open."""

    party: str
    address: str = ""
    outcome: str = ""
    served_at: datetime | None = None
    manner: str = ""
    received_by: str = ""
    attempts: int = 0


class OrderFacts(Part):
    """The client's own numbers, the case, the days, and the services of an order."""

    client_id: str = ""
    matter: str = ""
    claim: str = ""
    attorney: str = ""
    contact: str = ""
    purchase_order: str = ""
    case_title: str = ""
    cause_number: str = ""
    court: str = ""
    plaintiff: str = ""
    defendant: str = ""
    documents: str = ""
    ordered_on: date | None = None
    completed_on: date | None = None
    services: tuple[ServiceFacts, ...] = ()


class AttachmentFacts(Part):
    """A file that goes with the invoice. `link` is its path at the gateway; readers need the right to see it there."""

    name: str
    bytes: int
    sha256: str
    link: str
