"""When two names are the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.values.names import fold
from shared.values.text import AccountText, CodeText, NumberText


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José", "JOSE\u0301"),
        ("Straße", "STRASSE"),
        ("ﬁle", "File"),
        ("Ｗ-１００１", "w-1001"),
        ("Mile\u200bage\u202e", "mileage"),
        ("Skip\u00a0 trace ", "skip trace"),
        ("o\ufe0f\u034f", "O"),
    ],
)
def test_names_that_only_look_different_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_names_that_differ_stay_different() -> None:
    assert len({fold(name) for name in ("jose", "josé", "josè", "W-1", "W1", "W 1")}) == 6


@given(st.text())
def test_a_name_in_the_normal_form_stays_as_it_is(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}", fullmatch=True))
def test_the_form_of_a_number_is_what_statements_compare(number: str) -> None:
    assert fold(number) == number.lower()


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        (CodeText, "sat", "SAT"),
        (CodeText, "\u200bＳＡＴ\u00a0", "SAT"),
        (AccountText, "4000-a", "4000-A"),
        (NumberText, "W\u2060-1001\u202c", "W-1001"),
        (NumberText, "w-1001", "w-1001"),
    ],
)
def test_codes_and_numbers_are_read_as_they_look(kind: Any, typed: str, read: str) -> None:
    reader: TypeAdapter[str] = TypeAdapter(kind)
    assert (reader.validate_python(typed), reader.validate_json(f'"{typed}"')) == (read, read)


@pytest.mark.parametrize("typed", ["", "\u200b", "S A T", "SÄT", "-SAT"])
def test_other_codes_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(CodeText).validate_python(typed)
