"""Where the studio may speak to: the hosts that its operator has named, and no others. Pure; nothing is asked here.

``FENSHEN_WEBHOOK_HOSTS`` holds names with commas: ``hooks.example.com``; ``*.example.org``, any name below it; ``*``,
any name; ``:8443`` behind a name, another port than 443. Only ``local:name`` may be an address that is not public.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from fenshen.errors import FenshenError

LONGEST: Final = 500  # characters of an address
HTTPS: Final = 443
PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
TUNNELS: Final = (
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
)  # NAT64, 6to4, Teredo: another address hides in it, which may be any


class WebhooksOffError(FenshenError):
    """The operator of this studio lets it speak to nobody."""

    code = "webhooks_off"


class WebhookAddressError(FenshenError):
    """The address is not https, or not one that the operator allows."""

    code = "webhook_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """An address that may be spoken to."""

    host: str
    port: int
    path: str  # with the query
    is_local: bool  # whether it may be an address that is not public


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A host, or many, as the operator named it."""

    host: str  # "*" and "*.…" stand for many
    port: int
    is_local: bool

    def covers(self, host: str, port: int) -> bool:
        """Tell whether it is this one."""
        is_below = self.host.startswith("*.") and host.endswith(self.host[1:])
        return port == self.port and (self.host in {"*", host} or is_below)


def named(setting: str) -> list[Named]:
    """Read the setting; ``settings.load`` has checked its form."""
    found = []
    for each in filter(None, setting.split(",")):
        host, _, port = each.removeprefix("local:").partition(":")
        found.append(Named(host=host, port=int(port or HTTPS), is_local=each.startswith("local:")))
    return found


def destination(url: str, setting: str) -> Destination:
    """Read an address that somebody gave. Raises WebhooksOffError, WebhookAddressError."""
    if not setting:
        raise WebhooksOffError
    if len(url) > LONGEST or not PRINTABLE.fullmatch(url):
        raise WebhookAddressError
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or HTTPS
    except ValueError:
        raise WebhookAddressError from None
    if parts.scheme != "https" or "@" in parts.netloc or "#" in url or not NAME.fullmatch(host):
        raise WebhookAddressError
    allowing = [each for each in named(setting) if each.covers(host, port)]
    if not allowing:
        raise WebhookAddressError
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(host=host, port=port, path=path, is_local=any(each.is_local for each in allowing))


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the open internet, whatever is hidden in it."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in tunnel for tunnel in TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast
