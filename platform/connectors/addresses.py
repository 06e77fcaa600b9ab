"""Which addresses the product may call: those of the open internet, and no inner ones."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

from ..runtime.ports import DeliveryError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], list[str]]

_MORE_V4 = (
    "0.0.0.0/8",
    "100.64.0.0/10",
    "192.0.0.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "240.0.0.0/4",
)
_MORE_V6 = (
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2002::/16",
    "fec0::/10",
    "3fff::/20",
    "5f00::/16",
)
_CLOSED: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = tuple(
    ipaddress.ip_network(one) for one in (*_MORE_V4, *_MORE_V6)
)
_OPEN_V6 = ipaddress.ip_network("2000::/3")


def is_open(address: Address) -> bool:
    """Return whether *address* is one of the open internet: no inner, local, shared or special one.

    IPv6 forms that carry an IPv4 address inside are closed altogether.
    """
    if any(address.version == net.version and address in net for net in _CLOSED):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _OPEN_V6:
        return False
    return address.is_global and not address.is_multicast


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of *host*, in the order that the system prefers."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryError(f"{host} cannot be found: {error}") from error
    return [str(entry[4][0]) for entry in found]


def safe_address(
    host: str, port: int, *, lookup: Lookup = look_up, allow_loopback: bool = False
) -> str:
    """Return the one address to connect to; raise DeliveryError, final, when any is a closed one.

    The name is looked up here and nowhere else: who answers differently the next time gains nothing.
    """
    found = [ipaddress.ip_address(one.partition("%")[0]) for one in lookup(host, port)]
    if not found:
        raise DeliveryError(f"{host} has no address")
    for address in found:
        if not (is_open(address) or (allow_loopback and address.is_loopback)):
            raise DeliveryError(
                f"{host} leads to {address}, which is not an address of the open internet",
                is_final=True,
            )
    return str(found[0])
