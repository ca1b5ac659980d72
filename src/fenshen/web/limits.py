"""How often one address may do something: ``dependencies=[Depends(limited("verify", 20))]`` on a route.

The address is the one that reached us; behind a proxy it is the visitor's only if the operator trusts the proxy
(FENSHEN_PROXIES). It is counted by a keyed hash, and forgotten within a day.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from fenshen.accounts.limits import Limits, per_minute
from fenshen.web.way_in import studio_of

NETWORK: int = 64  # bits of an IPv6 address that one household has


def limited(name: str, times: int) -> Callable[[Request], None]:
    """Give a dependency that raises TooOftenError when an address comes more than so many times a minute.

    name: what is counted together; routes with the same name share their bucket.
    """
    rate = per_minute(times)

    def count(request: Request) -> None:
        desk = studio_of(request).desk
        limits = Limits(store=desk.store, keys=desk.vault.keys, clock=desk.clock)
        limits.take(f"web {name}", address_of(request), rate)

    return count


def address_of(request: Request) -> str:
    """Give the address that a visitor is counted by: the whole of IPv4, the network of IPv6."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, NETWORK), strict=False))
    return str(address)
