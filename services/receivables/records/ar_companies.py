"""AR companies and their options."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.receivables.records.receivable_types import TypeNumber
from shared.values.columns import (
    AS_WORDS,
    AccountOrNone,
    FilledWords,
    Month,
    NotNegativeOrNone,
    Percent,
    Record,
    SeveralLines,
    Words,
)
from shared.values.mail_addresses import MailAddress
from shared.values.numbers import CompanyNumber
from shared.values.text import YesNo

DiscountMode = Literal["none", "invoices_and_receipts", "receipts_only"]
TaxOnRetainage = Literal["full", "distribute", "off"]
CustomersOnHold = Literal["warn", "refuse"]
GlInterfaceLevel = Literal["summary", "transaction", "line"]
ExportedInvoices = Literal["post", "batch"]


class ArCompanyColumns(Record):
    """The columns of an AR company."""

    number: CompanyNumber
    name: FilledWords
    address: Words = ""
    gl_company: CompanyNumber
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AS_WORDS] = "USD"
    default_receivable_type: TypeNumber
    last_closed_month: Month
    max_open_months: int = Field(ge=2, le=24)
    auto_number_invoices: YesNo = True
    allow_receivable_type_override: YesNo = False
    discount_mode: Annotated[DiscountMode, AS_WORDS] = "none"
    allow_tax_discount: YesNo = False
    post_taxes: YesNo = True
    tax_on_retainage: Annotated[TaxOnRetainage, AS_WORDS] = "full"
    allow_soft_closed_contracts: YesNo = False
    allow_contract_account_override: YesNo = False
    customers_on_hold: Annotated[CustomersOnHold, AS_WORDS] = "warn"
    finance_charge_wording: FilledWords = "Finance charge"
    finance_charge_percent: Percent = Decimal(0)
    finance_charge_receivable_type: TypeNumber | None = None
    gl_interface_level: Annotated[GlInterfaceLevel, AS_WORDS] = "line"
    cash_account: AccountOrNone = None
    exported_invoices: Annotated[ExportedInvoices, AS_WORDS] = "post"
    four_eyes_limit: NotNegativeOrNone = None
    remit_to: SeveralLines = ""
    """The name and address to which customers pay; without it, the company's own."""
    telephone: Words = ""
    """The telephone number for questions about invoices."""
    email: Annotated[MailAddress, AS_WORDS] = ""
    """The e-mail address for questions about invoices."""
    tax_number: Words = ""
    """The company's tax number, as invoices show it."""
    payment_instructions: SeveralLines = ""
    """How to pay, as invoices say it."""
    invoice_footer: SeveralLines = ""
    """What is at the foot of each invoice."""


class ArCompany(ArCompanyColumns):
    """A company that keeps receivables, with its options. Months are `YYYY-MM`, percentages are 0 to 100.

    GL company, currency and closed month of an existing company cannot be changed. Automatic invoice numbers continue
    from `last_invoice_number`. Without a `four_eyes_limit`, nothing needs a second person.
    Source: receivables, section 1.
    """

    last_invoice_number: int = Field(default=0, ge=0, le=999_999_999_999)
