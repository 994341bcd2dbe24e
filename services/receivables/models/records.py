"""The tables of the setup records, with the columns of the records."""

from sqlalchemy import Index, text

from services.receivables.models.table import Revised
from services.receivables.records.ar_companies import ArCompanyColumns
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.contracts import Contract
from services.receivables.records.gl_accounts import GlAccount
from services.receivables.records.jb_companies import JbCompany
from services.receivables.records.job_billings import JobBilling
from services.receivables.records.materials import Material
from services.receivables.records.misc_distribution_codes import MiscDistributionCode
from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.receivable_types import ReceivableType
from services.receivables.records.tax_codes import TaxCode
from shared.database.columns import key, reference

_COMPANY = "ar_company.number"


class GlAccountTable(GlAccount, Revised, table=True):
    """GL accounts."""

    __tablename__ = "gl_account"
    __table_args__ = key("gl_company", "account")


class ArCompanyTable(ArCompanyColumns, Revised, table=True):
    """AR companies."""

    __tablename__ = "ar_company"
    __table_args__ = key("number")


class ReceivableTypeTable(ReceivableType, Revised, table=True):
    """Receivable types."""

    __tablename__ = "receivable_type"
    __table_args__ = key("ar_company", "type", ar_company=_COMPANY)


class PayTermsTable(PayTerms, Revised, table=True):
    """Pay terms."""

    __tablename__ = "pay_terms"
    __table_args__ = key("ar_company", "code", ar_company=_COMPANY)


class TaxCodeTable(TaxCode, Revised, table=True):
    """Tax codes."""

    __tablename__ = "tax_code"
    __table_args__ = key("ar_company", "code", ar_company=_COMPANY)


class MaterialTable(Material, Revised, table=True):
    """Materials."""

    __tablename__ = "material"
    __table_args__ = key("ar_company", "code", ar_company=_COMPANY)


class MiscDistributionCodeTable(MiscDistributionCode, Revised, table=True):
    """Codes of miscellaneous distributions."""

    __tablename__ = "misc_distribution_code"
    __table_args__ = key("ar_company", "code", ar_company=_COMPANY)


class ContractTable(Contract, Revised, table=True):
    """Contracts."""

    __tablename__ = "contract"
    __table_args__ = (
        *key("ar_company", "number", ar_company=_COMPANY),
        reference("customer", ar_company="ar_company", customer="number"),
        reference("pay_terms", ar_company="ar_company", pay_terms="code"),
        reference("receivable_type", ar_company="ar_company", receivable_type="type"),
        Index("contract_customer", "ar_company", "customer"),
        Index("contract_number", "number"),
        Index("contract_words", "description", postgresql_using="gin", postgresql_ops={"description": "gin_trgm_ops"}),
    )


class ContractItemTable(ContractItem, Revised, table=True):
    """Contract items."""

    __tablename__ = "contract_item"
    __table_args__ = (
        *key("ar_company", "contract", "item"),
        reference("contract", ar_company="ar_company", contract="number"),
        reference("tax_code", ar_company="ar_company", tax_code="code"),
    )


class JbCompanyTable(JbCompany, Revised, table=True):
    """Companies of Job Billing."""

    __tablename__ = "jb_company"
    __table_args__ = key("number", ar_company=_COMPANY)


class JobBillingTable(JobBilling, Revised, table=True):
    """Bills of Job Billing."""

    __tablename__ = "job_billing"
    __table_args__ = (
        *key("jb_company", "bill_month", "bill_id", "seq", jb_company="jb_company.number"),
        Index(
            "job_billing_invoice_number", text("lower(btrim(invoice_number))"), postgresql_where=text("NOT interfaced")
        ),
    )
