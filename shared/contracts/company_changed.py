"""An AR company as it now is, with the months that can be posted in: the whole state, where the newer version wins."""

from typing import Annotated, ClassVar

from shared.contracts.event import Event, Month


class CompanyChanged(Event):
    """Open are at most `max_open_months` months after `last_closed_month`."""

    service: ClassVar[str] = "receivables"

    ar_company: int
    version: int
    name: str
    last_closed_month: Annotated[str, Month]
    max_open_months: int
