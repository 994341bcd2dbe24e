"""The operators' command with real servers."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from deploy.command.arguments import parser
from deploy.local.nats import Nats
from shared.access.identity import load_private_key, public_jwks
from shared.audit import store as audit
from shared.audit.store import Done
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import envelope_bytes
from shared.database.pool import Database
from shared.database.statements import fetch_values
from shared.events import dead_letters
from shared.process.version import VERSION
from tests.fixtures.command import run_command

ROOT = Path(__file__).parents[2]


def ratebook(*words: str, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "RATEBOOK_HOME": "/nowhere", **variables}
    return run_command(words, environment, ROOT, said)


def test_the_version_is_printed() -> None:
    command = [sys.executable, "-m", "deploy.command", "--version"]
    assert (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == f"ratebook {VERSION}\n"
    )


async def test_migrate_creates_the_tables_and_a_second_run_changes_nothing(cluster: Callable[[str, str], str]) -> None:
    connection = await asyncpg.connect(cluster("postgres", "postgres"))
    await connection.execute("CREATE DATABASE from_nothing OWNER rating_owner TEMPLATE template0")
    url = cluster("from_nothing", "rating_owner")
    for _ in range(2):
        migrated = ratebook("migrate", "rating", RATING_OWNER_DATABASE_URL=url)
        assert (migrated.returncode, migrated.stdout) == (0, "rating: migrated\n")
    await connection.execute("DROP DATABASE from_nothing WITH (FORCE)")
    await connection.close()


async def test_a_migration_waits_until_another_process_has_finished(cluster: Callable[[str, str], str]) -> None:
    connection = await asyncpg.connect(cluster("postgres", "postgres"))
    await connection.execute("CREATE DATABASE migrated_by_two OWNER security_owner TEMPLATE template0")
    url = cluster("migrated_by_two", "security_owner")
    other = await asyncpg.connect(url)
    assert await other.fetchval("SELECT pg_try_advisory_lock(hashtext('migrations'))")
    waiting = asyncio.create_task(
        asyncio.to_thread(ratebook, "migrate", "security", SECURITY_OWNER_DATABASE_URL=url),
    )
    # The second refusal is the proof: the migration has asked, was refused, and has asked again.
    asked = """
        SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
        JOIN pg_database ON pg_database.oid = dbid AND datname = 'migrated_by_two'
        WHERE query LIKE '%pg_try_advisory_lock%'
    """
    try:
        async with asyncio.timeout(60):
            while await connection.fetchval(asked) < 1 + 2:
                await asyncio.sleep(0.05)
        assert await other.fetchval("SELECT to_regclass('user_account')") is None
    finally:
        await other.close()
    migrated = await waiting
    assert (migrated.returncode, migrated.stdout) == (0, "security: migrated\n")
    await connection.execute("DROP DATABASE migrated_by_two WITH (FORCE)")
    await connection.close()


def test_a_missing_variable_is_named() -> None:
    answer = ratebook("migrate", "rating")
    assert answer.returncode == 1
    assert answer.stderr.startswith(
        "Set RATING_OWNER_DATABASE_URL (docs/settings.md lists the variables), or start a suite"
    )


@pytest.mark.parametrize(
    ("words", "variables", "said"),
    [
        (["reconcile"], {"RATEBOOK_GATEWAY_URL": "http://127.0.0.1:9"}, "The gateway does not answer"),
        (["provision"], {"NATS_URL": "nats://provisioner:x@127.0.0.1:9"}, "NATS did not answer"),
        (["dead-letters", "list", "rating"], {"RATING_DATABASE_URL": "postgresql://x@127.0.0.1:9/x"}, "Check that"),
        (["import", "customers", "/nowhere.csv"], {}, "/nowhere.csv cannot be read"),
        (["dead-letters", "replay", "rating"], {}, "Name the ids to replay"),
        (["provision"], {"NATS_URL": "http://provisioner:x@h"}, "NATS_URL must be nats://"),
        (["provision"], {"NATS_URL": "nats://h", "NATS_REPLICAS": "9"}, "NATS_REPLICAS must be a number from 1 to 5"),
        (["migrate", "rating"], {"RATING_OWNER_DATABASE_URL": "mysql://x:x@h/x"}, "begins with postgresql://"),
    ],
)
def test_a_server_that_is_down_is_reported_in_one_sentence(
    words: list[str], variables: dict[str, str], said: str
) -> None:
    answer = ratebook(*words, RATEBOOK_USER=r"ALAMO\root", RATEBOOK_PASSWORD="x" * 12, **variables)
    assert answer.returncode == 1
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    top = parser().format_help()
    for command in (
        "migrate",
        "provision",
        "restore-finish",
        "create-admin",
        "new-key",
        "keys",
        "import",
        "reconcile",
        "export-run",
        "dead-letters",
        "audit",
    ):
        assert command in top
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([command, "--help"])
        assert ended.value.code == 0
        assert f"usage: ratebook {command}" in capsys.readouterr().out
    assert "examples:" in ratebook("dead-letters", "replay", "--help").stdout


def test_an_unknown_service_is_refused() -> None:
    answer = ratebook("migrate", "billing")
    assert answer.returncode == 2
    assert "unknown service billing" in answer.stderr


def test_provision_can_be_repeated(broker: Nats) -> None:
    provisioned = ratebook("provision", NATS_URL=broker.url("provisioner"))
    assert (provisioned.returncode, provisioned.stdout) == (0, "the stream and the consumers are up to date\n")


async def test_create_admin_takes_the_password_from_standard_input(security_database: Database) -> None:
    made = ratebook(
        "create-admin", r"ALAMO\root", said="a long enough password\n", SECURITY_DATABASE_URL=security_database.url
    )
    assert (made.returncode, made.stdout) == (0, "ALAMO\\root is an administrator\n")
    assert "long enough" not in made.stdout + made.stderr


def test_new_key_prints_a_key_and_its_public_half() -> None:
    private, public = ratebook("new-key").stdout.splitlines()
    assert len(bytes.fromhex(private)) == 32
    (key,) = json.loads(public)["keys"]
    assert (key["kty"], key["crv"], "d" in key) == ("OKP", "Ed25519", False)


def test_rotating_prints_three_steps_that_keep_both_keys_known() -> None:
    old, _ = ratebook("new-key").stdout.splitlines()
    steps = json.loads(ratebook("keys", "rotate", "security", "--json", SECURITY_SIGNING_KEY=old).stdout)
    first, second, third = (step["value"].split(",") for step in steps)
    assert first == [old, third[0]]
    assert second == [third[0], old]
    steps = json.loads(ratebook("keys", "rotate", "gateway", "--json", GATEWAY_SIGNING_KEY=old).stdout)
    both, new, alone = (step["value"] for step in steps)
    assert [len(json.loads(jwks)["keys"]) for jwks in (both, alone)] == [2, 1]
    assert alone == public_jwks([load_private_key(new)])
    under_way = ratebook("keys", "rotate", "security", SECURITY_SIGNING_KEY=f"{old},{new}")
    assert (under_way.returncode, "in progress" in under_way.stderr) == (1, True)


CONSUMER = "rating-customer-changed"


def customer_event(number: str) -> bytes:
    """A customer in an event of receivables."""
    customer = CustomerChanged(
        ar_company=1, number=number, version=1, name="Set Aside", status="active", customer_type="LAWFIRM"
    )
    return envelope_bytes(
        uuid.uuid4(), "receivables", customer.event_name(), datetime.now(UTC), customer.model_dump_json()
    )


@pytest.fixture
async def aside(rating_database: Database) -> list[int]:
    """Three dead letters of one consumer: the first and the third can be handled now, the second never can."""
    async with rating_database.transaction() as session:
        for sequence, payload in enumerate((customer_event("DL1"), b"not json", customer_event("DL2")), 1):
            await dead_letters.keep(
                session,
                consumer=CONSUMER,
                subject="ratebook.v1.receivables.customer-changed",
                stream_sequence=sequence,
                payload=payload,
                reason="failed 8 times",
                deliveries=8,
            )
        return [letter.id for letter in await dead_letters.waiting(session)]


def dead(database: Database, *words: str) -> subprocess.CompletedProcess[str]:
    return ratebook("dead-letters", *words, RATING_DATABASE_URL=database.url)


async def customers(database: Database) -> set[str]:
    async with database.transaction() as session:
        return set(await fetch_values(session, "SELECT number FROM customer"))


async def test_dead_letters_are_listed_for_people_and_for_programs(rating_database: Database, aside: list[int]) -> None:
    shown = dead(rating_database, "list", "rating")
    assert shown.returncode == 0
    assert shown.stdout.count("failed 8 times") == 3
    assert shown.stdout.endswith("3 dead letters\n")
    told = json.loads(dead(rating_database, "list", "rating", "--json").stdout)
    assert [(one["id"], one["service"], one["consumer"]) for one in told] == [(i, "rating", CONSUMER) for i in aside]


async def test_a_dead_letter_is_shown_with_its_payload(rating_database: Database, aside: list[int]) -> None:
    told = json.loads(dead(rating_database, "--json", "show", "rating", str(aside[0])).stdout)
    assert told["payload"]["type"] == "ratebook.v1.receivables.customer-changed"
    assert dead(rating_database, "show", "rating", "999").returncode == 1


async def test_a_dead_letter_from_before_a_restore_is_closed_and_never_handled(
    rating_database: Database, aside: list[int], cluster: Callable[[str, str], str]
) -> None:
    before = await customers(rating_database)
    owner = await asyncpg.connect(cluster(rating_database.name, "rating_owner"))
    await owner.execute("INSERT INTO incarnation VALUES ('receivables', gen_random_uuid())")
    await owner.close()
    closed = dead(rating_database, "replay", "rating", str(aside[0]))
    assert (closed.returncode, "0 replayed, 1 closed, 0 failed" in closed.stdout) == (0, True)
    assert await customers(rating_database) == before
    assert "already" in dead(rating_database, "replay", "rating", str(aside[0])).stdout


async def test_a_dead_letter_is_replayed_and_counts_once(rating_database: Database, aside: list[int]) -> None:
    before = await customers(rating_database)
    assert dead(rating_database, "replay", "rating", str(aside[0])).returncode == 0
    assert await customers(rating_database) - before == {"DL1"}
    again = dead(rating_database, "replay", "rating", str(aside[0]))
    assert again.returncode == 1
    assert "already" in again.stdout


async def test_all_dead_letters_of_a_consumer_are_replayed_and_those_that_fail_stay(
    rating_database: Database, aside: list[int]
) -> None:
    before = await customers(rating_database)
    replayed = dead(rating_database, "replay", "rating", "--consumer", CONSUMER)
    assert replayed.returncode == 1
    assert "2 replayed, 1 failed" in replayed.stdout
    assert await customers(rating_database) - before == {"DL1", "DL2"}
    left = json.loads(dead(rating_database, "list", "rating", "--json").stdout)
    assert [one["id"] for one in left] == [aside[1]]


async def test_the_audit_is_verified_and_a_removed_end_is_detected(rating_database: Database) -> None:
    done = Done("7", r"ALAMO\bill", "POST /v1/exports", "/v1/exports", "rating.export", "approve", 202, None, "r1")
    async with rating_database.transaction() as session:
        await audit.note(session, done)
        await audit.seal_part(session)
    sound = ratebook("audit", "verify", "rating", "--json", RATING_DATABASE_URL=rating_database.url)
    assert sound.returncode == 0
    told = json.loads(sound.stdout)["rating"]
    assert (told["sealed"], told["faults"]) == (1, [])
    expected = f"2:{told['head']}"
    cut = ratebook("audit", "verify", "rating", "--expect", expected, RATING_DATABASE_URL=rating_database.url)
    assert cut.returncode == 3
    assert "position 2 does not have the seal" in cut.stdout


def test_a_seal_belongs_to_one_service() -> None:
    answer = ratebook("audit", "verify", "--expect", f"1:{'0' * 64}")
    assert (answer.returncode, "Name the service" in answer.stderr) == (1, True)
