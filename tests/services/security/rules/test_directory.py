"""The names and ids of domain accounts have one form, and some passwords never leave this service."""

import pytest

from services.security.rules.directory import account_in, may_be_asked, subject_of


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("ALAMO\\ana", "ana"),
        ("alamo\\Ana", "Ana"),
        (" ALAMO\\ana ", "ana"),
        ("OTHER\\ana", None),
        ("ana", None),
        ("ana@alamo", None),
        ("", None),
        ("ALAMO\\", None),
        ("ALAMO\\a*", None),
        ("ALAMO\\a=b", None),
        ("ALAMO\\a\x00", None),
    ],
)
def test_a_name_refers_only_to_an_account_of_its_own_domain(name: str, account: str | None) -> None:
    assert account_in("ALAMO", name) == account


@pytest.mark.parametrize(
    ("password", "may"),
    [("x", True), (" ", True), ("", False), ("\0", False), ("x\0y", False), ("\ud800", False), ("pé€😀", True)],
)
def test_a_password_that_could_be_taken_as_empty_is_not_sent(password: str, may: bool) -> None:
    assert may_be_asked(password) is may


@pytest.mark.parametrize(
    ("attribute", "value", "subject"),
    [
        (
            "objectSid",
            bytes.fromhex("010500000000000515000000a065cf7e784b9b5fe77c8770091c0100"),
            "S-1-5-21-2127521184-1604012920-1887927527-72713",
        ),
        ("objectSid", bytes.fromhex("010100000000000512000000"), "S-1-5-18"),
        ("objectSid", bytes.fromhex("0101000000000005120000"), None),
        ("objectSid", bytes.fromhex("01020000000000051200000000"), None),
        ("objectSid", b"", None),
        ("entryUUID", b"6c3b7f0e-5c1d-4e7a-9c59-d6f4a3d0a111", "6c3b7f0e-5c1d-4e7a-9c59-d6f4a3d0a111"),
        ("entryUUID", b"", None),
        ("entryUUID", b"a\x00b", None),
    ],
)
def test_an_id_reads_as_windows_writes_it(attribute: str, value: bytes, subject: str | None) -> None:
    assert subject_of(attribute, value) == subject
