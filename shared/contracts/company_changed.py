"""An AR company or its open months have changed. The event carries the whole state; the newer version wins."""

from typing import Annotated, ClassVar

from shared.contracts.event import Event, Month


class CompanyChanged(Event):
    """The months that can be posted to are up to `max_open_months` months after `last_closed_month`."""

    service: ClassVar[str] = "receivables"

    ar_company: int
    version: int
    name: str
    last_closed_month: Annotated[str, Month]
    max_open_months: int
