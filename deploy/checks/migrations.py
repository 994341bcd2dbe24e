"""Migrations that would hold up a running suite: indexes that lock their table, constraints that scan it, renames.

Squawk reads the SQL that each migration would run. Migrations that were released before this check are left alone. Where
a statement is safe all the same, a comment in front of it says why: `-- squawk-ignore constraint-missing-not-valid`.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

ROOT = Path(__file__).parents[2]
RELEASED = {"rating": "0011", "receivables": "0014", "security": "0007"}
"""The last migration of each service that the check leaves alone."""
RULES = {
    "require-concurrent-index-creation": "create the index CONCURRENTLY, in an autocommit_block",
    "require-concurrent-index-deletion": "drop the index CONCURRENTLY, in an autocommit_block",
    "ban-concurrent-index-creation-in-transaction": "put the statement into an autocommit_block",
    "constraint-missing-not-valid": "add the constraint NOT VALID and validate it in a migration of its own",
    "adding-foreign-key-constraint": "add the key NOT VALID and validate it in a migration of its own",
    "disallowed-unique-constraint": "create a unique index CONCURRENTLY and make the constraint from it",
    "adding-required-field": "give the new column a default",
    "adding-field-with-default": "give the new column a constant default",
    "adding-not-nullable-field": "add a CHECK (… IS NOT NULL) NOT VALID, validate it, then set NOT NULL",
    "changing-column-type": "add a column of the new type, fill it in steps, and drop the old one a release later",
    "renaming-column": "add a column, fill it, and drop the old one a release later",
    "renaming-table": "keep the name: instances of the release before still use it",
}
"""Squawk's rules that are checked, each with what to do instead."""
_SQUAWK = Path(sys.executable).parent / "squawk"


def sql_of(migration: Path) -> str:
    """The statements that a migration would run."""
    found = importlib.util.spec_from_file_location(migration.stem, migration)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    written = StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "transactional_ddl": True}
    )
    with Operations.context(context):
        module.upgrade()
    return written.getvalue()


def faults_in(name: str, sql: str) -> Iterator[str]:
    """A sentence for each statement that breaks one of the rules; `sql` runs in a transaction."""
    ran = subprocess.run(
        [_SQUAWK, "--reporter", "json", "--stdin-filepath", name],
        input=f"BEGIN;\n{sql}\nCOMMIT;\n",
        capture_output=True,
        text=True,
        check=False,
    )
    for fault in json.loads(ran.stdout):
        rule = fault["rule_name"]
        if rule in RULES or rule == "syntax-error":
            statement = sql.splitlines()[fault["line"] - 1].strip()
            yield f'{name}: "{statement}": {RULES.get(rule, fault["message"])} ({rule}; docs/how-to/write-a-migration.md).'


def find(root: Path = ROOT) -> Iterator[str]:
    """A sentence for each fault in the migrations that are not released."""
    for service, last in RELEASED.items():
        for migration in sorted((root / "services" / service / "migrations" / "versions").glob("*.py")):
            if migration.stem.partition("_")[0] > last:
                yield from faults_in(str(migration.relative_to(root)), sql_of(migration))
