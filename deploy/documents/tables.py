"""The page of a service's tables, drawn from its models as Mermaid diagrams."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def page(service: str) -> str:
    """A diagram of all tables and how they refer to one another, then one with columns for each module of models."""
    rooms = _tables(service)
    lines = [
        f"# Tables of {service}",
        "",
        "An arrow leads from a row to the row that it names. The tables that every service has (outbox, inbox, dead letters,",
        "idempotency keys, audit, changes of records) are left out. This page is made from the models by `make documents`.",
        "",
        "```mermaid",
        "erDiagram",
        *(reference for room in sorted(rooms) for table in rooms[room] for reference in _references(table)),
        "```",
    ]
    for room in sorted(rooms):
        lines += ["", f"## {room.replace('_', ' ')}", "", "```mermaid", "erDiagram"]
        for table in rooms[room]:
            lines += [f"  {table.name} {{", *(f"    {_attribute(column)}" for column in table.columns), "  }"]
            lines += _references(table)
        lines.append("```")
    return "\n".join(lines) + "\n"


def _tables(service: str) -> dict[str, list[Table]]:
    """The tables of each module of a service's models."""
    models = importlib.import_module(f"services.{service}.models")
    rooms: dict[str, list[Table]] = {}
    for found in pkgutil.iter_modules(models.__path__, f"{models.__name__}."):
        module = importlib.import_module(found.name)
        classes = (value for value in vars(module).values() if getattr(value, "__module__", "") == module.__name__)
        tables = [table for value in classes if isinstance(table := getattr(value, "__table__", None), Table)]
        if tables:
            rooms[found.name.rpartition(".")[2]] = sorted(tables, key=lambda table: table.name)
    return rooms


def _attribute(column: Column[object]) -> str:
    """`numeric net`, `bigint id PK`: Mermaid takes no blanks, commas or brackets in a type."""
    written = column.type.compile(dialect=_DIALECT).lower().replace("timestamp with time zone", "timestamptz")
    kind = re.sub(r"[ (].*", "", written)
    marks = [mark for mark, given in (("PK", column.primary_key), ("FK", bool(column.foreign_keys))) if given]
    return " ".join([kind + ("[]" if "[]" in str(column.type) else ""), column.name, ",".join(marks)]).rstrip()


def _references(table: Table) -> Iterator[str]:
    for constraint in sorted(table.foreign_key_constraints, key=lambda one: sorted(one.column_keys)):
        many = "|o" if any(column.nullable for column in constraint.columns) else "||"
        yield f"  {table.name} }}o--{many} {constraint.referred_table.name} : {'_'.join(constraint.column_keys)}"
