"""Owns the header of an entry: what each field holds by default, whether it is open, and why not."""

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
from services.receivables.rules.records import default_receivable_type
from services.receivables.rules.terms import discount_too_early, offers_discounts, term_dates

HAS_LINES = "the entry has lines: delete them first"
BROUGHT_BACK = "a posted transaction that was brought back keeps it"
FOLLOWS = "follows the invoice applied to"
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
"""Which fields take their default again when another is typed."""


@dataclass(frozen=True)
class HeaderFacts:
    """What the header rules know. `customer` and `contract` are those typed, or those that follow from what is typed.

    `exported` says that the entry came from rating. `frozen` says why customer, contract, type and numbers keep the values
    of `kept`: there are lines, or it was posted before; None while they are free. The receivable type is kept by lines
    alone (receivables, sections 2.7 and 2.8).
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


def still_kept(kept: Values, typed: Values) -> dict[str, Any]:
    """What stays of an entry when fields of it are typed anew: whatever does not follow from them."""
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
        return closed(None, "an invoice applies to nothing")
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
    """Automatic numbers are given when the batch is posted, so that they have no gaps; typing overrides them."""
    if values["type"] != INVOICE:
        return closed(facts.applied.invoice_number if facts.applied else None, FOLLOWS)
    return _kept(facts, "invoice_number") or Field(required=not facts.company.auto_number_invoices, clearable=True)


def _receivable_type(facts: HeaderFacts, values: Values) -> Field:
    """By default the contract's, else the customer's, else the company's; of what was posted without lines its own.

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
        return closed(default if posted is None else posted, "the company does not allow another receivable type")
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
        return closed(values["invoice_date"], "only an invoice has a due date of its own")
    return Field(term_dates(_terms_of(facts, values), values["invoice_date"]).due_on, required=True)


def _discount_on(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != INVOICE:
        return closed(None, "only an invoice offers a discount")
    if not offers_discounts(facts.company):
        return closed(None, "the company offers no discounts on invoices")
    return Field(term_dates(_terms_of(facts, values), values["invoice_date"]).discount_on, clearable=True)


def _words(_facts: HeaderFacts, _values: Values) -> Field:
    return Field("")


def _disposition(facts: HeaderFacts, values: Values) -> Field:
    if values["type"] != CREDIT_MEMO or facts.applied is None or not facts.applied.from_rating:
        return closed(None, "only a credit memo on an invoice that came from rating says what becomes of its orders")
    return Field(clearable=True)


HEADER: Rules[HeaderFacts] = {
    "type": _type,
    "apply_to": _apply_to,
    "customer": _customer,
    "contract": _contract,
    "invoice_number": _invoice_number,
    "receivable_type": _receivable_type,
    "description": _words,
    "purchase_order": _words,
    "invoice_date": _invoice_date,
    "pay_terms": _pay_terms,
    "due_on": _due_on,
    "discount_on": _discount_on,
    "disposition": _disposition,
    "reason": _words,
}


def faults_in_header(facts: HeaderFacts) -> list[tuple[str, str]]:
    """What of customer, contract and invoice applied to does not fit together, by field.

    A contract of another customer or a hard-closed one is refused, a soft-closed one unless the company allows it
    (receivables, section 2.4); an invoice that came from rating is credited or written off, never edited (2.19); a
    customer on hold is refused where the company says so, but never a credit nor what rating has exported (2.20).
    """
    faults = []
    contract, applied, customer = facts.contract, facts.applied, facts.customer
    if contract is not None and facts.type == INVOICE:
        if customer is not None and contract.customer != customer.number:
            faults.append(("contract", f"contract {contract.number} is one of customer {contract.customer}"))
        if contract.status == "hard_closed":
            faults.append(("contract", f"contract {contract.number} is hard closed"))
        elif contract.status == "soft_closed" and not facts.company.allow_soft_closed_contracts:
            faults.append(("contract", f"contract {contract.number} is soft closed"))
    if applied is not None and facts.type not in {CREDIT_MEMO, WRITE_OFF} and applied.from_rating:
        faults.append(
            ("type", f"invoice {applied.invoice_number} came from rating: credit it, and rate its orders again")
        )
    if applied is not None and applied.deleted:
        faults.append(("apply_to", f"invoice {applied.invoice_number} is deleted"))
    if customer is not None and facts.type == INVOICE:
        if customer.status == "inactive":
            faults.append(("customer", f"customer {customer.number} is inactive"))
        if customer.status == "hold" and facts.company.customers_on_hold == "refuse" and not facts.exported:
            faults.append(("customer", f"customer {customer.number} is on hold"))
    return faults


def header_warnings(facts: HeaderFacts, values: Values) -> list[tuple[str, str, str]]:
    """What is allowed and yet worth a word: field, rule, words (receivables, sections 2.10 and 2.20)."""
    found = []
    customer, discount_on = facts.customer, values["discount_on"]
    if discount_too_early(values["invoice_date"], discount_on):
        words = f"{discount_on} lies before the invoice date: no discount is offered"
        found.append(("discount_on", "DISCOUNT_BEFORE_INVOICE", words))
    if customer is not None and facts.type == INVOICE and customer.status == "hold":
        found.append(("customer", "CUSTOMER_ON_HOLD", f"customer {customer.number} is on hold"))
    return found
