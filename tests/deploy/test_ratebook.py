"""The operators' command against real servers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg

from deploy.local.nats import Nats

ROOT = Path(__file__).parents[2]


def ratebook(*words: str, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        [sys.executable, "-m", "deploy.ratebook", *words],
        cwd=ROOT,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_migrate_makes_the_tables_and_again_changes_nothing(cluster: Callable[[str, str], str]) -> None:
    connection = await asyncpg.connect(cluster("postgres", "postgres"))
    await connection.execute("CREATE DATABASE from_nothing OWNER rating_owner TEMPLATE template0")
    url = cluster("from_nothing", "rating_owner")
    for _ in range(2):
        migrated = ratebook("migrate", "rating", RATING_OWNER_DATABASE_URL=url)
        assert (migrated.returncode, migrated.stdout) == (0, "rating: migrated\n")
    await connection.execute("DROP DATABASE from_nothing WITH (FORCE)")
    await connection.close()


def test_a_missing_variable_is_named() -> None:
    answer = ratebook("migrate", "rating")
    assert (answer.returncode, answer.stderr) == (1, "Set RATING_OWNER_DATABASE_URL; the README lists the variables.\n")


def test_an_unknown_service_is_refused() -> None:
    answer = ratebook("migrate", "billing")
    assert answer.returncode == 2
    assert "there is no service billing" in answer.stderr


def test_provision_can_be_repeated(broker: Nats) -> None:
    assert ratebook("provision", NATS_URL=broker.url("provisioner")).returncode == 0


async def test_create_admin_takes_the_password_from_standard_input(security_database) -> None:
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
