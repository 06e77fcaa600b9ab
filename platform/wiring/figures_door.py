"""Who may read the figures, and the figures."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

FIGURES = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresDoor:
    """Who may read the figures, and the figures. token: empty for nobody by token."""

    text: Callable[[], bytes]
    token: str = ""
    networks: tuple[Network, ...] = ()

    def is_near(self, address: str) -> bool:
        """Return whether *address* is one of those that may read without a token."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    def token_holds(self, authorization: str) -> bool | None:
        """Return whether the header's token is ours, None where none is given or none is asked for."""
        scheme, _, given = authorization.partition(" ")
        if not self.token or scheme.lower() != "bearer":
            return None
        return hmac.compare_digest(given.strip().encode(), self.token.encode())

    def lets_in(self, authorization: str, address: str) -> bool:
        """Return whether who asks from *address* with that header may read: a wrong token helps nobody."""
        holds = self.token_holds(authorization)
        return self.is_near(address) if holds is None else holds


def networks_of(addresses: tuple[str, ...]) -> tuple[Network, ...]:
    """Return addresses and networks such as ``127.0.0.1`` or ``10.0.0.0/8``, which the settings checked."""
    return tuple(ip_network(one, strict=False) for one in addresses)
