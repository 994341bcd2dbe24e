"""Amounts, rates and quantities: exact decimals, one rounding rule, strings on the wire."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")


def round_cents(amount: Decimal) -> Decimal:
    """Rounds half away from zero to the cent: 24.375 → 24.38, -24.375 → -24.38.

    This is the only rounding rule of the suite; PostgreSQL's and Python's own are not used.
    """
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _exact(digits: int, places: int) -> GetPydanticSchema:
    """The schema of a decimal: text of this form, or a Decimal. JSON numbers are refused because they are floats.

    Pydantic checks and converts it outside Python, because one chunk of an export has thousands of them.
    """
    form = rf"^-?[0-9]{{1,{digits}}}(\.[0-9]{{1,{places}}})?$"
    within = core_schema.decimal_schema(max_digits=digits + places, decimal_places=places)
    from_text = core_schema.chain_schema([core_schema.str_schema(strict=True, pattern=form), within])
    decimal = core_schema.decimal_schema(strict=True, max_digits=digits + places, decimal_places=places)
    either = core_schema.json_or_python_schema(from_text, core_schema.union_schema([decimal, from_text]))
    words = f'must be a decimal number in a string, with at most {places} decimal places, like "12.50"'
    checked = core_schema.custom_error_schema(either, "decimal_text", custom_error_message=words)
    return GetPydanticSchema(
        lambda _kind, _handler: checked, lambda _schema, _handler: {"type": "string", "pattern": form}
    )


Money = Annotated[Decimal, _exact(16, 2)]
"""An amount in the company's currency, numeric(18,2); a string on the wire."""


Rate = Annotated[Decimal, _exact(13, 5)]
"""A price per unit, numeric(18,5); a string on the wire."""


Quantity = Annotated[Decimal, _exact(12, 3)]
"""A number of units, numeric(15,3); a string on the wire."""
