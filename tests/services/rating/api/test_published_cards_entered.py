"""Published rate cards that are not in the sample, entered through the API: they give their prices to the cent."""

from typing import Any

import httpx
import pytest

from tests.fixtures.ledgers import Company

KEY = {"branch": "SAT", "customer_type": "ANY", "priority": "ANY", "job_type": "WRIT", "region": "ANY"}
ITEMS = ("Service", "Waiting", "Overweight", "Truck", "Insurance", "Collection", "Extra time", "Surcharge", "Base")
TRIGGERS = ("TRUCK", "HOLIDAY", "EMERGENCY", "HEATED", "WEEKEND", "HAZMAT", "CANCELLED_WRIT")


def flat(item: str, rate: str, trigger: str | None = None) -> dict[str, Any]:
    mode = {"mode": "triggered", "bill_type": trigger} if trigger else {}
    return {"billing_item": item, "method": "flat", "rate": rate, **mode}


def counted(item: str, source: str, method: str = "per_unit", **more: Any) -> dict[str, Any]:
    return {"billing_item": item, "method": method, "quantity_source": source, **more}


MONTREAL = (
    "mgmcourrier.com/en/various-charges",
    [
        flat("Base", "12.00"),
        counted("Waiting", "waiting_minutes", "banded", steps=[{"up_to": "10", "amount": "0"}, {"rate": "0.50"}]),
        counted("Overweight", "weight", rate="0.10", included_units="20"),
        flat("Truck", "27.55", "TRUCK"),
        counted("Insurance", "value", rate="1", unit_size="100", whole_units=True, included_units="200", maximum="98"),
        {"billing_item": "Surcharge", "method": "percent_of", "rate": "7.5", "base": ["Base", "Truck"]},
    ],
)
WILLIAMSON = (
    "Williamson County, Texas, constables, williamson-county.org",
    [
        flat("Service", "150"),
        counted("Collection", "value", "tiered", steps=[{"up_to": "20000", "rate": "0.1"}, {"rate": "0.04"}]),
        counted("Extra time", "hours", rate="40", included_units="2", times_source="persons"),
        flat("Truck", "500", "CANCELLED_WRIT"),
    ],
)
KINDERSLEY = (
    "harvwilkening.com/customer-service",
    [
        counted("Service", "miles", rate="2.00", minimum="50"),
        counted("Collection", "value", rate="0.06", minimum="25", maximum="200"),
        counted("Waiting", "waiting_minutes", rate="22.50", included_units="60", unit_size="15", whole_units=True),
        {**counted("Extra time", "hours", rate="75", minimum="150"), "mode": "triggered", "bill_type": "WEEKEND"},
        {**flat("Surcharge", "12", "HEATED"), "method": "percent_of", "base": ["Service"]},
    ],
)
MICHIGAN = (
    "Michigan Senate Bill 1043 of 2012, legislature.mi.gov",
    [
        counted("Service", "servees", rate="23"),
        counted("Collection", "value", "tiered", steps=[{"up_to": "8000", "rate": "0.07"}, {"rate": "0.03"}]),
    ],
)
DOOR_KNOCKERS = (
    "nationwidedoorknockers.com/fees, and fifty percent for hazardous goods of jetdelivery.com",
    [
        flat("Base", "65"),
        {**flat("Surcharge", "2", "HOLIDAY"), "method": "multiplier", "base": ["Base"]},
        {**flat("Extra time", "3", "EMERGENCY"), "method": "multiplier", "base": ["Base"]},
        {**flat("Truck", "50", "HAZMAT"), "method": "percent_of", "base": ["Base", "Surcharge"]},
    ],
)
NEWCASTLE = (
    "CheckMate Process Serving and Flashpoint Investigations, thumbtack.com/p/process-server-cost",
    [
        flat("Service", "75"),
        counted("Extra time", "attempts", rate="25", included_units="2"),
        counted("Overweight", "miles", rate="0.95"),
    ],
)
CASES = [
    (MONTREAL, {}, "12.90"),
    (MONTREAL, {"waiting_minutes": "10"}, "12.90"),
    (MONTREAL, {"waiting_minutes": "10.5"}, "18.15"),
    (MONTREAL, {"waiting_minutes": "12", "weight": "35"}, "20.40"),
    (MONTREAL, {"triggers": ["TRUCK"], "weight": "20"}, "42.52"),
    (MONTREAL, {"value": "200"}, "12.90"),
    (MONTREAL, {"value": "200.01"}, "13.90"),
    (MONTREAL, {"value": "50000"}, "110.90"),
    (WILLIAMSON, {"value": "20000"}, "2150.00"),
    (WILLIAMSON, {"value": "35000"}, "2750.00"),
    (WILLIAMSON, {"hours": "2", "persons": "3"}, "150.00"),
    (WILLIAMSON, {"hours": "3.5", "persons": "2"}, "270.00"),
    (WILLIAMSON, {"triggers": ["CANCELLED_WRIT"]}, "650.00"),
    (KINDERSLEY, {"miles": "10"}, "50.00"),
    (KINDERSLEY, {"miles": "80", "triggers": ["HEATED"]}, "179.20"),
    (KINDERSLEY, {"miles": "10", "value": "100"}, "75.00"),
    (KINDERSLEY, {"miles": "10", "value": "2000"}, "170.00"),
    (KINDERSLEY, {"miles": "10", "value": "9000"}, "250.00"),
    (KINDERSLEY, {"miles": "10", "waiting_minutes": "61"}, "72.50"),
    (KINDERSLEY, {"miles": "10", "hours": "1.5", "triggers": ["WEEKEND"]}, "200.00"),
    (MICHIGAN, {"servees": "2", "value": "8000"}, "606.00"),
    (MICHIGAN, {"servees": "1", "value": "10000.01"}, "643.00"),
    (DOOR_KNOCKERS, {"triggers": ["HOLIDAY"]}, "130.00"),
    (DOOR_KNOCKERS, {"triggers": ["EMERGENCY"]}, "195.00"),
    (DOOR_KNOCKERS, {"triggers": ["HOLIDAY", "HAZMAT"]}, "195.00"),
    (NEWCASTLE, {"attempts": "2"}, "75.00"),
    (NEWCASTLE, {"attempts": "5", "miles": "11"}, "160.45"),
]


@pytest.fixture
async def rating(company: Company) -> httpx.AsyncClient:
    """Rating with the billing items and bill types that the cards use."""
    rating, _ = company
    for name in ITEMS:
        assert (await rating.post("/v1/billing-items", json={"name": name, "income_account": "4000"})).is_success
    for code in TRIGGERS:
        made = await rating.post("/v1/bill-types", json={"code": code, "name": code.title(), "kind": "flag"})
        assert made.is_success
    return rating


@pytest.mark.parametrize(("card", "facts", "total"), CASES)
async def test_a_published_card_gives_the_published_price(
    rating: httpx.AsyncClient, card: tuple[str, list[dict[str, Any]]], facts: dict[str, Any], total: str
) -> None:
    source, lines = card
    body = {**KEY, "effective_from": "2026-01-02", "source": source, "lines": lines}
    made = await rating.post("/v1/billing-profiles", json=body)
    assert made.status_code == 201, made.text
    order = {
        "number": "T1",
        "branch": "SAT",
        "customer": "S1001",
        "priority": "STANDARD",
        "job_type": "WRIT",
        "served_zip": "78205",
        "service_on": "2026-11-02",
    }
    trial = await rating.post("/v1/rating-trials", json={"order": {**order, **facts}})
    assert trial.json()["total"] == total, trial.json()["explanation"]["lines"]
