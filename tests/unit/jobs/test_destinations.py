"""Where the studio may speak to: what its operator named, and of the open internet unless they said otherwise."""

import pytest

from fenshen.jobs.destinations import WebhookAddressError, WebhooksOffError, destination, is_public

NAMED = "hooks.example.com,*.example.org,local:build.lan,odd.example.com:8443"


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "is_local"),
    [
        ("https://hooks.example.com/in?a=1", "hooks.example.com", 443, "/in?a=1", False),
        ("https://HOOKS.example.com", "hooks.example.com", 443, "/", False),
        ("https://a.b.example.org/x", "a.b.example.org", 443, "/x", False),
        ("https://build.lan/x", "build.lan", 443, "/x", True),
        ("https://odd.example.com:8443/x", "odd.example.com", 8443, "/x", False),
    ],
)
def test_what_the_operator_named_may_be_spoken_to(
    url: str,
    host: str,
    port: int,
    path: str,
    is_local: bool,  # noqa: FBT001
) -> None:
    found = destination(url, NAMED)
    assert (found.host, found.port, found.path, found.is_local) == (host, port, path, is_local)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",  # not encrypted
        "ftp://hooks.example.com/",
        "https://evil.example.com/",
        "https://example.org/",  # `*.` is what lies below it
        "https://notexample.org/",
        "https://hooks.example.com.evil.net/",
        "https://hooks.example.com:8443/",  # another port
        "https://odd.example.com/",
        "https://anna:secret@hooks.example.com/",
        "https://hooks.example.com@evil.net/",
        "https://hooks.example.com#@evil.net/",
        "https://hooks.example.com\\@evil.net/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://[::1]/",
        "https://127.0.0.1/",
        "https://hooks.example.com/\r\nhost: evil",
        "https://hooks.example.com/ä",
        "https://hooks.example.com/" + "a" * 500,
        "https:///x",
        "",
    ],
)
def test_everything_else_may_not(url: str) -> None:
    with pytest.raises(WebhookAddressError):
        destination(url, NAMED)


def test_without_the_setting_nobody_may_be_spoken_to() -> None:
    with pytest.raises(WebhooksOffError):
        destination("https://hooks.example.com/", "")


def test_any_host_may_be_allowed_but_not_any_address() -> None:
    assert destination("https://whoever.example.net/", "*").is_local is False


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:0:53aa:64c::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_all_others_are_not_whatever_they_hide_in(address: str) -> None:
    assert not is_public(address)
