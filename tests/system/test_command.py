"""The operators' command as installed, with the suite of `make up`, and without addresses on the command line."""

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import Workbook

from deploy.local.client import Clerk
from deploy.local.suite import Suite
from tests.fixtures.command import run_command
from tests.fixtures.ledgers import ORDER
from tests.system.conftest import Story

COMMAND = Path(sys.executable).parent / "ratebook"
ROW = {**ORDER, "pod_received": "yes"}


@pytest.fixture
def home(suite: Suite, tmp_path: Path) -> Path:
    """A home directory whose `up` is the running suite."""
    (tmp_path / "up").symlink_to(suite.home.path)
    return tmp_path


def ratebook(home: Path, *words: str, code: int = 0, said: str = "") -> subprocess.CompletedProcess[str]:
    ended = run_command([*words, "--home", str(home)], {"PATH": "/usr/bin:/bin"}, Path("/"), said)
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended


def orders_csv(*numbers: str, **changed: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["number", *ROW])
    writer.writeheader()
    writer.writerows({"number": number, **ROW, **changed} for number in numbers)
    return out.getvalue()


def test_the_command_is_installed_and_runs_in_any_folder(home: Path, story: Story) -> None:
    command = [str(COMMAND), "export-run", "list", "--home", str(home)]
    ended = subprocess.run(command, cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    assert "exported" in ended.stdout


def test_a_file_is_imported_from_any_folder(home: Path, suite: Suite, story: Story, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(orders_csv("CLI-1", "CLI-2", field_status="in_field"))
    checked = ratebook(home, "import", "work-orders", str(file), "--check", "--json")
    assert [json.loads(checked.stdout)[name] for name in ("imported", "checked")] == [0, 2]
    assert "line 3: CLI-2 created" in ratebook(home, "import", "work-orders", str(file), "--check").stdout
    assert "2" in ratebook(home, "import", "work-orders", str(file)).stdout
    book = tmp_path / "orders.xlsx"
    workbook = Workbook()
    sheet = workbook.create_sheet("Orders", 0)
    workbook.active = 0
    for row in csv.reader(io.StringIO(orders_csv("CLI-4", field_status="in_field"))):
        sheet.append(row)
    workbook.save(book)
    assert json.loads(ratebook(home, "import", "work-orders", str(book), "--json").stdout)["imported"] == 1
    more = ratebook(home, "import", "work-orders", "-", "--json", said=orders_csv("CLI-3", field_status="in_field"))
    assert json.loads(more.stdout)["imported"] == 1


def test_a_faulty_file_imports_nothing_and_every_fault_is_shown(home: Path, story: Story, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    heading, row = orders_csv("CLI-9").splitlines()
    file.write_text(
        "\n".join([heading, row, row.replace("CLI-9", "CLI-10").replace("2026", "x"), row.replace("yes", "7")])
    )
    refused = ratebook(home, "import", "work-orders", str(file), code=1)
    assert "IMPORT_REFUSED" in refused.stderr
    for place in ("line 3, column service_on", "line 4, column pod_received"):
        assert place in refused.stderr
    told = json.loads(ratebook(home, "import", "work-orders", str(file), "--json", code=1).stdout)
    assert len(told["errors"]) >= 2
    file.write_text(f"{heading}\n{row}")
    assert json.loads(ratebook(home, "import", "work-orders", str(file), "--json").stdout)["imported"] == 1


def test_a_user_without_rights_is_refused_and_the_user_can_be_chosen(home: Path, story: Story) -> None:
    refused = ratebook(home, "import", "gl-accounts", "-", "--user", r"ALAMO\olga", code=1, said="number,name\n")
    assert "403 FORBIDDEN" in refused.stderr


def test_the_ledgers_are_reconciled(home: Path, story: Story) -> None:
    shown = ratebook(home, "reconcile").stdout
    assert "rated " in shown
    assert "general ledger" in shown
    assert shown.endswith("differences: 0\n")
    assert json.loads(ratebook(home, "reconcile", "--json").stdout)["differences"] == []


def test_every_month_is_reconciled_with_progress(home: Path, story: Story) -> None:
    shown = ratebook(home, "reconcile", "--all")
    assert shown.stdout.endswith("differences: 0\n")
    assert "months checked" in shown.stderr
    found = json.loads(ratebook(home, "reconcile", "--all", "--json").stdout)
    assert (found["differences"], found["receivables"]["status"], found["receivables"]["failed"]) == ([], "done", 0)


async def test_a_difference_is_shown_and_ends_with_3(home: Path, suite: Suite, story: Story) -> None:
    """Somebody changes the rating database by hand, because the product itself cannot cause a difference."""
    assert suite.postgres is not None
    connection = await suite.postgres.superuser("rating")
    change = "UPDATE export_run SET exported = exported + $1 WHERE id = (SELECT min(id) FROM export_run)"
    exported = await connection.fetchval("SELECT exported FROM export_run ORDER BY id LIMIT 1")
    try:
        await connection.execute(change, 1)
        shown = ratebook(home, "reconcile", code=3).stdout
        assert f"rating: RUN_COUNTS: export run 1: says {exported + 1} exported" in shown
    finally:
        await connection.execute(change, -1)
        await connection.close()
    ratebook(home, "reconcile")


def test_runs_are_listed_and_shown(home: Path, story: Story) -> None:
    runs = json.loads(ratebook(home, "export-run", "list", "--json").stdout)
    # The number of roll-up invoices that the first run leaves for the second depends on the date.
    assert sum(run["exported"] for run in runs) == 862
    shown = ratebook(home, "export-run", "show", str(runs[-1]["id"])).stdout
    assert str(runs[-1]["exported"]) in shown
    settled = ratebook(home, "export-run", "withdraw", str(runs[-1]["id"]), code=1)
    assert "ALREADY_ANSWERED" in settled.stderr
    ratebook(home, "export-run", "show", "4711", code=1)


def test_an_unanswered_run_is_withdrawn(home: Path, suite: Suite, story: Story) -> None:
    """A run is withdrawn while receivables is down; once it is back, the run is already booked or never will be."""
    bill = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    ratebook(home, "import", "work-orders", "-", said=orders_csv("CLI-W"))
    order = next(one for one in bill.pages("/rating/work-orders", status="open") if one["number"] == "CLI-W")
    bill.call("POST", f"/rating/work-orders/{order['id']}/rating", headers={"if-match": f'"{order["revision"]}"'})
    suite.servers["receivables"].child.stop()
    run = bill.post("/rating/exports", {"selection": {"work_order_ids": [order["id"]]}})
    asked = ratebook(home, "export-run", "withdraw", str(run["id"]))
    assert "withdrawal requested for 1 invoice;" in asked.stdout
    suite.start_server("receivables")
    suite.wait_ready("receivables")
    deadline = time.monotonic() + 30
    while (told := json.loads(ratebook(home, "export-run", "show", str(run["id"]), "--json").stdout))["exported"] == 0:
        if told["refused"]:
            assert told["unsettled"][0]["reason"] == "WITHDRAWN"
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    bill.close()
    ratebook(home, "reconcile")


def test_dead_letters_of_all_services_are_listed(home: Path, story: Story) -> None:
    assert ratebook(home, "dead-letters", "list").stdout == "0 dead letters\n"


def test_the_database_and_broker_are_found_too(home: Path, suite: Suite) -> None:
    assert json.loads(ratebook(home, "migrate", "--json").stdout) == {"migrated": ["rating", "receivables", "security"]}
    ratebook(home, "provision")
    assert (
        "is an administrator" in ratebook(home, "create-admin", r"ALAMO\second", said="a long enough password\n").stdout
    )


def test_without_a_suite_one_sentence_says_what_to_set(tmp_path: Path) -> None:
    ended = ratebook(tmp_path, "reconcile", code=1)
    assert ended.stderr == (
        "Set RATEBOOK_GATEWAY_URL (docs/settings.md lists the variables), or start a suite with `make up`. "
        f"None is running in {tmp_path / 'up'}.\n"
    )
