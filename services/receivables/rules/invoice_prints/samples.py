"""Invoices of the sample company that show everything a template has to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from services.receivables.rules.invoice_prints.documents import (
    DocumentAmendment,
    DocumentFacts,
    DocumentHead,
    DocumentLine,
    DocumentOrder,
    InvoiceDocument,
    Replaced,
    compose,
)
from shared.contracts.order_facts import OrderFacts, ServiceFacts
from shared.values.money import ZERO, round_cents

_TEXAS = timezone(timedelta(hours=-6))
_TAX_RATE = Decimal("8.25")
_HEAD = DocumentHead(
    id=1,
    ar_company=1,
    company_name="Alamo Attorney Service",
    company_address="310 Dolorosa St, San Antonio, TX 78205",
    currency="USD",
    number="100001",
    month="2026-11",
    transaction=1,
    customer="S1001",
    customer_name="Harlan & Ruiz LLP",
    customer_address="112 E Pecan St, Suite 1400, San Antonio, TX 78205",
    contract=None,
    purchase_order="",
    invoice_date=date(2026, 11, 20),
    due_on=date(2026, 12, 20),
    discount_on=None,
    terms="Net 30 days",
    net=ZERO,
    tax=ZERO,
    total=ZERO,
    remit_to="Alamo Attorney Service\nPO Box 830210\nSan Antonio, TX 78283",
    telephone="(210) 555-0142",
    email="billing@alamo.example",
    tax_number="74-5550142",
    payment_instructions="Check: please write the invoice number on it.\n"
    "ACH: Mission Bank, routing 114000093, account 5550142.",
    invoice_footer="Questions about this invoice? Call (210) 555-0142 within 30 days of its date.",
)
_SERVICE = ServiceFacts(
    party="Maria Elena Lopez",
    address="2219 Culebra Rd, San Antonio, TX 78228",
    outcome="served",
    served_at=datetime(2026, 11, 2, 16, 15, tzinfo=_TEXAS),
    manner="personal delivery",
    received_by="Maria Elena Lopez",
    attempts=3,
)
_NOT_SERVED: dict[str, Any] = {"outcome": "not_served", "served_at": None, "manner": "", "received_by": ""}
_FACTS = OrderFacts(
    matter="2026-0417",
    claim="HR-88213",
    attorney="Dana Ruiz",
    case_title="Northside Credit Union v. Lopez",
    cause_number="2026-CI-19422",
    court="285th District Court, Bexar County, Texas",
    documents="Citation, Plaintiff's Original Petition",
    ordered_on=date(2026, 10, 29),
    completed_on=date(2026, 11, 2),
    services=(_SERVICE,),
)


@dataclass(frozen=True)
class Sample:
    """One invoice to draw. `name` says what is special about it."""

    name: str
    document: InvoiceDocument
    mark: str | None = None


def samples(orders: int = 200) -> list[Sample]:
    """Five invoices: one order, many `orders`, names in other scripts, retainage and discount, and a replacing one."""
    return [
        Sample("one-order", _one_order()),
        Sample("roll-up", _roll_up(orders)),
        Sample("names", _names()),
        Sample("retainage", _retainage()),
        Sample("replacing", _replacing(), mark="Copy, first printed November 20, 2026"),
    ]


def _line(order: str | None, description: str, rate: str, quantity: str = "1", **further: Any) -> DocumentLine:
    """A line with tax at 8.25% if it has a tax code. The amount is quantity × rate unless `net` says otherwise."""
    values = {"um": None, "tax_code": None, "retainage": ZERO, "discount": ZERO, **further}
    net = Decimal(values.pop("net", None) or round_cents(Decimal(quantity) * Decimal(rate)))
    tax = round_cents(net * _TAX_RATE / 100) if values["tax_code"] else ZERO
    return DocumentLine(
        invoice_id=_HEAD.id,
        line=0,
        description=description,
        quantity=Decimal(quantity),
        unit_rate=Decimal(rate),
        amount=net + tax,
        tax=tax,
        tax_description="San Antonio, Texas" if values["tax_code"] else None,
        tax_rate=_TAX_RATE if values["tax_code"] else None,
        retainage_tax=ZERO,
        tax_discount=ZERO,
        work_order_number=order,
        **values,
    )


def _document(
    lines: Sequence[DocumentLine],
    orders: Sequence[DocumentOrder] = (),
    amendments: Sequence[DocumentAmendment] = (),
    replaced: Sequence[Replaced] = (),
    **head: Any,
) -> InvoiceDocument:
    net, tax = sum((line.net for line in lines), ZERO), sum((line.tax for line in lines), ZERO)
    made = replace(_HEAD, **{"net": net, "tax": tax, "total": net + tax, **head})
    (document,) = compose(DocumentFacts([made], lines, amendments, replaced, orders))
    return document


def _order(number: str, facts: OrderFacts | None = _FACTS, day: date = date(2026, 11, 2)) -> DocumentOrder:
    return DocumentOrder(_HEAD.id, number, day, "", facts)


def _usual_lines(order: str) -> list[DocumentLine]:
    return [
        _line(order, "Service of process", "75.00", tax_code="TX"),
        _line(order, "Mileage", "0.655", "28.4", unit="mi", measured=Decimal("38.4"), included=Decimal(10)),
        _line(order, "Waiting time", "0.53", "15", unit="min", measured=Decimal(25), included=Decimal(10)),
        _line(order, "Notary", "0.00", "0"),
        _line(
            *(order, "Fuel surcharge", "4", "75"),
            net="5.00",
            reason="4% of 75.00 = 3.00, at least 5.00",
        ),
        _line(order, "Citation fee, Bexar County District Clerk", "8.00", fee_advance=True),
        _line(order, "Witness fee", "10.00", fee_advance=True),
    ]


def _one_order() -> InvoiceDocument:
    return _document(_usual_lines("W-26-04817"), [_order("W-26-04817")])


def _roll_up(count: int) -> InvoiceDocument:
    """Orders of one month, some with two persons to be served, one without anything to pay."""
    lines: list[DocumentLine] = []
    orders = []
    names = ("Ortega", "Whitfield", "Nguyen", "Castellanos", "Abernathy-Fitzgerald", "Pruitt")
    for index in range(count):
        number, name = f"W-26-{4000 + index:05}", names[index % len(names)]
        second = replace_part(_SERVICE, party=f"John Doe {name}", **_NOT_SERVED, attempts=5)
        first = replace_part(_SERVICE, party=f"Anna {name}", received_by=f"Anna {name}", attempts=1 + index % 3)
        facts = replace_part(
            _FACTS,
            matter=f"2026-{400 + index:04}",
            case_title=f"Northside Credit Union v. {name}",
            cause_number=f"2026-CI-{19000 + index}",
            services=(first, second) if index % 5 == 0 else (first,),
        )
        orders.append(_order(number, facts, date(2026, 11, 1 + index % 28)))
        usual = _usual_lines(number)
        lines += [_line(number, "Service of process", "0.00", "0")] if index == 7 else usual[: 2 + index % 6]
    return _document(lines, orders, customer_name="Tobin Hill Injury Lawyers", customer="S1006")


def _names() -> InvoiceDocument:
    number = "W-26-05102"
    facts = replace_part(
        _FACTS,
        case_title="北京大成律师事务所 v. مكتب المحاماة العربي",
        attorney="דנה כהן",
        documents="訴状, 甲第1号証",
        services=(
            replace_part(
                _SERVICE, party="محمد عبد الله", received_by="فاطمة", address="2219 Culebra Rd, San Antonio, TX 78228"
            ),
            replace_part(_SERVICE, party="田中 太郎", received_by="田中 花子"),
            replace_part(_SERVICE, party="김민준 · Nguyễn Văn Ứng", **_NOT_SERVED),
        ),
    )
    lines = [
        *_usual_lines(number),
        _line(number, "ترجمة الوثائق (translation)", "0.12", "350", unit="words"),
        _line(number, "翻译费 Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter", "40.00"),
    ]
    return _document(
        lines,
        [_order(number, facts)],
        customer_name="مكتب المحاماة الدولي 田中法律事務所",
        customer_address="شارع الملك فهد 12, Suite 9, San Antonio, TX 78205",
    )  # fmt: skip


def _retainage() -> InvoiceDocument:
    lines = [
        _line(None, "Records retrieval, phase 1", "90.00", "40", um="h", retainage=Decimal("360.00"), tax_code="TX"),
        _line(None, "Scanning", "0.12", "12500", um="pages", retainage=Decimal("150.00")),
        _line(None, "Volume discount", "0", "0", net="-150.00", reason="10% of 1,500.00"),
    ]
    lines = [replace(line, discount=round_cents(line.net / 50)) for line in lines]
    return _document(
        lines,
        contract="C-100",
        purchase_order="PO 7781",
        discount_on=date(2026, 11, 30),
        terms="2% 10 days, net 30",
    )


def _replacing() -> InvoiceDocument:
    credit = DocumentAmendment(_HEAD.id, "credit_memo", date(2026, 11, 28), Decimal("-10.00"))
    orders = [_order("W-26-04817"), _order("W-26-04818", OrderFacts(matter="2026-0417", services=(_SERVICE,)))]
    lines = [*_usual_lines("W-26-04817"), *_usual_lines("W-26-04818")[:2]]
    return _document(lines, orders, [credit], [Replaced(_HEAD.id, "099987")], number="100002")


def replace_part(part: Any, **changes: Any) -> Any:
    """A copy of a part of an event with these changes."""
    return part.model_copy(update=changes)
