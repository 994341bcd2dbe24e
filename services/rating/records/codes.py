"""Owns the codes that keys and charges are made of."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from annotated_types import MaxLen

from shared.values import columns
from shared.values.columns import AS_KEY, AS_WORDS, Account, FilledWords, Record
from shared.values.numbers import CompanyNumber
from shared.values.text import SPLIT, FilledLine, YesNo, ZipPrefixText, ZipText

BillKind = Literal["flag", "outcome"]
ItemName = Annotated[FilledLine, MaxLen(30), AS_KEY]
"""The name of a charge as invoices print it, at most 30 characters."""


class Code(Record):
    """A code and its name; a retired one stays for history and is no longer offered."""

    code: columns.Code
    name: FilledWords
    retired_on: date | None = None


class CustomerType(Code):
    """The pricing class of a customer."""


class Priority(Code):
    """How soon an order is to be done."""


class JobType(Code):
    """What is done."""


class Branch(Code):
    """An office, which belongs to one AR company."""

    ar_company: CompanyNumber


class Region(Code):
    """A billing region with its ZIP codes; in a table they stand in one cell, separated by semicolons."""

    zips: Annotated[Sequence[ZipText], SPLIT]


class Zone(Code):
    """A zone with its ZIP codes, or their first three or four digits; the longest that fits a ZIP counts."""

    zips: Annotated[Sequence[ZipPrefixText], SPLIT]


class BillType(Code):
    """What makes a triggered line fire: a flag that the order carries, or the outcome in the field."""

    kind: Annotated[BillKind, AS_WORDS]


class BillingItem(Record):
    """The name of a charge as invoices print it, its revenue account, and how it is treated."""

    name: ItemName
    income_account: Account
    taxable: YesNo = False
    fee_advance: YesNo = False
    retired_on: date | None = None


class Server(Code):
    """A field agent, by his number; only one who receives commission earns his own percentage."""

    receives_commission: YesNo = False
