"""Owns the codes that keys and charges consist of."""

from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import Interval, MaxLen

from shared.values import columns
from shared.values.columns import AS_KEY, AS_WORDS, Account, FilledWords, Record, TimeZoneOrNone
from shared.values.dates import CalendarDate
from shared.values.numbers import CompanyNumber
from shared.values.text import SPLIT, FilledLine, YesNo, ZipPrefixText, ZipText

BillKind = Literal["flag", "outcome"]
ItemName = Annotated[FilledLine, MaxLen(30), AS_KEY]
"""The name of a charge as invoices print it, at most 30 characters."""


class Code(Record):
    """A code and its name. A retired code stays for history and can no longer be used."""

    code: columns.Code
    name: FilledWords
    retired_on: CalendarDate | None = None


class CustomerType(Code):
    """The pricing class of a customer."""


class DueCode(Code):
    """A code that says in how many days an order is due."""

    due_days: Annotated[int, Interval(ge=0, le=365)] | None = None
    """When an order is due that is entered without a day: so many days from Monday to Friday after it was ordered."""


class Priority(DueCode):
    """How urgent an order is. Its `due_days` count before those of the job type."""


class JobType(DueCode):
    """The kind of work, such as serving a citation."""


class Branch(Code):
    """An office. It belongs to one AR company."""

    ar_company: CompanyNumber
    time_zone: TimeZoneOrNone = None
    """The time zone of services, such as `America/Chicago`. If left out, the company's."""


class Region(Code):
    """A billing region with its ZIP codes. In a file they share one cell, separated by semicolons."""

    zips: Annotated[Sequence[ZipText], SPLIT]


class Zone(Code):
    """A zone with its ZIP codes, or their first three or four digits. The longest match decides the zone of a ZIP."""

    zips: Annotated[Sequence[ZipPrefixText], SPLIT]


class BillType(Code):
    """What triggers a line: a flag on the order, or the outcome of the field work."""

    kind: Annotated[BillKind, AS_WORDS]


class BillingItem(Record):
    """The name of a charge as invoices print it, its income account, and whether it is taxable or a fee advance."""

    name: ItemName
    income_account: Account
    taxable: YesNo = False
    fee_advance: YesNo = False
    print_zero: YesNo = False
    """Whether invoices print the charge even if its amount is 0.00."""
    retired_on: CalendarDate | None = None


class Server(Code):
    """A field agent, by number. Only servers who receive commission earn their own percentage."""

    receives_commission: YesNo = False
