"""A local password must be long enough and must not be the user's own name."""

import pytest

from services.security.errors import PasswordUnfit
from services.security.rules.passwords import normalized, require_fit


@pytest.mark.parametrize("password", ["correct horse", "x" * 12, "é" * 256, "ALAMO\\administratoR1"])
def test_a_long_password_is_good_enough(password: str) -> None:
    require_fit(password, "ALAMO\\administrator")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "12 to 256"),
        ("x" * 11, "12 to 256"),
        ("x" * 257, "12 to 256"),
        ("correct\x00horse", "printable"),
        ("correct horse\ud800", "printable"),
        ("Administrator", "own name"),
        ("alamo\\ADMINISTRATOR", "own name"),
    ],
)
def test_an_unsuitable_password_is_refused_without_being_shown(password: str, reason: str) -> None:
    with pytest.raises(PasswordUnfit, match=reason) as refused:
        require_fit(password, "ALAMO\\administrator")
    assert not password or password not in refused.value.detail


def test_a_password_is_the_same_on_every_keyboard() -> None:
    assert normalized("contraseña") == normalized("contrasen\u0303a")
    assert normalized("Contraseña") != normalized("contraseña")
