"""A caller's address comes from the connection, and only trusted proxies can say that it was another."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rules.addresses import caller_address

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48"))
PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ([], PROXY),
        ([b""], PROXY),
        ([b"203.0.113.9"], "203.0.113.9"),
        ([b" 203.0.113.9 "], "203.0.113.9"),
        ([b"203.0.113.9:4711"], "203.0.113.9"),
        ([b"[2001:db8::9]:4711"], "2001:db8::9"),
        ([b"[2001:db8::9]"], "2001:db8::9"),
        ([b"2001:DB8:0::9"], "2001:db8::9"),
        ([b"::ffff:203.0.113.9"], "203.0.113.9"),
        # What a caller writes is at the left.
        ([b"1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        ([b"10.0.0.5, 203.0.113.9"], "203.0.113.9"),
        ([b"garbage, 203.0.113.9"], "203.0.113.9"),
        # Several proxies, several headers.
        ([b"1.1.1.1, 203.0.113.9, 10.0.0.7, 2001:db8:1::7"], "203.0.113.9"),
        ([b"1.1.1.1", b"203.0.113.9", b"10.0.0.7"], "203.0.113.9"),
        # All of them trusted: a caller of our own network.
        ([b"10.9.9.9, 10.0.0.7"], "10.9.9.9"),
        # Nothing is believed beyond an entry that is no address.
        ([b"203.0.113.9, unknown"], PROXY),
        ([b"203.0.113.9, unknown, 10.0.0.7"], "10.0.0.7"),
        ([b"203.0.113.9,"], PROXY),
        ([b"203.0.113.9, 1.2.3.4.5"], PROXY),
        ([b"203.0.113.9, 10.0.0.7:x"], PROXY),
        ([b"203.0.113.9, [2001:db8:1::7]x"], PROXY),
        ([b"203.0.113.9, fe80::1%eth0"], PROXY),
        ([b"203.0.113.9, \xd9\xa1.1.1.1"], PROXY),
        ([b"203.0.113.9, 010.0.0.7"], PROXY),
        ([b"203.0.113.9, " + b"10.0.0.7, " * 10_000 + b"10.0.0.8"], "10.0.0.7"),
    ],
)
def test_the_address_is_read_from_the_right_past_trusted_proxies(forwarded: list[bytes], address: str) -> None:
    assert caller_address(PROXY, forwarded, TRUSTED) == address
    assert caller_address(f"::ffff:{PROXY}", forwarded, TRUSTED) == address


@pytest.mark.parametrize("peer", ["192.0.2.5", "2001:db8::1", "unknown", "", "::ffff:192.0.2.5", "fe80::1%eth0"])
def test_what_others_say_is_ignored(peer: str) -> None:
    assert caller_address(peer, [b"203.0.113.9"], TRUSTED) == peer


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert caller_address("127.0.0.1", [b"203.0.113.9"], ()) == "127.0.0.1"


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_header_is_a_failure(forwarded: list[bytes]) -> None:
    assert caller_address(PROXY, forwarded, TRUSTED)
