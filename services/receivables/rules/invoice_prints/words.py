"""How amounts, quantities, days and addresses are printed."""

from datetime import date, datetime
from decimal import Decimal

from shared.values.money import round_cents
from shared.values.numbers import MINUS

_SYMBOLS = {"USD": "$"}


def amount_words(amount: Decimal) -> str:
    """With two decimals and thousands: 48220.75 → 48,220.75; −6 → −6.00."""
    return f"{round_cents(amount):,}".replace("-", MINUS)


def price_words(amount: Decimal, currency: str) -> str:
    """With the currency: $1,045.07, −$6.00, CAD 1,045.07."""
    sign = MINUS if amount < 0 else ""
    return sign + _SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}") + amount_words(abs(amount))


def day_words(day: date | None) -> str:
    """As a letter writes it: December 20, 2026. Without a day, it is empty."""
    return "" if day is None else f"{day:%B} {day.day}, {day.year}"


def moment_words(moment: datetime) -> str:
    """By the clock of the place that it was entered with: Nov 2, 2026, 4:15 PM."""
    return f"{moment:%b} {moment.day}, {moment.year}, {moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"


def address_lines(address: str) -> list[str]:
    """The lines of an address: where it has line breaks, otherwise the street, and the city with its state and ZIP.

    Example: `310 Dolorosa St, San Antonio, TX 78205` has two lines.
    """
    lines = [line.strip() for line in address.splitlines() if line.strip()]
    if len(lines) != 1:
        return lines
    parts = lines[0].split(", ")
    last = max(len(parts) - 2, 1)
    return [part for part in (*parts[:last], ", ".join(parts[last:])) if part]
