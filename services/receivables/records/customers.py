"""Customers."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, model_validator

from services.receivables.records.receivable_types import TypeNumber
from shared.contracts.customer_changed import ClientNumber
from shared.values.columns import (
    AS_CODES,
    AS_WORDS,
    Changed,
    Code,
    CodeOrNone,
    FilledWords,
    NotNegativeOrNone,
    Number,
    PercentOrNone,
    Record,
    Words,
)
from shared.values.mail_addresses import MailAddress
from shared.values.numbers import CompanyNumber
from shared.values.text import SPLIT, YesNo

CustomerStatus = Literal["active", "hold", "inactive"]
StatementType = Literal["open_item", "balance_forward"]
StatementDelivery = Literal["print", "email", "none"]
FinanceChargeType = Literal["account", "invoice", "receivable_type", "none"]
RollUpRule = Literal["single", "rollup"]
InvoiceLanguage = Literal["en"]
InvoiceGrouping = Literal["each", "by_item"]
CLIENT_NUMBERS: tuple[ClientNumber, ...] = ("attorney", "claim", "client_id", "matter", "purchase_order")


def _each_once(names: Sequence[ClientNumber]) -> tuple[ClientNumber, ...]:
    return tuple(sorted(set(names)))


class CustomerEntry(Record):
    """A customer as clerks enter it. `address` is the billing address.

    The customer's finance charge percentage overrides the company's. Source: receivables, section 1.
    """

    ar_company: CompanyNumber
    number: Number
    name: FilledWords
    sort_name: Words = ""
    status: Annotated[CustomerStatus, AS_WORDS] = "active"
    address: Words = ""
    email: Annotated[MailAddress, AS_WORDS] = ""
    customer_type: Code
    receivable_type: TypeNumber | None = None
    credit_limit: NotNegativeOrNone = None
    pay_terms: CodeOrNone = None
    tax_code: CodeOrNone = None
    statement_type: Annotated[StatementType, AS_WORDS] = "open_item"
    statement_delivery: Annotated[StatementDelivery, AS_WORDS] = "print"
    finance_charge_type: Annotated[FinanceChargeType, AS_WORDS] = "none"
    finance_charge_percent: PercentOrNone = None
    exclude_contract_invoices: YesNo = False
    roll_up_rule: Annotated[RollUpRule, AS_WORDS] = "single"
    misc_distribution_code: CodeOrNone = None
    invoice_language: Annotated[InvoiceLanguage, AS_WORDS] = "en"
    """The language of the words on invoices."""
    invoice_grouping: Annotated[InvoiceGrouping, AS_WORDS] = "each"
    """Whether invoices show each line, or one line for each billing item of an order."""
    shown_numbers: Annotated[Sequence[ClientNumber], SPLIT, AfterValidator(_each_once), AS_CODES] = CLIENT_NUMBERS
    """Which of the client's own numbers invoices show. In a file they are separated by semicolons."""
    required_numbers: Annotated[Sequence[ClientNumber], SPLIT, AfterValidator(_each_once), AS_CODES] = ()
    """The client's own numbers that each work order of the customer must have. In a file they are separated by semicolons."""

    @model_validator(mode="before")
    @classmethod
    def _sort_by_name(cls, given: Any) -> Any:
        """Without a sort name, a customer is sorted by its name in capitals."""
        if isinstance(given, dict) and not given.get("sort_name") and isinstance(given.get("name"), str):
            return {**given, "sort_name": given["name"].strip().upper()}
        return given


class Customer(Changed, CustomerEntry):
    """A saved customer. `version` grows with every change, so that other services can tell which event is newer."""

    id: int
    version: int
