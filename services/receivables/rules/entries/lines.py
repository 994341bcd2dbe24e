"""The lines of an entry: the default of each field, whether it is open, and why not."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from services.receivables.records.contract_items import LUMP_SUM
from services.receivables.rules.entries.amounts import Amounts, share
from services.receivables.rules.entries.facts import (
    ADJUSTMENT,
    CONTRACT_LINE,
    INVOICE,
    MATERIAL_LINE,
    OTHER_LINE,
    SETTLING,
    WRITE_OFF,
    sign_of,
)
from services.receivables.rules.entries.fields import Field, Form, Rules, Values, closed, fill
from services.receivables.rules.entries.limits import fault_in_retainage, fault_in_size
from services.receivables.rules.entries.line_facts import EntryCodes, LineFacts, is_current
from services.receivables.rules.tax import LineTax, tax_discount, tax_line
from services.receivables.rules.terms import discount_offered, discount_too_early, offers_discounts
from shared.values.money import ZERO, round_cents

_FOLLOWS = "is taken from the line that this applies to"
_EXISTING = "enter the amount with tax when you apply to an existing line"
_NEGATE = "is taken from the line that this applies to; to change it, negate that line and add a new one"
_UNITS = Decimal("0.000")
_PRICE = Decimal("0.00000")

# What most lines of most batches have is made once.
_REQUIRED = Field(required=True)
_OF_INVOICE = closed(None, "a line of an invoice does not apply to another line")
_OTHER_LINE = Field(OTHER_LINE, required=True)
_NO_ITEM = closed(None, "only a contract line has a contract item")
_NO_MATERIAL = closed(None, "only a material line has a material")
_NO_UM = closed(None, "only contract and material lines have a unit of measure")
_NO_CONTRACT_UNITS = closed(_UNITS, "only a contract line has contract units")
_NO_UNITS = closed(_UNITS, "only a material line has units")
_NO_PRICE = closed(_PRICE, "only a material line has a unit price")
_UNTAXED = closed(None, "the company does not post taxes")
_NO_BASIS = closed(ZERO, "needs a tax code on the line")
_NO_CHARGE = closed(ZERO, "finance charges are calculated, not entered")
_NO_DISCOUNT = closed(ZERO, "the company does not offer discounts on invoices")


def _apply_line(facts: LineFacts, _values: Values) -> Field:
    if facts.type == INVOICE:
        return _OF_INVOICE
    return Field(required=facts.type in SETTLING)


def _line_type(facts: LineFacts, _values: Values) -> Field:
    if facts.contract is not None:
        return closed(CONTRACT_LINE, "every line of an entry with a contract is a contract line")
    return closed(facts.applied.line_type, _FOLLOWS) if facts.applied else _OTHER_LINE


def _contract_item(facts: LineFacts, values: Values) -> Field:
    if facts.applied:
        return closed(facts.applied.contract_item, _FOLLOWS)
    if values["line_type"] != CONTRACT_LINE:
        return _NO_ITEM
    return _REQUIRED


def _material(facts: LineFacts, values: Values) -> Field:
    if facts.applied:
        return closed(facts.applied.material, _FOLLOWS)
    if values["line_type"] != MATERIAL_LINE:
        return _NO_MATERIAL
    return _REQUIRED


def _description(facts: LineFacts, _values: Values) -> Field:
    source = facts.applied or facts.item or facts.material
    return Field(source.description if source else "")


def _gl_account(facts: LineFacts, _values: Values) -> Field:
    """Source: receivables, section 2.13."""
    if facts.type == WRITE_OFF:
        return closed(facts.receivable_type.write_off_account, "a write-off posts to the write-off account of its type")
    if facts.applied:
        return closed(facts.applied.gl_account, _FOLLOWS)
    if facts.item:
        account = facts.item.revenue_account
        if facts.company.allow_contract_account_override:
            return Field(account, required=True)
        return closed(account, "is taken from the contract item; the company does not allow other accounts")
    return Field(facts.material.gl_account if facts.material else facts.receivable_type.revenue_account, required=True)


def _um(facts: LineFacts, values: Values) -> Field:
    if facts.applied:
        return closed(facts.applied.um, _FOLLOWS)
    if facts.item:
        return closed(facts.item.um, "is taken from the contract item")
    if values["line_type"] == MATERIAL_LINE:
        return Field(facts.material.um if facts.material else None, required=True)
    return _NO_UM


def _contract_units(facts: LineFacts, values: Values) -> Field:
    if values["line_type"] != CONTRACT_LINE:
        return _NO_CONTRACT_UNITS
    if values["um"] == LUMP_SUM:
        return closed(_UNITS, "a lump-sum item has no units")
    return Field(_UNITS) if facts.applied else _REQUIRED


def _units(facts: LineFacts, values: Values) -> Field:
    if values["line_type"] != MATERIAL_LINE:
        return _NO_UNITS
    return Field(_UNITS) if facts.applied else _REQUIRED


def _unit_price(facts: LineFacts, values: Values) -> Field:
    if facts.applied:
        return closed(facts.applied.unit_price, _FOLLOWS)
    if values["line_type"] != MATERIAL_LINE:
        return _NO_PRICE
    return Field(facts.material.unit_price if facts.material else None, required=True)


def _net(_facts: LineFacts, values: Values) -> Field:
    if values["line_type"] == MATERIAL_LINE and values["units"] is not None and values["unit_price"] is not None:
        return Field(round_cents(values["units"] * values["unit_price"]), required=True)
    return _REQUIRED


def _retainage_percent(facts: LineFacts, _values: Values) -> Field:
    """The item's, else the contract's (receivables, section 2.14)."""
    percent = facts.item.retainage_percent if facts.item else None
    if percent is None:
        percent = facts.contract.retainage_percent if facts.contract else Decimal(0)
    return Field(percent)


def _retainage(_facts: LineFacts, values: Values) -> Field:
    return Field(round_cents((values["net"] or ZERO) * values["retainage_percent"] / 100))


def _tax_code(facts: LineFacts, _values: Values) -> Field:
    if not facts.company.post_taxes:
        return _UNTAXED
    return Field(facts.item.tax_code if facts.item else facts.customer_tax_code, clearable=True)


def _tax_basis(_facts: LineFacts, values: Values) -> Field:
    if values["tax_code"] is None:
        return _NO_BASIS
    return Field(values["net"] or ZERO)


def _taxed(facts: LineFacts, values: Values) -> LineTax:
    code = facts.codes.tax_codes.get(values["tax_code"]) if values["tax_code"] else None
    net = values["net"] or ZERO
    if code is None:
        return LineTax(ZERO, ZERO, ZERO)
    return tax_line(values["tax_basis"], code.rate, net, values["retainage"], facts.company.tax_on_retainage)


def _tax(facts: LineFacts, values: Values) -> Field:
    return closed(_taxed(facts, values).tax, "is calculated from the tax code and the tax basis")


def _retainage_tax(facts: LineFacts, values: Values) -> Field:
    return closed(_taxed(facts, values).retainage_tax, "is calculated from the tax and the retainage")


def _amount(_facts: LineFacts, values: Values) -> Field:
    return closed((values["net"] or ZERO) + values["tax"], "is calculated from the net amount and the tax")


def _discount(facts: LineFacts, values: Values) -> Field:
    if not offers_discounts(facts.company):
        return _NO_DISCOUNT
    if discount_too_early(*facts.dates):
        return closed(ZERO, "the discount date is before the invoice date")
    return Field(discount_offered(facts.company, facts.terms, values["net"] or ZERO, values["retainage"], facts.dates))


def _tax_discount(facts: LineFacts, values: Values) -> Field:
    code = facts.codes.tax_codes.get(values["tax_code"]) if values["tax_code"] else None
    if code is None:
        return _NO_BASIS
    return closed(tax_discount(facts.company, values["discount"], code.rate), "is calculated from the discount")


NEW_LINE: Rules[LineFacts] = {
    "apply_line": _apply_line,
    "line_type": _line_type,
    "contract_item": _contract_item,
    "material": _material,
    "description": _description,
    "gl_account": _gl_account,
    "um": _um,
    "contract_units": _contract_units,
    "units": _units,
    "unit_price": _unit_price,
    "net": _net,
    "retainage_percent": _retainage_percent,
    "retainage": _retainage,
    "tax_code": _tax_code,
    "tax_basis": _tax_basis,
    "tax": _tax,
    "retainage_tax": _retainage_tax,
    "amount": _amount,
    "finance_charge": lambda _facts, _values: _NO_CHARGE,
    "discount": _discount,
    "tax_discount": _tax_discount,
}
"""A new line: on an invoice, or added to one by an adjustment."""


def _whole(facts: LineFacts) -> Amounts:
    """The amounts that shares are taken of: what is open on the line, or what was billed if nothing is open.

    They have the signs that clerks enter.
    """
    assert facts.applied is not None
    whole = facts.applied.open if facts.applied.open.amount else facts.applied.billed
    return whole if sign_of(facts.type, facts.applied) == sign_of(facts.type, None) else -whole


def _applied_charge(facts: LineFacts, values: Values) -> Field:
    whole = _whole(facts)
    return Field(share(values["amount"] or ZERO, whole.amount, whole.finance_charge))


def _without_charge(facts: LineFacts, values: Values, name: str) -> Decimal:
    """The share of a part that belongs to the amount entered. A finance charge has neither tax nor retainage."""
    whole = _whole(facts)
    entered = (values["amount"] or ZERO) - values["finance_charge"]
    return share(entered, whole.amount - whole.finance_charge, getattr(whole, name))


def _applied_retainage(facts: LineFacts, values: Values) -> Field:
    return Field(_without_charge(facts, values, "retainage"))


def _applied_tax(facts: LineFacts, values: Values) -> Field:
    return closed(_without_charge(facts, values, "tax"), _NEGATE)


def _applied_retainage_tax(facts: LineFacts, values: Values) -> Field:
    whole = _whole(facts)
    return closed(share(values["retainage"], whole.retainage, whole.retainage_tax), "is calculated from the retainage")


def _always_zero(reason: str) -> Callable[[LineFacts, Values], Field]:
    field = closed(ZERO, reason)
    return lambda _facts, _values: field


APPLIED_LINE: Rules[LineFacts] = {
    **{name: NEW_LINE[name] for name in ("apply_line", "line_type", "contract_item", "material", "description")},
    **{name: NEW_LINE[name] for name in ("gl_account", "um", "contract_units", "units", "unit_price")},
    "tax_code": lambda facts, _values: closed(facts.applied.tax_code if facts.applied else None, _NEGATE),
    "amount": lambda _facts, _values: _REQUIRED,
    "finance_charge": _applied_charge,
    "retainage": _applied_retainage,
    "tax": _applied_tax,
    "retainage_tax": _applied_retainage_tax,
    "net": lambda _facts, values: closed((values["amount"] or ZERO) - values["tax"], _EXISTING),
    "tax_basis": lambda _facts, values: closed(values["net"] if values["tax_code"] else ZERO, _NEGATE),
    "retainage_percent": _always_zero("enter the retainage as an amount when you apply to an existing line"),
    "discount": _always_zero("only invoices offer a discount"),
    "tax_discount": _always_zero("only invoices offer a discount"),
}
"""A line that takes from an existing line or adds to it."""


FOLLOWING: Mapping[str, tuple[str, ...]] = {
    "apply_line": tuple(name for name in NEW_LINE if name not in {"apply_line", "description"}),
    "line_type": tuple(name for name in NEW_LINE if name not in {"apply_line", "line_type", "net"}),
    "contract_item": ("description", "gl_account", "um", "retainage_percent", "retainage", "tax_code", "tax_basis"),
    "material": ("description", "gl_account", "um", "unit_price", "net", "retainage", "tax_basis", "tax", "discount"),
    "units": ("net", "retainage", "tax_basis", "tax", "discount"),
    "unit_price": ("net", "retainage", "tax_basis", "tax", "discount"),
    "net": ("retainage", "tax_basis", "tax", "discount"),
    "retainage_percent": ("retainage", "tax_basis", "tax", "discount"),
    "retainage": ("tax_basis", "tax", "discount"),
    "tax_code": ("tax_basis", "tax"),
    "tax_basis": ("tax",),
    "amount": ("retainage", "finance_charge"),
    "finance_charge": ("retainage",),
}
"""The fields that get their default again when another field is changed."""


def fill_line(facts: LineFacts, typed: Values, kept: Values | None = None) -> Form:
    """The line as a form. Unknown names are faults like any other."""
    apply_line = typed.get("apply_line") or (kept or {}).get("apply_line")
    if apply_line is not None and facts.type != INVOICE and facts.applied is None:
        return Form({}, {}, (("apply_line", f"the invoice has no line {apply_line}"),))
    form = fill(APPLIED_LINE if facts.applied else NEW_LINE, facts, typed, kept)
    # A line that applies to another is limited by that one.
    sizes = _negative(facts, form) if facts.applied else _sizes(form.values)
    return Form(form.values, form.fields, (*form.faults, *_unknown(facts, form.values), *sizes))


def _sizes(values: Values) -> list[tuple[str, str]]:
    """What is impossible about the amounts of a new line, by field."""
    faults = [found] if (found := fault_in_size(values)) is not None else []
    retained = fault_in_retainage(values["retainage"] or ZERO, values["net"] or ZERO)
    return faults if retained is None else [*faults, ("retainage", retained)]


def _negative(facts: LineFacts, form: Form) -> list[tuple[str, str]]:
    """The fields of a credit or a write-off that were entered negative (receivables, section 2.6)."""
    if facts.type not in SETTLING:
        return []
    return [
        (name, "is entered as a positive number, which reduces the line")
        for name in ("amount", "finance_charge", "retainage", "contract_units", "units")
        if form.values[name] is not None and form.values[name] < 0 and form.values[name] != form.fields[name].default
    ]


def _unknown(facts: LineFacts, values: Values) -> list[tuple[str, str]]:
    faults = []
    if values["line_type"] not in {CONTRACT_LINE, MATERIAL_LINE, OTHER_LINE}:
        faults.append(("line_type", "must be contract, material or other"))
    elif values["line_type"] == CONTRACT_LINE and facts.contract is None:
        faults.append(("line_type", "contract needs a contract in the header"))
    if values["contract_item"] is not None and facts.item is None:
        faults.append(("contract_item", f"the contract has no item {values['contract_item']}"))
    faults += unknown_codes(
        facts.codes,
        facts.company.gl_company,
        {**values, **({"material": None, "tax_code": None} if facts.applied else {})},
    )
    if facts.type == ADJUSTMENT and facts.applied is None and values["amount"] == ZERO:
        faults.append(("net", "a new line of an adjustment needs an amount"))
    return faults


def unknown_codes(codes: EntryCodes, gl_company: int, values: Values) -> list[tuple[str, str]]:
    """The codes and accounts of a line that do not exist, whatever its header says."""
    faults = []
    material, tax_code, account = (values.get(name) for name in ("material", "tax_code", "gl_account"))
    if material is not None and not is_current(codes.materials, material):
        faults.append(("material", f"there is no active material {material}"))
    if tax_code is not None and not is_current(codes.tax_codes, tax_code):
        faults.append(("tax_code", f"there is no active tax code {tax_code}"))
    if account and account not in codes.accounts:
        faults.append(("gl_account", f"GL company {gl_company} has no account {account}"))
    if account in codes.control_accounts:
        detail = f"account {account} is reserved for what customers owe; choose a revenue account"
        faults.append(("gl_account", detail))
    return faults
