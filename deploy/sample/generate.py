"""Generating the large files of the sample company: billing profiles from published rate cards, and 1,000 work orders.

`python -m deploy.sample.generate` always writes the same files; a test compares them with those that are committed.
"""

import csv
import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent

BEXAR_SOURCE = "Bexar County, Texas, rates of 2016-05-01, mytexaspi.com/process-service"
CALIFORNIA_SOURCE = "California Government Code 26720.9-26742, change by SB 564, legiscan.com/CA/text/SB564/2023"
FLORIDA_SOURCE = "Florida Statutes 30.231, codes.findlaw.com/fl/title-v-judicial-branch"

PROFILE_COLUMNS = (
    *("branch", "customer_type", "priority", "job_type", "region", "effective_from", "effective_to", "source"),
    *("billing_item", "mode", "bill_type", "method", "rate", "included_units", "quantity_source", "steps"),
    *("commission_method", "commission_rate"),
)
ORDER_COLUMNS = (
    *("number", "style", "branch", "customer", "bill_to", "priority", "job_type", "region", "served_zip"),
    *("service_on", "field_status", "pod_received", "triggers", "reference"),
    *("matter", "attorney", "client_id", "claim", "contact", "purchase_order"),
    *("case_title", "cause_number", "court", "plaintiff", "defendant", "documents"),
    *("ordered_on", "due_on", "completed_on"),
    *("miles", "attempts", "servees", "parcels", "hours", "fee_advances", "quantities", "servers"),
)
SERVICE_COLUMNS = (
    *("work_order", "service", "party", "street", "city", "state", "zip", "server"),
    *("outcome", "served_at", "manner", "received_by", "attempts"),
)

