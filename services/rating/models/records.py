"""The tables of the records. Their columns are the fields of the records."""

from sqlalchemy import Index, UniqueConstraint

from services.rating.models.table import Revised, Table
from services.rating.records.codes import (
    BillingItem,
    BillType,
    Branch,
    Code,
    CustomerType,
    JobType,
    Priority,
    Server,
)
from services.rating.records.commission_rates import CommissionRateEntry
from services.rating.records.quantities import Quantity
from services.rating.records.rollup_rules import RollupRuleEntry
from shared.database import columns
from shared.database.columns import key, reference


class BranchTable(Branch, Revised, table=True):
    """The branches."""

    __tablename__ = "branch"
    __table_args__ = key("code")


class CustomerTypeTable(CustomerType, Revised, table=True):
    """The customer types."""

    __tablename__ = "customer_type"
    __table_args__ = key("code")


class PriorityTable(Priority, Revised, table=True):
    """The priorities."""

    __tablename__ = "priority"
    __table_args__ = key("code")


class JobTypeTable(JobType, Revised, table=True):
    """The job types."""

    __tablename__ = "job_type"
    __table_args__ = key("code")


class RegionTable(Code, Revised, table=True):
    """The billing regions; their ZIP codes are in `region_zip`."""

    __tablename__ = "region"
    __table_args__ = key("code")


class RegionZip(Table, table=True):
    """The ZIP codes of billing regions. A ZIP can be in several regions."""

    __tablename__ = "region_zip"

    zip: str = columns.code(primary_key=True)
    region: str = columns.code("region.code", primary_key=True)


class ZoneTable(Code, Revised, table=True):
    """The zones; their ZIP codes are in `zone_zip`."""

    __tablename__ = "zone"
    __table_args__ = key("code")


class ZoneZip(Table, table=True):
    """The ZIP codes of zones, or their first three or four digits."""

    __tablename__ = "zone_zip"
    __table_args__ = (Index("zone_zip_zone", "zone"),)

    zip: str = columns.code(primary_key=True)
    zone: str = columns.code("zone.code")


class BillTypeTable(BillType, Revised, table=True):
    """The bill types."""

    __tablename__ = "bill_type"
    __table_args__ = key("code")


class BillingItemTable(BillingItem, Revised, table=True):
    """The billing items. `name_key` is the name for comparison; older names that differ only so have none."""

    __tablename__ = "billing_item"
    __table_args__ = (*key("name"), Index("billing_item_name_folded", "name_key", unique=True))

    name_key: str | None = columns.code(nullable=True)


class ServerTable(Server, Revised, table=True):
    """The servers."""

    __tablename__ = "server"
    __table_args__ = key("code")


class QuantityTable(Quantity, Revised, table=True):
    """The quantities that the company defines itself."""

    __tablename__ = "quantity"
    __table_args__ = key("code")


class CommissionRateTable(CommissionRateEntry, Revised, table=True):
    """The percentages of servers, with the dates between which they are in force."""

    __tablename__ = "commission_rate"
    __table_args__ = (reference("server", server="code"),)

    id: int = columns.identity()


class RollupRuleTable(RollupRuleEntry, Revised, table=True):
    """The roll-up rules, at most one for each bill-to."""

    __tablename__ = "rollup_rule"
    __table_args__ = (UniqueConstraint("ar_company", "bill_to", name="rollup_rule_customer"),)

    id: int = columns.identity()
