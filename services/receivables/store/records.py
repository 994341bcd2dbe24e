"""The tables of the setup records. Their statements come from `shared.records.table`."""

from services.receivables.models import metadata
from services.receivables.records.ar_companies import ArCompany
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
from shared.records.table import RecordTable

_TABLES = metadata.tables
_CODE = ("code", "description")

GL_ACCOUNTS = RecordTable(_TABLES["gl_account"], GlAccount, ("account", "name"), ar_company=None)
AR_COMPANIES = RecordTable(
    _TABLES["ar_company"],
    ArCompany,
    ("number", "name"),
    ar_company="t.number",
    kept=frozenset({"gl_company", "currency", "last_closed_month"}),
    shown={
        "last_invoice_number": "coalesce((SELECT n.last_number FROM number_series n"
        " WHERE n.ar_company = t.number AND n.series = 'invoice'), 0)"
    },
)
RECEIVABLE_TYPES = RecordTable(_TABLES["receivable_type"], ReceivableType, ("type", "description"))
PAY_TERMS = RecordTable(_TABLES["pay_terms"], PayTerms, _CODE)
TAX_CODES = RecordTable(_TABLES["tax_code"], TaxCode, _CODE)
MATERIALS = RecordTable(_TABLES["material"], Material, _CODE)
MISC_DISTRIBUTION_CODES = RecordTable(_TABLES["misc_distribution_code"], MiscDistributionCode, _CODE)
CONTRACTS = RecordTable(
    _TABLES["contract"],
    Contract,
    ("number", "description", "customer"),
    customer="t.customer",
    named={"customer": "t.customer IN (SELECT k.number FROM customer k WHERE lower(k.number) = lower(:customer))"},
)
CONTRACT_ITEMS = RecordTable(
    _TABLES["contract_item"],
    ContractItem,
    ("contract", "item", "description"),
    kept=frozenset({"billed_units", "billed_amount"}),
    customer="(SELECT c.customer FROM contract c WHERE c.ar_company = t.ar_company AND c.number = t.contract)",
)
JB_COMPANIES = RecordTable(_TABLES["jb_company"], JbCompany, ("number", "name"))
JOB_BILLINGS = RecordTable(
    _TABLES["job_billing"],
    JobBilling,
    ("invoice_number", "contract", "bill_month"),
    ar_company="(SELECT j.ar_company FROM jb_company j WHERE j.number = t.jb_company)",
)
