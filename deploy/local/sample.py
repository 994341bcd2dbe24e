"""Loading the sample company through the gateway, as its administrator would."""

import csv
import io
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from deploy.local.client import Clerk
from deploy.local.process import LocalError
from deploy.local.suite import ADMINISTRATOR, Suite

SAMPLE = Path(__file__).parent.parent / "sample"
ORDER_ENTRY = r"ALAMO\olga"
CLERKS = {
    ORDER_ENTRY: "order entry",
    r"ALAMO\bill": "billing: rates and exports",
    r"ALAMO\rita": "receivables: accounts and credits",
    r"ALAMO\mia": "billing, Miami branch only",
}

_FILES = (
    ("receivables/gl-accounts", "gl-accounts.csv"),
    ("receivables/ar-companies", "ar-companies.csv"),
    ("receivables/receivable-types", "receivable-types.csv"),
    ("receivables/pay-terms", "pay-terms.csv"),
    ("receivables/tax-codes", "tax-codes.csv"),
    ("receivables/materials", "materials.csv"),
    ("receivables/misc-distribution-codes", "misc-distribution-codes.csv"),
    ("receivables/customers", "customers.csv"),
    ("receivables/contracts", "contracts.csv"),
    ("receivables/contract-items", "contract-items.csv"),
    ("receivables/jb-companies", "jb-companies.csv"),
    ("receivables/job-billings", "job-billings.csv"),
    ("rating/branches", "branches.csv"),
    ("rating/customer-types", "customer-types.csv"),
    ("rating/priorities", "priorities.csv"),
    ("rating/job-types", "job-types.csv"),
    ("rating/regions", "regions.csv"),
    ("rating/bill-types", "bill-types.csv"),
    ("rating/billing-items", "billing-items.csv"),
    ("rating/quantities", "quantities.csv"),
    ("rating/billing-profiles", "billing-profiles.csv"),
    ("rating/servers", "servers.csv"),
    ("rating/commission-rates", "commission-rates.csv"),
    ("rating/rollup-rules", "rollup-rules.csv"),
)
_NEEDS_CUSTOMERS = "rating/rollup-rules"
_LOADED = "sample-loaded"
_PATIENCE_SECONDS = 30


def load_sample(suite: Suite, report: Callable[[str], None] = lambda _: None) -> None:
    """Imports users, groups, accounts, customers and rate cards, unless they were imported before.

    Each file is imported whole or not at all, and one whose records are there is passed over, so that loading that was
    broken off continues where it stopped.
    """
    loaded = suite.home.path / _LOADED
    if loaded.exists():
        return
    clerk = Clerk(suite.gateway_url, ADMINISTRATOR, suite.home.secrets.password_of(ADMINISTRATOR))
    try:
        report("users and groups")
        for kind in ("groups", "users"):
            if not _has(clerk, f"/security/{kind}", besides=1):
                clerk.upload(f"/security/{kind}/import", (SAMPLE / f"{kind}.csv").read_bytes())
        passwords = {user: suite.home.secrets.password_of(user) for user in CLERKS}
        suite.home.save()
        for user in clerk.pages("/security/users"):
            if user["name"] in passwords:
                password = passwords[user["name"]]
                clerk.call(
                    "PUT", f"/security/users/{user['id']}/password", json={"password": password, "must_change": False}
                )
        for path, name in _FILES:
            report(name.removesuffix(".csv").replace("-", " "))
            if path == _NEEDS_CUSTOMERS:
                _wait_for_customers(clerk)
            if not _has(clerk, f"/{path}"):
                clerk.upload(f"/{path}/import", _content(name))
    finally:
        clerk.close()
    loaded.touch()


def load_orders(suite: Suite) -> int:
    """Imports the work orders as the clerk who enters them, unless there are orders; returns how many are new."""
    clerk = Clerk(suite.gateway_url, ORDER_ENTRY, suite.home.secrets.password_of(ORDER_ENTRY))
    try:
        if _has(clerk, "/rating/work-orders"):
            return 0
        imported: int = clerk.upload("/rating/work-orders/import", (SAMPLE / "work-orders.csv").read_bytes())[
            "imported"
        ]
        clerk.upload("/rating/work-order-services/import", (SAMPLE / "work-order-services.csv").read_bytes())
        return imported
    finally:
        clerk.close()


def _has(clerk: Clerk, path: str, besides: int = 0) -> bool:
    """Whether a list has entries, `besides` those that every suite begins with."""
    found = clerk.get(path)
    return len(found["items"] if isinstance(found, dict) else found) > besides


def _content(name: str) -> bytes:
    """The file; the last closed month of the companies is set to two months ago, so that the current month is open."""
    content = (SAMPLE / name).read_text()
    if name != "ar-companies.csv":
        return content.encode()
    rows = list(csv.DictReader(io.StringIO(content)))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, "last_closed_month": _two_months_before(datetime.now(UTC).date())} for row in rows)
    return out.getvalue().encode()


def _two_months_before(day: date) -> str:
    last_month = day.replace(day=1) - timedelta(days=1)
    return f"{last_month.replace(day=1) - timedelta(days=1):%Y-%m}"


def _wait_for_customers(clerk: Clerk) -> None:
    """Waits until rating has received all customers by events, usually within milliseconds."""
    wanted = clerk.get("/receivables/customers", limit=1)["totals"]["count"]
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while clerk.get("/rating/customers", limit=1)["totals"]["count"] < wanted:
        if time.monotonic() > deadline:
            raise LocalError("Rating did not receive the customers. See nats.log and rating.log.")
        time.sleep(0.05)
