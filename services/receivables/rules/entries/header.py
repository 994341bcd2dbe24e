"""The header of an entry: the default of each field, whether it is open, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contracts import Contract
from services.receivables.records.customers import Customer
from services.receivables.records.pay_terms import PayTerms
from services.receivables.rules.entries.facts import CREDIT_MEMO, INVOICE, WRITE_OFF, AppliedInvoice, TransactionType
from services.receivables.rules.entries.fields import Field, Rules, Values, closed
from services.receivables.rules.months import MOST_MONTHS_APART, is_far_from
from services.receivables.rules.records import default_receivable_type
from services.receivables.rules.terms import discount_too_early, offers_discounts, term_dates

HAS_LINES = "cannot be changed while the entry has lines; delete them first"
BROUGHT_BACK = "cannot be changed on a posted transaction"
FOLLOWS = "is taken from the invoice that this applies to"
FOLLOWING: Mapping[str, tuple[str, ...]] = {
    "type": (
        "customer",
        "apply_to",
        "contract",
        "invoice_number",
        "receivable_type",
        "pay_terms",
        "due_on",
        "discount_on",
    ),
    "apply_to": ("customer", "contract", "invoice_number", "receivable_type"),
    "customer": ("contract", "receivable_type", "pay_terms", "due_on", "discount_on"),
    "contract": ("customer", "receivable_type", "pay_terms", "due_on", "discount_on"),
    "pay_terms": ("due_on", "discount_on"),
    "invoice_date": ("due_on", "discount_on"),
}
"""The fields that get their default again when another field is changed."""


@dataclass(frozen=True)
class HeaderFacts:
    """What the header rules know. `customer` and `contract` were entered, or follow from what was entered.

    `exported` says that the entry came from rating. `frozen` is the reason why customer, contract, type and numbers
    keep the values in `kept`: the entry has lines, or it was posted before. It is None if they can be changed. The
    receivable type is only fixed by lines (receivables, sections 2.7 and 2.8).
    """

    company: ArCompany
    today: date
    type: TransactionType
    customer: Customer | None = None
    contract: Contract | None = None
    applied: AppliedInvoice | None = None
    terms: Mapping[str, PayTerms] | None = None
    kept: Mapping[str, Any] | None = None
    exported: bool = False
    frozen: str | None = None
    has_lines: bool = False


def unaffected(kept: Values, typed: Values) -> dict[str, Any]:
    """The values of an entry that stay when some fields are changed: those that do not depend on the changed ones."""
    following = {name for field in typed for name in FOLLOWING.get(field, ())}
    return {name: value for name, value in kept.items() if name not in following}


def _kept(facts: HeaderFacts, name: str) -> Field | None:
    if facts.frozen is None or facts.kept is None:
        return None
    return closed(facts.kept[name], facts.frozen)


def _type(facts: HeaderFacts, _values: Values) -> Field:
    return _kept(facts, "type") or Field(INVOICE, required=True)


def _apply_to(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] == INVOICE:
        return closed(None, "an invoice does not apply to another invoice")
    return _kept(facts, "apply_to") or Field(None, required=True)


def _customer(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != INVOICE:
        return closed(facts.applied.customer if facts.applied else None, FOLLOWS)
    return _kept(facts, "customer") or Field(facts.contract.customer if facts.contract else None, required=True)


def _contract(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != INVOICE:
        return closed(facts.applied.contract if facts.applied else None, FOLLOWS)
    return _kept(facts, "contract") or Field(clearable=True)


def _invoice_number(facts: HeaderFacts, values: Values) -> Field:
    """Automatic numbers are assigned on posting, so that they have no gaps. Clerks can enter their own number."""
    if values["type"] != INVOICE:
        return closed(facts.applied.invoice_number if facts.applied else None, FOLLOWS)
    return _kept(facts, "invoice_number") or Field(required=not facts.company.auto_number_invoices, clearable=True)


def _receivable_type(facts: HeaderFacts, values: Values) -> Field:
    """By default the contract's, else the customer's, else the company's.

    If the company allows no other type, a posted transaction keeps the type that it has.
    Source: receivables, section 2.8.
    """
    if values["type"] != INVOICE:
        return closed(facts.applied.receivable_type if facts.applied else None, FOLLOWS)
    kept = facts.kept["receivable_type"] if facts.kept else None
    if facts.has_lines:
        return closed(kept, HAS_LINES)
    default = default_receivable_type(
        facts.company.default_receivable_type,
        facts.customer.receivable_type if facts.customer else None,
        facts.contract.receivable_type if facts.contract else None,
    )
    if not facts.company.allow_receivable_type_override:
        posted = kept if facts.frozen is not None else None
        return closed(default if posted is None else posted, "the company does not allow other receivable types")
    return Field(default, required=True)


def _invoice_date(facts: HeaderFacts, _values: Values) -> Field:
    return Field(facts.today, required=True)


def _pay_terms(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != INVOICE:
        return closed(None, "only an invoice has pay terms")
    contract = facts.contract.pay_terms if facts.contract else None
    return Field(contract or (facts.customer.pay_terms if facts.customer else None), clearable=True)


def _terms_of(facts: HeaderFacts, values: Values) -> PayTerms | None:
    return (facts.terms or {}).get(values["pay_terms"]) if values["pay_terms"] else None


def _due_on(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != INVOICE:
        return closed(values["invoice_date"], "only an invoice has its own due date")
    return Field(term_dates(_terms_of(facts, values), values["invoice_date"]).due_on, required=True)


def _discount_on(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != INVOICE:
        return closed(None, "only an invoice offers a discount")
    if not offers_discounts(facts.company):
        return closed(None, "the company does not offer discounts on invoices")
    return Field(term_dates(_terms_of(facts, values), values["invoice_date"]).discount_on, clearable=True)


def _text(_facts: HeaderFacts, _values: Values) -> Field:
    return Field("")


def _disposition(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != CREDIT_MEMO or facts.applied is None or not facts.applied.from_rating:
        return closed(None, "only a credit memo for an invoice from rating has a disposition")
    return Field(clearable=True)


HEADER: Rules[HeaderFacts] = {
    "type": _type,
    "apply_to": _apply_to,
    "customer": _customer,
    "contract": _contract,
    "invoice_number": _invoice_number,
    "receivable_type": _receivable_type,
    "description": _text,
    "purchase_order": _text,
    "invoice_date": _invoice_date,
    "pay_terms": _pay_terms,
    "due_on": _due_on,
    "discount_on": _discount_on,
    "disposition": _disposition,
    "reason": _text,
}


def faults_in_header(facts: HeaderFacts) -> list[tuple[str, str]]:
    """What is wrong with the customer, the contract or the invoice that a header names, by field.

    The contract must belong to the customer. It must not be hard-closed, and soft-closed only if the company allows it
    (receivables, section 2.4). An invoice from rating can be credited or written off, but not edited (section 2.19).
    A company can refuse customers on hold, but neither credits for them nor what rating exported (section 2.20).
    """
    faults = []
    contract, applied, customer = facts.contract, facts.applied, facts.customer
    if contract is not None and facts.type == INVOICE:
        if customer is not None and contract.customer != customer.number:
            faults.append(("contract", f"contract {contract.number} belongs to customer {contract.customer}"))
        if contract.status == "hard_closed":
            faults.append(("contract", f"contract {contract.number} is hard-closed"))
        elif contract.status == "soft_closed" and not facts.company.allow_soft_closed_contracts:
            faults.append(("contract", f"contract {contract.number} is soft-closed"))
    if applied is not None and facts.type not in {CREDIT_MEMO, WRITE_OFF} and applied.from_rating:
        faults.append(
            ("type", f"invoice {applied.invoice_number} came from rating; credit it and rate its orders again")
        )
    if applied is not None and applied.deleted:
        faults.append(("apply_to", f"invoice {applied.invoice_number} is deleted"))
    if customer is not None and facts.type == INVOICE:
        if customer.status == "inactive":
            faults.append(("customer", f"customer {customer.number} is inactive"))
        if customer.status == "hold" and facts.company.customers_on_hold == "refuse" and not facts.exported:
            faults.append(("customer", f"customer {customer.number} is on hold"))
    return faults


def header_warnings(facts: HeaderFacts, values: Values, month: str) -> list[tuple[str, str, str]]:
    """The warnings about a header: field, rule and message of each. `month` is that of its batch.

    Dates that contradict each other are probably slips: an invoice due before its own date, an amendment dated before
    its invoice, a date far from the month. Source: receivables, sections 2.10 and 2.20.
    """
    found = []
    customer, applied = facts.customer, facts.applied
    invoice_date, due_on, discount_on = values["invoice_date"], values["due_on"], values["discount_on"]
    if is_far_from(invoice_date, month):
        detail = f"{invoice_date} is more than {MOST_MONTHS_APART} months from {month}, the month of the batch"
        found.append(("invoice_date", "DATE_FAR_FROM_MONTH", detail))
    if applied is not None and invoice_date < applied.invoice_date:
        detail = f"{invoice_date} is before {applied.invoice_date}, the date of invoice {applied.invoice_number}"
        found.append(("invoice_date", "DATED_BEFORE_INVOICE", detail))
    if facts.type == INVOICE and due_on < invoice_date:
        found.append(("due_on", "DUE_BEFORE_INVOICE", f"{due_on} is before the invoice date"))
    if discount_too_early(invoice_date, discount_on):
        detail = f"{discount_on} is before the invoice date, so no discount is offered"
        found.append(("discount_on", "DISCOUNT_BEFORE_INVOICE", detail))
    if customer is not None and facts.type == INVOICE and customer.status == "hold":
        found.append(("customer", "CUSTOMER_ON_HOLD", f"customer {customer.number} is on hold"))
    return found
