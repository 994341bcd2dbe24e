"""The codes that keys and charges are made of, and the read copy of customers."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from services.rating.models.table import Table
from shared import columns


class Branch(Table, table=True):
    """An office, which belongs to one AR company."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    ar_company: int
    retired_on: date | None = None
    revision: int


class CustomerType(Table, table=True):
    """The pricing class of a customer; retired, never deleted."""

    __tablename__ = "customer_type"

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class Priority(Table, table=True):
    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class JobType(Table, table=True):
    __tablename__ = "job_type"

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class Region(Table, table=True):
    """A billing region: a named set of ZIP codes."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class RegionZip(Table, table=True):
    __tablename__ = "region_zip"

    zip: str = columns.code(primary_key=True)
    region: str = columns.code("region.code", primary_key=True)


class Zone(Table, table=True):
    """A set of ZIP codes between which messengers drive; the matrix of a `zone` line names two."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class ZoneZip(Table, table=True):
    """A ZIP, or the first three or four digits of many."""

    __tablename__ = "zone_zip"
    __table_args__ = (Index("zone_zip_zone", "zone"),)

    zip: str = columns.code(primary_key=True)
    zone: str = columns.code("zone.code")


class BillType(Table, table=True):
    """What makes a triggered line fire: a flag on the order, or the outcome in the field."""

    __tablename__ = "bill_type"

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    kind: str = columns.words()
    retired_on: date | None = None
    revision: int


class BillingItem(Table, table=True):
    """The name of a charge as invoices print it."""

    __tablename__ = "billing_item"

    name: str = columns.code(primary_key=True)
    income_account: str = columns.code()
    taxable: bool
    fee_advance: bool
    retired_on: date | None = None
    revision: int


class Server(Table, table=True):
    """A field agent; the percentage that is his own counts only while he receives commission."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int
    receives_commission: bool


class Customer(Table, table=True):
    """A read copy of the customers that receivables keeps."""

    __table_args__ = (UniqueConstraint("ar_company", "number"),)

    id: int = columns.identity()
    ar_company: int
    number: str = columns.code()
    version: int
    name: str = columns.words()
    status: str = columns.words()
    customer_type: str = columns.code()
    credit_limit: Decimal | None = columns.money(nullable=True)


class CustomerAccount(Table, table=True):
    """A read copy of what customers owe in receivables."""

    __tablename__ = "customer_account"

    ar_company: int = Field(primary_key=True)
    customer: str = columns.code(primary_key=True)
    version: int
    open_amount: Decimal = columns.money()


class ArCompany(Table, table=True):
    """A read copy of the AR companies and their months."""

    __tablename__ = "ar_company"

    number: int = Field(primary_key=True)
    version: int
    name: str = columns.words()
    last_closed_month: str = columns.code()
    max_open_months: int
