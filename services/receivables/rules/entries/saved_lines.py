"""Lines as they are saved: credits are entered positive and stored with the opposite sign of what they reduce."""

from dataclasses import fields
from typing import Any

from services.receivables.rules.entries.facts import SETTLING, TransactionType
from services.receivables.rules.entries.fields import Values
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.lines import FOLLOWING

_SIGNED = frozenset(
    ("contract_units", "units", "tax_basis", "tax", "amount", "retainage", "retainage_tax", "finance_charge")
)
_STORED = tuple(
    field.name
    for field in fields(BatchLine)
    if field.name not in {"line", "invoice_line"} and not field.name.startswith("work_order")
)


def line_of(number: int, sign: int, values: Values) -> BatchLine:
    """The line as it is saved, from a form without faults and the sign of what it takes."""
    kept = {name: values[name] for name in _STORED}
    if sign != 1:
        kept |= {name: values[name] * sign for name in _SIGNED}
    return BatchLine(line=number, **kept)


def unaffected_fields(line: BatchLine, transaction_type: TransactionType, typed: Values) -> dict[str, Any]:
    """The values of a line that stay when some fields are changed, with the signs that clerks see.

    Values that depend on the changed fields do not stay, and neither do those that are always calculated.
    """
    sign = -1 if transaction_type in SETTLING and line.amount <= 0 else 1
    following = {name for field in typed for name in FOLLOWING.get(field, ())}
    following |= {"retainage_tax", "tax_discount"}
    kept = {name: getattr(line, name) for name in _STORED if name not in following}
    kept = {name: value * sign if name in _SIGNED else value for name, value in kept.items()}
    if "net" not in following:
        kept["net"] = (line.amount - line.tax) * sign
    return kept
