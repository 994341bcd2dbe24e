"""The rules of decisions."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routes import Route
from gateway.rules.decisions import Caller, User, UserTable, decide
from shared.access.declared import Access, feature, public, signed_in
from shared.access.grants import Grant, Level, Limits, highest_levels, scope_for

SAT = Limits(branches=frozenset({"SAT"}))


def route(access: Access) -> Route:
    return Route("rating", "GET", "/v1/a", access, segments=("a",), numbers=())


def table(**grants: tuple[Grant, ...]) -> UserTable:
    return UserTable(
        1,
        {
            subject.removeprefix("u"): User("ALAMO\\x", given, highest_levels(given))
            for subject, given in grants.items()
        },
    )


def caller(subject: str) -> Caller:
    return Caller(subject, "1", 0)


EDIT = feature("rating.a", Level.EDIT)


@pytest.mark.parametrize(
    ("access", "who", "grants", "result"),
    [
        (public("log-in"), None, (), "pass"),
        (public("log-in"), caller("9"), (), "pass"),
        (signed_in(), None, (), "unauthenticated"),
        (signed_in(), caller("9"), (), "unauthenticated"),
        (signed_in(), caller("7"), (), "pass"),
        (EDIT, None, (Grant("rating.a", Level.ADMIN),), "unauthenticated"),
        (EDIT, caller("9"), (Grant("rating.a", Level.ADMIN),), "unauthenticated"),
        (EDIT, caller("7"), (), "forbidden"),
        (EDIT, caller("7"), (Grant("rating.a", Level.VIEW),), "forbidden"),
        (EDIT, caller("7"), (Grant("rating.a", Level.EDIT),), "pass"),
        (EDIT, caller("7"), (Grant("rating.a", Level.ADMIN),), "pass"),
        (EDIT, caller("7"), (Grant("rating.a", Level.EDIT, SAT),), "pass"),
        (EDIT, caller("7"), (Grant("rating.ab", Level.ADMIN), Grant("rating", Level.ADMIN)), "forbidden"),
        (EDIT, caller("7"), (Grant("rating.a", Level.VIEW), Grant("rating.a", Level.EDIT, SAT)), "pass"),
        (EDIT, caller("7"), (Grant("rating.a", Level.NONE),), "forbidden"),
    ],
)
def test_who_may_do_what(access: Access, who: Caller | None, grants: tuple[Grant, ...], result: str) -> None:
    assert decide(route(access), who, table(u7=grants)).result == result


LEVELS = st.sampled_from([level for level in Level if level is not Level.NONE])
GRANTS = st.lists(
    st.builds(
        Grant,
        st.sampled_from(["rating.a", "rating.b", "security.a"]),
        st.sampled_from(Level),
        st.sampled_from([Limits(), SAT]),
    ),
    max_size=6,
).map(tuple)


@given(GRANTS, LEVELS)
def test_the_gateway_decides_like_the_service_with_the_same_grants(grants: tuple[Grant, ...], level: Level) -> None:
    decided = decide(route(feature("rating.a", level)), caller("7"), table(u7=grants))
    assert (decided.result == "pass") == (scope_for(grants, "rating.a", level) is not None)


@given(GRANTS, GRANTS, LEVELS)
def test_more_grants_never_remove_access_and_higher_levels_include_lower_ones(
    more: tuple[Grant, ...], grants: tuple[Grant, ...], level: Level
) -> None:
    def passes(given: tuple[Grant, ...], at: Level) -> bool:
        return decide(route(feature("rating.a", at)), caller("7"), table(u7=given)).result == "pass"

    if passes(grants, level):
        assert passes(grants + more, level)
        assert all(passes(grants, lower) for lower in Level if Level.NONE < lower <= level)


def test_a_decision_takes_less_than_20_microseconds() -> None:
    grants = tuple(Grant(f"rating.f{number}", level) for number, level in itertools.product(range(20), list(Level)[1:]))
    held = table(u7=(*grants, Grant("rating.a", Level.EDIT)))
    asked, who = route(EDIT), caller("7")
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(100):
            decide(asked, who, held)
        best = min(best, (time.perf_counter() - began) / 100)
    assert best < 20e-6
