"""Owns amounts, rates and quantities: exact decimals, one rounding rule, strings on the wire."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")


def round_cents(amount: Decimal) -> Decimal:
    """Rounds half away from zero to the cent: 24.375 → 24.38, -24.375 → -24.38.

    The one rounding rule of the suite; PostgreSQL's and Python's own are not used.
    """
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def _exact(digits: int, places: int) -> BeforeValidator:
    form = re.compile(rf"-?\d{{1,{digits}}}(\.\d{{1,{places}}})?", re.ASCII)

    def check(value: object) -> Decimal:
        if isinstance(value, Decimal):
            value = format(value, "f")
        if not isinstance(value, str) or not form.fullmatch(value):
            raise ValueError(f'must be a decimal in a string, with at most {places} decimals, like "12.50"')
        return Decimal(value)

    return BeforeValidator(check)


def _schema(digits: int, places: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": rf"^-?\d{{1,{digits}}}(\.\d{{1,{places}}})?$"})


Money = Annotated[Decimal, _exact(16, 2), _schema(16, 2)]
"""An amount in the company's currency, numeric(18,2); a string on the wire."""

Rate = Annotated[Decimal, _exact(13, 5), _schema(13, 5)]
"""A price of one unit, numeric(18,5); a string on the wire."""

Quantity = Annotated[Decimal, _exact(12, 3), _schema(12, 3)]
"""A number of units, numeric(15,3); a string on the wire."""
