"""The codes that keys and charges are made of."""

from datetime import date

from sqlalchemy import Index

from services.rating.models.table import Table
from shared.database import columns


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