SERVERS = {
    "SAT": ("S101", "S102", "S103", "S101: 60; S102: 40"),
    "LAX": ("L201",),
    "MIA": ("M301",),
}
PLAINTIFFS = (
    "Alamo Freight Inc",
    "First Mission Bank",
    "Lone Star Realty LLC",
    "Bayside Medical Group",
    "Nora Whitfield",
)
FIRST_NAMES = ("Ana", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hector", "Irene", "James")
LAST_NAMES = ("Ortega", "Miller", "Nguyen", "Castillo", "Brooks", "Haddad", "Jensen", "Okafor", "Price", "Ramos")
ATTORNEYS = ("M. Harlan", "J. Ruiz", "P. Delgado", "S. Whitman")
STREETS = ("Oak St", "Main Ave", "Mission Rd", "Bay Dr", "Palm Ct")
MANNERS = ("personal", "personal", "personal", "substitute at residence")
PLACES = {
    "SAT": {"city": "San Antonio", "state": "TX"},
    "LAX": {"city": "Los Angeles", "state": "CA"},
    "MIA": {"city": "Miami", "state": "FL"},
}
CONTACTS = ("Dana Cole", "Luis Prado", "Kim Sato")
COURTS = {
    "SAT": "225th District Court, Bexar County, Texas",
    "LAX": "Superior Court of California, County of Los Angeles",
    "MIA": "Eleventh Judicial Circuit, Miami-Dade County, Florida",
}
DOCUMENTS = {
    "CITATION": "Citation and original petition",
    "SUBPOENA": "Subpoena duces tecum",
    "SUMMONS": "Summons and complaint",
    "WITNESS": "Witness subpoena",
}
# The commission on a line; service of papers earns the server's own percentage, and fee advances earn nothing.
COMMISSIONS = {
    "Mileage": ("percent", "50"),
    "Skip trace": ("percent", "12.5"),
    "Surveillance": ("flat", "25"),
    "Certified mail": ("", ""),
    "Postage advanced": ("", ""),
    "Advertising a sale": ("", ""),
}
OWN_PERCENTAGE = ("server", "")

Row = dict[str, object]


def _flat(item: str, rate: str, trigger: str = "") -> Row:
    mode = "triggered" if trigger else "default"
    return {"billing_item": item, "mode": mode, "bill_type": trigger, "method": "flat", "rate": rate}


def _per(item: str, rate: str, source: str, trigger: str = "") -> Row:
    return {**_flat(item, rate, trigger), "method": "per_unit", "quantity_source": source}


def _banded(item: str, source: str, steps: str) -> Row:
    return {**_flat(item, ""), "method": "banded", "quantity_source": source, "steps": steps}


def bexar_profiles() -> Iterator[Row]:
    """Priority by region; mileage beyond the county line; extras by trigger.

    Subpoenas inside the county charge copies of records from the 11th on, and addresses from the second on.
    """
    inside = {"STANDARD": "80", "RUSH": "90", "TODAY": "110"}
    outside = {"STANDARD": "95", "RUSH": "105", "TODAY": "120"}
    extras = [
        _flat("Skip trace", "195", "SKIP_TRACE"),
        _flat("Certified mail", "55", "CERTIFIED_MAIL"),
        _flat("Substitute service", "45", "SUBSTITUTE_SERVICE"),
        _per("Surveillance", "35", "hours", "SURVEILLANCE"),
        _per("Postage advanced", "1", "fee_advances"),
    ]
    records = [
        _banded("Copies of records", "COPIES", "10 = 0; 50 = 10; more = 25"),
        _banded("Further addresses", "STOPS", "1 = 0; 2 = 20; more = 35"),
    ]
    for customer_type in ("LAW", "AGENCY"):
        for job_type in ("CITATION", "SUBPOENA"):
            for region, rates in (("BEXAR", inside), ("TX_OTHER", outside)):
                for priority, rate in rates.items():
                    key = {
                        "branch": "SAT",
                        "customer_type": customer_type,
                        "priority": priority,
                        "job_type": job_type,
                        "region": region,
                        "effective_from": "2016-05-01",
                        "source": BEXAR_SOURCE,
                    }
                    mileage = [_per("Mileage", "0.65", "miles")] if region == "TX_OTHER" else []
                    own = records if (job_type, region) == ("SUBPOENA", "BEXAR") else []
                    for line in [_flat("Service of process", rate), *mileage, *extras, *own]:
                        yield {**key, **line}


def california_profiles() -> Iterator[Row]:
    """A fee for each defendant, and another one if nobody was found; both increased on 2024-01-01."""
    periods = (
        (
            "2019-01-01",
            "2023-12-31",
            {"summons": "40", "return": "40", "possession": "100", "posting": "20", "box": "135"},
        ),
        ("2024-01-01", "", {"summons": "50", "return": "50", "possession": "125", "posting": "25", "box": "170"}),
    )
    for customer_type in ("LAW", "AGENCY"):
        for region in ("LOS_ANGELES", "ORANGE", "SAN_DIEGO"):
            for begin, end, rate in periods:
                returned = [
                    _flat("Return without service", rate["return"], "NOT_SERVED"),
                    _flat("Return without service", rate["return"], "CANCELLED"),
                ]
                jobs = {
                    "SUMMONS": [_per("Service of summons", rate["summons"], "servees", "SERVED"), *returned],
                    "POSSESSION": [
                        _flat("Taking possession", rate["possession"]),
                        _flat("Extra posting", rate["posting"], "EXTRA_POSTING"),
                    ],
                    "SAFE_DEPOSIT": [_flat("Opening a safe-deposit box", rate["box"])],
                }
                for job_type, lines in jobs.items():
                    key = {
                        "branch": "LAX",
                        "customer_type": customer_type,
                        "priority": "STANDARD",
                        "job_type": job_type,
                        "region": region,
                        "effective_from": begin,
                        "effective_to": end,
                        "source": CALIFORNIA_SOURCE,
                    }
                    for line in lines:
                        yield {**key, **line}


def florida_profiles() -> Iterator[Row]:
    """$40 for each service, levies by parcel, and the steps of a sale by trigger."""
    jobs = {
        "SUMMONS": [_per("Service of summons", "40", "servees")],
        "WRIT": [_per("Service of writ", "40", "servees")],
        "LEVY": [_flat("Service of writ", "40"), _flat("Levy", "50")],
        "WITNESS": [_per("Witness subpoena", "40", "servees")],
        "EXECUTION": [
            _flat("Service of process", "40"),
            _per("Levy", "50", "parcels"),
            _flat("Advertising a sale", "40", "ADVERTISED"),
            _flat("Sale", "40", "SOLD"),
            _flat("Deed or bill of sale", "40", "DEED"),
        ],
    }
    for customer_type in ("LAW", "AGENCY"):
        for region in ("MIAMI_DADE", "BROWARD"):
            for job_type, lines in jobs.items():
                key = {
                    "branch": "MIA",
                    "customer_type": customer_type,
                    "priority": "STANDARD",
                    "job_type": job_type,
                    "region": region,
                    "effective_from": "2016-01-01",
                    "source": FLORIDA_SOURCE,
                }
                for line in lines:
                    yield {**key, **line}


def profiles() -> list[Row]:
    """The billing profiles of all branches, with the commission on each line."""
    rows = [*bexar_profiles(), *california_profiles(), *florida_profiles()]
    made = []
    for row in rows:
        method, rate = COMMISSIONS.get(str(row["billing_item"]), OWN_PERCENTAGE)
        terms = {"commission_method": method, "commission_rate": rate}
        made.append({"included_units": "", "quantity_source": "", **row, **terms})
    return made


def _zips() -> dict[str, list[str]]:
    with (HERE / "regions.csv").open(newline="") as file:
        return {row["code"]: row["zips"].split(";") for row in csv.DictReader(file)}


def _customers() -> dict[str, list[str]]:
    by_letter: dict[str, list[str]] = {}
    with (HERE / "customers.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            by_letter.setdefault(row["number"][0], []).append(row["number"])
    return by_letter


def work_orders() -> list[Row]:
    """600 orders in San Antonio, 250 in Los Angeles and 150 in Miami; 8 have no region and 7 no profile."""
    chance = random.Random(20260501)  # noqa: S311 - the same orders every time, nothing secret
    assigned = random.Random(20260502)  # noqa: S311 - nothing secret; separate, so that it does not change the orders
    cases = random.Random(20260503)  # noqa: S311 - nothing secret; separate for the same reason
    zips, customers = _zips(), _customers()
    branches = ["SAT"] * 600 + ["LAX"] * 250 + ["MIA"] * 150
    chance.shuffle(branches)
    rows = []
    for index, branch in enumerate(branches, start=1):
        letter = {"SAT": "S", "LAX": "L", "MIA": "M"}[branch]
        customer = chance.choice(customers[letter])
        row: Row = {
            "number": f"W{10000 + index}",
            "style": "process",
            "branch": branch,
            "customer": customer,
            "priority": "STANDARD",
            "service_on": date(2026, 10, 1) + timedelta(days=chance.randrange(45)),
            "field_status": "served",
            "pod_received": "yes",
            "reference": f"{2026 - chance.randrange(2)}-{letter}{chance.randrange(10000, 99999)}",
            "attempts": chance.choice((1, 1, 1, 2, 3)),
        }
        {"SAT": _texas, "LAX": _california, "MIA": _florida}[branch](row, chance, zips)
        # A few orders fail to rate: they have ZIP codes of other states, or a priority without rates.
        if index % 125 == 60:
            row["served_zip"] = "10007"
        elif index % 140 == 90:
            row["priority"] = "SPECIAL"
        if index % 40 == 0:
            row["bill_to"] = chance.choice(customers[letter])
        row["servers"] = assigned.choice(SERVERS[branch])
        # So few copies are free.
        if row["job_type"] == "SUBPOENA" and index % 5 == 0:
            row["quantities"] = f"COPIES = {index % 9 + 1}"
        rows.append(row | _case(row, cases))
    return rows


def _case(row: Row, chance: random.Random) -> Row:
    """The case of an order, the client's numbers and the days; one order in ten has no case."""
    done = row["service_on"]
    assert isinstance(done, date)
    days: Row = {
        "ordered_on": done - timedelta(days=chance.randrange(2, 12)),
        "due_on": done + timedelta(days=chance.randrange(0, 8)),
        "completed_on": done,
    }
    if chance.random() < 0.1:
        return days
    plaintiff, defendant = chance.choice(PLAINTIFFS), f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    return {
        **days,
        "matter": f"M-{chance.randrange(1000, 1400)}",
        "attorney": chance.choice(ATTORNEYS),
        "client_id": f"C{chance.randrange(100, 160)}",
        "claim": f"CL-{chance.randrange(10000, 99999)}" if chance.random() < 0.3 else "",
        "contact": chance.choice(CONTACTS),
        "purchase_order": f"PO{chance.randrange(4000, 4999)}" if chance.random() < 0.1 else "",
        "case_title": f"{plaintiff} v. {defendant}",
        "cause_number": f"{done.year}-{chance.choice(('CI', 'CC', 'PR'))}-{chance.randrange(1, 29999):05}",
        "court": COURTS[str(row["branch"])],
        "plaintiff": plaintiff,
        "defendant": defendant,
        "documents": DOCUMENTS.get(str(row["job_type"]), "Writ and notice"),
    }


def _texas(row: Row, chance: random.Random, zips: dict[str, list[str]]) -> None:
    region = "TX_OTHER" if chance.random() < 0.15 else "BEXAR"
    triggers = [
        name
        for name, share in (("SKIP_TRACE", 0.08), ("CERTIFIED_MAIL", 0.10), ("SUBSTITUTE_SERVICE", 0.10))
        if chance.random() < share
    ]
    row["job_type"] = chance.choice(("CITATION", "CITATION", "SUBPOENA"))
    row["priority"] = chance.choices(("STANDARD", "RUSH", "TODAY"), (70, 22, 8))[0]
    row["served_zip"] = chance.choice(zips[region])
    row["triggers"] = ";".join(triggers)
    if region == "TX_OTHER":
        row["miles"] = chance.randrange(40, 240) / 2
    if "CERTIFIED_MAIL" in triggers:
        row["fee_advances"] = f"{chance.randrange(700, 1400) / 100:.2f}"
    if chance.random() < 0.02:
        row["triggers"] = ";".join([*triggers, "SURVEILLANCE"])
        row["hours"] = chance.choice((1.5, 2, 3, 4.25))


def _california(row: Row, chance: random.Random, zips: dict[str, list[str]]) -> None:
    row["job_type"] = chance.choices(("SUMMONS", "POSSESSION", "SAFE_DEPOSIT"), (85, 12, 3))[0]
    row["served_zip"] = chance.choice(zips[chance.choice(("LOS_ANGELES", "LOS_ANGELES", "ORANGE", "SAN_DIEGO"))])
    if row["job_type"] == "SUMMONS":
        row["servees"] = chance.choices((1, 2, 3), (80, 15, 5))[0]
        row["field_status"] = chance.choices(("served", "not_served", "cancelled"), (85, 10, 5))[0]
    elif row["job_type"] == "POSSESSION" and chance.random() < 0.3:
        row["triggers"] = "EXTRA_POSTING"
    if chance.random() < 0.06:
        # Served before the fees increased, but billed afterwards.
        row["service_on"] = date(2023, 12, 1) + timedelta(days=chance.randrange(60))


def _florida(row: Row, chance: random.Random, zips: dict[str, list[str]]) -> None:
    row["job_type"] = chance.choices(("SUMMONS", "WRIT", "LEVY", "WITNESS", "EXECUTION"), (50, 15, 10, 15, 10))[0]
    row["served_zip"] = chance.choice(zips[chance.choice(("MIAMI_DADE", "MIAMI_DADE", "BROWARD"))])
    row["servees"] = chance.choices((1, 2, 4), (80, 15, 5))[0]
    if row["job_type"] == "EXECUTION":
        row["parcels"] = chance.choice((1, 1, 2, 3))
        row["triggers"] = chance.choice(("", "ADVERTISED", "ADVERTISED;SOLD", "ADVERTISED;SOLD;DEED"))


def services(orders: list[Row]) -> list[Row]:
    """The services of every third order; they say of the order what the order says, so that its price stays."""
    chance = random.Random(20260504)  # noqa: S311 - nothing secret; separate for the same reason
    return [row for order in orders[::3] for row in _services_of(order, chance)]


def _services_of(order: Row, chance: random.Random) -> Iterator[Row]:
    day, status = order["service_on"], str(order["field_status"])
    server = str(order["servers"]).partition(":")[0]
    for place in range(1, int(str(order.get("servees", 1))) + 1):
        tries = (
            [] if status == "cancelled" else [f"{day}T{chance.randrange(9, 17):02}:{chance.choice(('05', '20', '45'))}"]
        )
        before = int(str(order["attempts"])) - 1 if place == 1 and tries else 0
        earlier = [f"{day}T0{hour}:10 | front door | nobody home | {server}" for hour in range(7, 7 + before)]
        served = {"served_at": tries[0], "manner": chance.choice(MANNERS)} if status == "served" else {}
        party = str(order.get("defendant", "")) if place == 1 else ""
        party = party or f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
        yield {
            "work_order": order["number"],
            "service": place,
            "party": party,
            "street": f"{chance.randrange(100, 9900)} {chance.choice(STREETS)}",
            **PLACES[str(order["branch"])],
            "zip": order["served_zip"],
            "server": server,
            "outcome": status,
            **served,
            "received_by": party if served else "",
            "attempts": "; ".join([*earlier, *(f"{tried} | front door | | {server}" for tried in tries)]),
        }


def as_csv(columns: tuple[str, ...], rows: list[Row]) -> str:
    """The rows as a CSV file with these columns."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def files() -> dict[Path, str]:
    """The generated files and their contents."""
    orders = work_orders()
    return {
        HERE / "billing-profiles.csv": as_csv(PROFILE_COLUMNS, profiles()),
        HERE / "work-orders.csv": as_csv(ORDER_COLUMNS, orders),
        HERE / "work-order-services.csv": as_csv(SERVICE_COLUMNS, services(orders)),
    }


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content)
