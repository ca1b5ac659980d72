"""Who may have the figures."""

import http.client
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter

from fenshen.watch.endpoint import MetricsBusyError, MetricsOpenError, secret_in, serving

SECRET = "a-secret-of-the-operator"
HERE = "127.0.0.1:0"


@pytest.fixture
def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("seen", "what was seen", registry=made).inc(3)
    return made


def ask(port: int, path: str = "/metrics", **headers: str) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    told = answer.status, answer.read().decode()
    line.close()
    return told


def test_this_machine_may_have_them(registry: CollectorRegistry) -> None:
    with serving(HERE, registry) as port:
        status, told = ask(port)
    assert status == 200
    assert "seen_total 3.0" in told


def test_only_whoever_brings_the_secret_when_there_is_one(registry: CollectorRegistry) -> None:
    with serving(HERE, registry, secret=SECRET) as port:
        assert ask(port)[0] == 401
        assert ask(port, Authorization="Bearer wrong")[0] == 401
        assert ask(port, Authorization=f"Bearer {SECRET}é".encode().decode("latin-1"))[0] == 401
        assert ask(port, Authorization=f"Bearer {SECRET}")[0] == 200


def test_a_page_that_was_led_here_by_a_name_of_its_own_gets_nothing(registry: CollectorRegistry) -> None:
    with serving(HERE, registry) as port:
        assert ask(port, Host=f"evil.example:{port}")[0] == 401
        assert ask(port, Host=f"localhost:{port}")[0] == 200


def test_there_is_nothing_else_at_that_address(registry: CollectorRegistry) -> None:
    with serving(HERE, registry) as port:
        assert ask(port, "/")[0] == 404
        assert ask(port, "/metrics/../secret")[0] == 404


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "studio.example:9464", "192.0.2.1:9464", ":9464"])
def test_other_machines_are_never_answered_without_a_secret(
    registry: CollectorRegistry, address: str
) -> None:
    with pytest.raises(MetricsOpenError), serving(address, registry):
        pytest.fail("it must not begin")


def test_a_port_that_is_taken_is_told(registry: CollectorRegistry) -> None:
    with (
        serving(HERE, registry) as port,
        pytest.raises(MetricsBusyError),
        serving(f"127.0.0.1:{port}", registry),
    ):
        pytest.fail("it must not begin")


def test_by_default_there_is_no_such_address(registry: CollectorRegistry) -> None:
    with serving("", registry) as port:
        assert port == 0


def test_a_secret_that_can_be_guessed_is_none(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    assert secret_in(None) == ""
    with pytest.raises(MetricsOpenError):
        secret_in(file)  # not there
    file.write_text("short\n")
    with pytest.raises(MetricsOpenError):
        secret_in(file)
    file.write_text(f"{SECRET}\n")
    assert secret_in(file) == SECRET
