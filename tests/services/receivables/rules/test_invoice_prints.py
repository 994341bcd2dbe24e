"""What an invoice prints, and how a print continues after a part of it failed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.receivables.rules.invoice_prints.content import by_item, charged_words, content_of
from services.receivables.rules.invoice_prints.documents import DocumentFacts, DocumentLine, compose
from services.receivables.rules.invoice_prints.prints import NextTry, next_try
from services.receivables.rules.invoice_prints.samples import samples
from shared.values.money import ZERO

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def test_half_of_a_part_is_tried_next_and_the_last_invoice_three_times() -> None:
    sizes, pauses = [], []
    following: NextTry | None = NextTry(250, 0, AT)
    while following is not None:
        sizes.append(following.invoices)
        pauses.append(following.due_at - AT)
        following = next_try(following.invoices, following.tries, AT)
    assert sizes == [250, 125, 62, 31, 15, 7, 3, 1, 1, 1]
    assert pauses[-3:] == [timedelta(), timedelta(seconds=10), timedelta(minutes=1)]


def line(net: str, quantity: str = "1", rate: str = "0", **further: Any) -> DocumentLine:
    (made,) = (each for each in samples()[0].document.orders[0].lines if each.description == "Service of process")
    values = {"tax": ZERO, "tax_code": None, "tax_description": None, "tax_rate": None, **further}
    amount = Decimal(net) + values["tax"]
    return replace(made, amount=amount, quantity=Decimal(quantity), unit_rate=Decimal(rate), **values)


@pytest.mark.parametrize(
    ("charged", "words"),
    [
        (line("7.95", "15", "0.53", unit="min", measured=Decimal(25), included=Decimal(10)), "25 min, 10 included, 15 × 0.53"),
        (line("18.60", "28.4", "0.655", unit="mi"), "28.4 mi × 0.655"),
        (line("75.00", "1", "75"), ""),
        (line("75.00", "1.000", "75", um="EA"), ""),
        (line("75.00", "3", "25"), "3 × 25.00"),
        (line("45.00", "2", "10", reason="2 × 10.00 = 20.00, at least 45.00"), ""),
        (line("45.00", "2", "10", unit="mi", measured=Decimal(2), reason="2 mi × 10.00 = 20.00, at least 45.00"), "2 mi"),
        (line("16.00", "2", "8", unit="min", measured=Decimal(16), reason="in units of 15 min"), "16 min, 2 × 8.00"),
        (line("0.00", "0", "0.53", unit="min", measured=Decimal(8), included=Decimal(10)), "8 min, 10 included"),
        (line("125.00", "125", "1", measured=Decimal(125)), ""),
        (line("45.00", "2", "10", unit="pages"), "2 pages"),
        (line("90.00", "7.5", um="SF"), "7.5 SF"),
        (line("-150.00", "0"), ""),
        (line("1500.00", "12500", "0.12"), "12,500 × 0.12"),
    ],
)  # fmt: skip
def test_each_amount_can_be_reckoned_from_what_is_printed(charged: DocumentLine, words: str) -> None:
    assert charged_words(charged) == words


def test_equal_lines_are_one_by_item() -> None:
    miles = [line(f"{count}.00", str(count), "1", unit="mi", description="Mileage") for count in (12, 8)]
    rush = line("5.00", "5", "1", unit="mi", description="Mileage", reason="at night")
    other = line("30.00", "1", "30", description="Stand-by")
    least = [line("12.00", line=number, description="Courier", reason="8.00, at least 12.00") for number in (7, 8)]
    lines = [miles[0], other, miles[1], rush, *least]
    found = [(one.description, int(one.quantity), int(one.net)) for one in by_item(lines)]
    assert found == [
        ("Mileage", 20, 20),
        ("Stand-by", 1, 30),
        ("Mileage", 5, 5),
        ("Courier", 1, 12),
        ("Courier", 1, 12),
    ]


def test_a_tax_is_printed_with_its_percentage_only_if_that_comes_to_it() -> None:
    facts = {"tax_code": "TX", "tax_description": "Texas"}
    taxed = [line("75.00", tax=Decimal("6.19"), **facts), line("10.10", tax=Decimal("0.83"), **facts)]
    for rate, words in (("8.25", "Tax, Texas: 8.25% of 85.10"), ("9", "Tax, Texas")):
        lines = [replace(each, tax_rate=Decimal(rate)) for each in taxed]
        (document,) = compose(DocumentFacts([samples()[0].document.head], lines, [], []))
        (tax,) = (row for row in content_of(document, None)["sums"] if row["words"].startswith("Tax"))
        assert (tax["words"], tax["amount"]) == (words, "7.02")


def test_fee_advances_are_apart_and_lines_of_zero_left_out() -> None:
    shown = content_of(samples()[0].document, None)
    (order,) = shown["orders"]
    assert [each["description"] for each in order["charges"]] == [
        *("Service of process", "Mileage", "Waiting time", "Fuel surcharge"),
    ]
    assert [each["amount"] for each in order["advances"]] == ["8.00", "10.00"]
    assert order["advances_total"] == "18.00"
    assert [(row["words"], row["amount"]) for row in shown["sums"]] == [
        ("Charges", "106.55"),
        ("Fee advances", "18.00"),
        ("Tax, San Antonio, Texas: 8.25% of 75.00", "6.19"),
        ("Total USD", "130.74"),
    ]
    assert shown["due"] == {"words": "Amount due", "amount": "$130.74", "by": "December 20, 2026"}


def test_only_the_clients_numbers_that_are_chosen_are_printed() -> None:
    document = samples()[0].document
    chosen = replace(document, head=replace(document.head, shown_numbers=("claim",)))
    for one, labels in (
        (document, {"Your matter", "Your file or claim", "Attorney"}),
        (chosen, {"Your file or claim"}),
    ):
        (order,) = content_of(one, None)["orders"]
        shown = {label for label, _ in order["facts"]}
        assert shown - {"Case", "Cause number", "Court", "Documents", "Ordered", "Completed"} == labels


@pytest.mark.parametrize(
    ("changes", "due", "payable"),
    [
        ({"deleted": True}, ("Nothing is due", "$0.00"), False),
        ({"total": Decimal("-5.00")}, ("In your favor", "$5.00"), False),
        ({"total": ZERO}, ("Nothing is due", "$0.00"), False),
        ({"total": Decimal("1045.07"), "currency": "CAD"}, ("Amount due", "CAD\N{NO-BREAK SPACE}1,045.07"), True),
    ],
)
def test_an_invoice_with_nothing_due_does_not_ask_for_money(
    changes: dict[str, Any], due: tuple[str, str], payable: bool
) -> None:
    document = samples()[0].document
    shown = content_of(replace(document, head=replace(document.head, **changes)), None)
    assert (shown["due"]["words"], shown["due"]["amount"]) == due
    assert (shown["payment"] is not None) == payable
    assert bool(shown["due"]["by"]) == payable


def test_the_addresses_of_a_company_without_settings_are_its_own() -> None:
    document = samples()[0].document
    shown = content_of(replace(document, head=replace(document.head, remit_to="", payment_instructions="")), None)
    assert shown["payment"]["remit_to"] == ["Alamo Attorney Service", "310 Dolorosa St", "San Antonio, TX 78205"]
    assert shown["payment"]["how"] == ["Please write invoice 100001 on your payment."]
