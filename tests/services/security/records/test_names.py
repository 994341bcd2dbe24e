"""Users are named DOMAIN\\name, and names are compared regardless of case."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.security.records.names import group_name, limit_code, one_line, user_name
from shared.values.names import fold


@pytest.mark.parametrize(
    "name",
    ["ALAMO\\jsmith", "alamo\\J.Smith", "CORP-2\\svc_export", "a.b\\Ana María", "X\\" + "n" * 64, "X\\o'brien"],
)
def test_windows_user_names_are_accepted_unchanged(name: str) -> None:
    assert user_name(name) == name
    assert user_name(f"  {name}\t") == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("jsmith", "must be a domain and a name"),
        ("", "must be a domain and a name"),
        ("\\jsmith", "the domain must have"),
        ("AL AMO\\jsmith", "the domain must have"),
        ("-ALAMO\\jsmith", "the domain must have"),
        ("ÄLAMO\\jsmith", "the domain must have"),
        ("ALAMO\\", "must have 1 to 64 characters"),
        ("ALAMO\\" + "n" * 65, "must have 1 to 64 characters"),
        ("ALAMO\\j\x00smith", "must be printable"),
        ("ALAMO\\j\ud800", "must be printable"),
        ("ALAMO\\ jsmith", "without a space at either end"),
        ("ALAMO\\jsmith.", "without a dot at the end"),
        ("ALAMO\\j;smith", "must not contain ;"),
        ("ALAMO\\jsmith@corp", "must not contain @"),
        ("ALAMO\\sub\\jsmith", "must not contain \\"),
    ],
)
def test_other_names_are_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace("\\", r"\\")):
        user_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ALAMO\\jsmith", "alamo\\JSmith"),
        ("ALAMO\\José", "alamo\\JOSE\u0301"),
        ("ALAMO\\Straße", "alamo\\STRASSE"),
        ("ALAMO\\ﬁona", "alamo\\Fiona"),
        ("ALAMO\\ｆｉｏｎａ", "alamo\\fiona"),
        ("Proof\u200bReaders\u202e", "proofreaders"),
        ("Proof\u00a0 Readers ", "proof readers"),
        ("o\ufe0f", "O"),
    ],
)
def test_names_that_differ_in_case_or_typing_or_by_what_nobody_sees_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_names_stay_different() -> None:
    assert fold("ALAMO\\jose") != fold("ALAMO\\josé")


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=string.printable))
def test_case_never_matters_in_ascii(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower()) == fold(text.swapcase())


@given(st.text())
def test_an_accepted_name_is_accepted_again_unchanged(text: str) -> None:
    try:
        taken = user_name(f"ALAMO\\{text}")
    except ValueError:
        return
    assert user_name(taken) == taken
    assert taken.isprintable()


@pytest.mark.parametrize("name", ["Order Entry", "Proof", "2nd shift", "Abrechnung (Süd)"])
def test_groups_are_named_as_the_company_calls_its_roles(name: str) -> None:
    assert group_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "1 to 80"),
        ("   ", "1 to 80"),
        ("x" * 81, "1 to 80"),
        ("Proof;Billing", "semicolon"),
        ("=1+1", "begin with a letter"),
        ("Pro\nof", "printable"),
    ],
)
def test_a_group_name_that_would_not_survive_a_file_is_refused(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        group_name(name)


@pytest.mark.parametrize("code", ["", "a;b", "x" * 31, "a\tb"])
def test_an_invalid_branch_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="must"):
        limit_code(code)
    assert limit_code(" SAT ") == "SAT"


def test_a_line_is_one_line() -> None:
    assert one_line(" Ana María ") == "Ana María"
    with pytest.raises(ValueError, match="one line"):
        one_line("Ana\nMaría")
