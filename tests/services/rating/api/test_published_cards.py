"""Published rate cards and worked examples, imported as files: rating gives their prices to the cent."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.database.pool import Database
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import SAMPLE, Company, Rate, load

CARDS = SAMPLE / "rate-cards"
FILES = ("job-types", "bill-types", "billing-items", "regions", "zones", "servers", "billing-profiles", "work-orders")


@pytest.fixture
async def cards(company: Company) -> httpx.AsyncClient:
    """The rating service with the published cards and their orders loaded."""
    rating, _ = company
    for noun in FILES:
        answer = await load(rating, noun, (CARDS / f"{noun}.csv").read_bytes())
        assert answer.status_code == 201, answer.text
    return rating


@pytest.fixture
def card(cards: httpx.AsyncClient) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """Finds an order of the cards by its number."""

    async def find(number: str) -> dict[str, Any]:
        found: dict[str, Any] = (await cards.get("/v1/work-orders", params={"search": number})).json()["items"][0]
        return found

    return find


async def test_every_card_gives_the_price_of_its_reference(cards: httpx.AsyncClient, rating_database: Database) -> None:
    await cards.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    items = (await cards.get("/v1/work-orders", params={"search": "CARD", "limit": 500})).json()["items"]
    assert len(items) == 32
    assert {item["number"]: item["total"] for item in items} == {item["number"]: item["reference"] for item in items}


async def test_prebills_are_imported_with_their_servers_and_split_to_the_cent(
    cards: httpx.AsyncClient, card: Callable[[str], Awaitable[dict[str, Any]]], rate: Rate
) -> None:
    answer = await load(cards, "prebills", (CARDS / "prebills.csv").read_bytes())
    assert answer.json()["imported"] == 2
    order = await card("CARD-01")
    rated = (await rate(order["id"])).json()
    assert [(line["billing_item"], line["origin"], line["amount"]) for line in rated["lines"]] == [
        ("Service of process", "rate", "75.00"),
        ("Forwarding", "prebill", "45.00"),
        ("Cost of the other server", "prebill", "62.50"),
    ]
    assert [(server["server"], server["amount"]) for server in rated["lines"][2]["servers"]] == [
        ("S1", "37.50"),
        ("S2", "25.00"),
    ]
    assert (rated["charges_total"], rated["advances_total"], rated["total"]) == ("120.00", "62.50", "182.50")


@pytest.mark.parametrize(
    ("number", "item", "words"),
    [
        ("CARD-10", "Keeper", "8.25 hours in units of 8, started units in full at 175 = 350.00"),
        ("CARD-14", "Marshals' time", "3.5 hours, started units in full at 65 × 2 persons = 520.00"),
        ("CARD-19", "Page supplement", "100 pages, in the band up to 249 = 25.00"),
        ("CARD-25", "Rush surcharge", "RUSH_FLAG: × 2 adds to 18.50 (Delivery) = 18.50"),
        ("CARD-26", "Delivery", "78216 (INNER) to 78205 (DOWNTOWN): at 18.5 = 18.50"),
        ("CARD-26", "After-hours surcharge", "AFTER_HOURS: 15 % of 37.00 (Delivery, Rush surcharge) = 5.55"),
        ("CARD-30", "Filing", "3 servees: 1 at 50, 1 at 10, 1 at 5 = 65.00"),
        ("CARD-30", "Mileage", "7 miles at 0.67, at least 15.00 = 15.00"),
        ("CARD-30", "Handling of advances", "none of fee_advances is charged"),
        ("CARD-32", "Handling of advances", "10 % of 103.64 (fee_advances) = 10.36"),
    ],
)
async def test_every_line_is_explained(
    cards: httpx.AsyncClient, card: Callable[[str], Awaitable[dict[str, Any]]], number: str, item: str, words: str
) -> None:
    order = await card(number)
    trial = (await cards.get(f"/v1/work-orders/{order['id']}/rating/trial")).json()
    assert trial["total"] == order["reference"]
    assert {line["billing_item"]: line["words"] for line in trial["explanation"]["lines"]}[item] == words


async def test_the_explanation_shows_the_key_of_the_order_and_of_a_profile_with_any(
    cards: httpx.AsyncClient, card: Callable[[str], Awaitable[dict[str, Any]]]
) -> None:
    order = await card("CARD-03")
    explanation = (await cards.get(f"/v1/work-orders/{order['id']}/rating/trial")).json()["explanation"]
    assert explanation["key"]["customer_type"] == "AGENCY"
    assert explanation["profile_key"]["customer_type"] == "ANY"


async def test_exported_profiles_can_be_imported_again(cards: httpx.AsyncClient) -> None:
    """Ends a profile of the cards, and then imports its export again for the time after."""
    query = {"job_type": "DELIVERY"}
    (profile,) = (await cards.get("/v1/billing-profiles", params=query)).json()["items"]
    exported = (await cards.get("/v1/billing-profiles", params=query, headers={"accept": "text/csv"})).content
    ended = await cards.post(
        f"/v1/billing-profiles/{profile['id']}/end", json={"effective_to": "2026-12-31"}, headers={"if-match": '"1"'}
    )
    assert ended.status_code == 200, ended.text
    answer = await load(cards, "billing-profiles", exported.replace(b"2026-01-01", b"2027-01-01"))
    assert answer.json()["imported"] == 1, answer.text
    before, after = (await cards.get("/v1/billing-profiles", params=query)).json()["items"]
    assert after["lines"] == profile["lines"] == before["lines"]


async def test_orders_and_prebills_are_exported_in_the_import_format(cards: httpx.AsyncClient) -> None:
    await load(cards, "prebills", (CARDS / "prebills.csv").read_bytes())
    for noun, import_noun, key in (
        ("work-order-entries", "work-orders", "number"),
        ("prebills", "prebills", "work_order"),
    ):
        before = (await cards.get(f"/v1/{noun}", params={"limit": 500})).json()["items"]
        exported = (await cards.get(f"/v1/{noun}", headers={"accept": "text/csv"})).content
        if noun == "work-order-entries":
            exported = exported.replace(b"CARD-", b"AGAIN-")
        answer = await load(cards, import_noun, exported)
        assert answer.json()["imported"] == len(before), answer.text
        after = (await cards.get(f"/v1/{noun}", params={"limit": 500})).json()["items"][len(before) :]
        assert [{**row, key: row[key].replace("AGAIN", "CARD")} for row in after] == [
            {**row, "bill_to": row["customer"]} if "customer" in row else row for row in before
        ]


async def test_a_missing_pair_of_zones_is_refused_and_never_free(
    cards: httpx.AsyncClient, card: Callable[[str], Awaitable[dict[str, Any]]]
) -> None:
    order = await card("CARD-24")
    change = {"served_zip": "90012", "region": "BEXAR"}
    await cards.patch(f"/v1/work-orders/{order['id']}", json=change, headers={"if-match": '"1"'})
    answer = await cards.get(f"/v1/work-orders/{order['id']}/rating/trial")
    assert (answer.status_code, answer.json()["code"]) == (422, "ZONE_REQUIRED")
    assert (answer.json()["from_zone"], answer.json()["to_zone"]) == ("DOWNTOWN", None)


def test_the_references_of_the_cards_are_amounts() -> None:
    rows = (CARDS / "work-orders.csv").read_text().splitlines()[1:]
    assert all(Decimal(row.split(",")[12]) > 0 for row in rows)
