"""The address of a caller behind trusted proxies."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
# Each proxy on the way adds one address.
_MOST_HOPS = 30


def caller_address(peer: str, forwarded: Sequence[bytes], trusted: Sequence[Network]) -> str:
    """The address to hold a caller to: that of the connection, unless a trusted proxy opened it.

    `forwarded` are the values of X-Forwarded-For in order. Each proxy appends the address it was called from, so they
    are read from the right, as long as the one that added them is trusted. A caller can write anything at the left. An
    entry that is not an address ends the reading at the proxy that added it. Example: with `10.0.0.0/8` trusted, the
    peer 10.0.0.1 and `1.1.1.1, 203.0.113.9, 10.0.0.7` give 203.0.113.9; the peer 192.0.2.5 gives 192.0.2.5.
    """
    address = _address(peer)
    if address is None or not _is_trusted(address, trusted):
        return peer
    for entry in reversed(b",".join(forwarded).rsplit(b",", _MOST_HOPS)[-_MOST_HOPS:]):
        given = _address(entry.decode("latin-1").strip())
        if given is None:
            break
        address = given
        if not _is_trusted(address, trusted):
            break
    return str(address)


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _address(text: str) -> Address | None:
    """The address in a text that may also have a port: `203.0.113.9:4711`, `[2001:db8::1]:4711`.

    An IPv4 address inside an IPv6 one is the IPv4 address, so that one caller has one address.
    """
    if text.startswith("["):
        text, _, port = text[1:].partition("]")
        if port and not port[1:].isdigit():
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not port.isdigit():
            return None
    # A zone (`fe80::1%eth0`) means something on one machine only, and may be any text.
    if "%" in text or not text.isascii():
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
