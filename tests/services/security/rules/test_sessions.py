"""What happens when a refresh token is used."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.security.rules.sessions import Answer, Device, Shown, answer_refresh, device_of
from tests.services.security.conftest import NOON

FRESH = Shown(
    session_id=31,
    user_id=7,
    user_name="ALAMO\\ana",
    user_active=True,
    expires_at=NOON + timedelta(hours=12),
    ended_at=None,
    used_at=None,
    current_digest=b"itself",
)
USED = replace(FRESH, used_at=NOON, current_digest=b"successor")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("shown", "after", "answer"),
    [
        (FRESH, 0 * SECOND, Answer.ROTATE),
        (FRESH, timedelta(hours=11, minutes=59), Answer.ROTATE),
        (FRESH, timedelta(hours=12), Answer.REFUSE),
        (USED, 8 * SECOND, Answer.REPEAT),
        (USED, 10 * SECOND, Answer.REPEAT),
        (USED, 11 * SECOND, Answer.END),
        # The second of two simultaneous requests may have read its clock a little earlier.
        (USED, -1 * SECOND, Answer.REPEAT),
        # The successor was used too.
        (replace(USED, current_digest=b"the one after"), 2 * SECOND, Answer.END),
        (replace(USED, current_digest=None), 2 * SECOND, Answer.END),
        (replace(FRESH, user_active=False), 0 * SECOND, Answer.REFUSE),
        (replace(USED, user_active=False), 2 * SECOND, Answer.REFUSE),
        (replace(FRESH, ended_at=NOON), 1 * SECOND, Answer.REFUSE),
        (replace(USED, ended_at=NOON), 2 * SECOND, Answer.REFUSE),
        (USED, timedelta(hours=13), Answer.REFUSE),
    ],
)
def test_a_refresh_token_is_used_once(shown: Shown, after: timedelta, answer: Answer) -> None:
    assert answer_refresh(shown, b"successor", NOON + after) is answer


moments = st.integers(min_value=-10, max_value=13 * 3600).map(lambda seconds: NOON + timedelta(seconds=seconds))


@given(
    st.builds(
        Shown,
        session_id=st.just(1),
        user_id=st.just(1),
        user_name=st.just("ALAMO\\ana"),
        user_active=st.booleans(),
        expires_at=st.just(NOON + timedelta(hours=12)),
        ended_at=st.none() | moments,
        used_at=st.none() | moments,
        current_digest=st.none() | st.sampled_from([b"successor", b"other"]),
    ),
    moments,
)
def test_an_ended_session_or_an_old_token_gives_no_tokens(shown: Shown, now: datetime) -> None:
    answer = answer_refresh(shown, b"successor", now)
    if answer in {Answer.ROTATE, Answer.REPEAT}:
        assert shown.user_active
        assert shown.ended_at is None
        assert now < shown.expires_at
        assert shown.used_at is None or now - shown.used_at <= timedelta(seconds=10)


def test_what_a_browser_calls_itself_is_one_short_line() -> None:
    assert device_of("Firefox\t140\x85\r\n  (X11)\u202e", "192.0.2.7") == Device("Firefox 140 (X11)", "192.0.2.7")
    assert len(device_of("x" * 500, "").user_agent) == 200
