"""Every date and month that people enter, in a body, a filter or a file, is one that the calendar of the suite has."""

import importlib
import pkgutil
from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.rating.records.work_orders import EnteredOrder
from services.receivables.schemas.entries.imports import EntryRow
from shared.values.dates import FIRST, LAST, AwareMoment, CalendarDate, Moment
from shared.values.text import words_of_fault
from tests.fixtures.operations import request_fields


class Dated(BaseModel):
    day: CalendarDate | None = None


def imported_kinds() -> set[type[Any]]:
    """What the files of all records have, row by row."""
    tables: set[type[Any]] = {EnteredOrder, EntryRow}
    for service in ("rating", "receivables", "security"):
        package = importlib.import_module(f"services.{service}.records")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            found = vars(importlib.import_module(module.name)).values()
            tables |= {kind for kind in found if isinstance(kind, type) and issubclass(kind, BaseModel)}
    return tables


def unlimited(schema: dict[str, Any]) -> bool:
    limits = schema.get("formatMinimum"), schema.get("formatMaximum")
    return schema.get("format") == "date" and limits != (str(FIRST), str(LAST))


def test_every_date_of_a_request_has_the_limits_of_the_calendar() -> None:
    dates = [(name, schema) for name, schema in request_fields() if schema.get("format") == "date"]
    assert len(dates) > 40
    assert [name for name, schema in dates if unlimited(schema)] == []


def test_every_month_of_a_request_has_the_limits_of_the_calendar() -> None:
    months = {schema["pattern"] for _, schema in request_fields() if "(0[1-9]|1[0-2])" in schema.get("pattern", "")}
    assert months == {"^(199[0-9]|20[0-9]{2}|2100)-(0[1-9]|1[0-2])$"}


def test_every_date_of_a_file_has_the_limits_of_the_calendar() -> None:
    kinds = imported_kinds()
    assert len(kinds) > 20
    fields = [
        (kind.__name__, name, choice)
        for kind in kinds
        for name, schema in kind.model_json_schema(mode="validation").get("properties", {}).items()
        for choice in (schema, *schema.get("anyOf", ()))
    ]
    assert sum(choice.get("format") == "date" for _, _, choice in fields) > 10
    assert [(kind, name) for kind, name, choice in fields if unlimited(choice)] == []


@pytest.mark.parametrize("written", ["1990-01-01", " 2026-11-02 ", "2100-12-31"])
def test_a_date_is_written_with_year_month_and_day(written: str) -> None:
    assert Dated.model_validate({"day": written}).day == date.fromisoformat(written.strip())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1989-12-31", "must be between 1990-01-01 and 2100-12-31"),
        ("2101-01-01", "must be between 1990-01-01 and 2100-12-31"),
        *((one, "must be a date, like 2026-11-02") for one in ("2026-02-30", "20261102", "2026-11-02T00:00:00", "")),
        *((one, "must be a date, like 2026-11-02") for one in ("1767225600", 1767225600, 20000, 0.0, True, "Nov 2")),
    ],
)
def test_what_is_no_date_of_the_calendar_is_refused_in_words(written: object, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Dated.model_validate({"day": written})
    (error,) = refused.value.errors(include_url=False)
    assert words_of_fault(error["type"], error["msg"], error.get("ctx", {})) == words


class Timed(BaseModel):
    at: Moment | None = None
    aware: AwareMoment | None = None


@pytest.mark.parametrize("field", ["at", "aware"])
def test_a_moment_is_text_and_never_a_number(field: str) -> None:
    assert Timed.model_validate({field: "2026-11-02T08:30:00Z"}) != Timed()
    for written in (1767225600, "1767225600", 0.5, True, "noon"):
        with pytest.raises(ValidationError) as refused:
            Timed.model_validate({field: written})
        assert "must be a date and time" in str(refused.value)
