"""Where things are kept and which language is spoken."""

from pathlib import Path

import pytest

from fenshen.errors import SettingInvalidError
from fenshen.settings import load


def test_everything_lies_below_home_unless_said_otherwise() -> None:
    chosen = load({"FENSHEN_HOME": "/srv/fenshen"})
    assert chosen.home == Path("/srv/fenshen")
    assert chosen.models == Path("/srv/fenshen/models")
    assert chosen.key_file == Path("/srv/fenshen/keys/kek")


def test_models_and_key_may_lie_elsewhere() -> None:
    chosen = load({"FENSHEN_HOME": "/a", "FENSHEN_MODELS": "/m", "FENSHEN_KEY_FILE": "/k/kek"})
    assert (chosen.models, chosen.key_file) == (Path("/m"), Path("/k/kek"))


def test_an_empty_setting_counts_as_none() -> None:
    assert load({"FENSHEN_HOME": "/a", "FENSHEN_MODELS": ""}).models == Path("/a/models")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "FENSHEN_LANG": "zh"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "FENSHEN_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_the_one_nearest_to_the_user(environ: dict[str, str], language: str) -> None:
    assert load(environ).language == language


@pytest.mark.parametrize("producer", ["", "  ", "写真馆", "a\nb"])
def test_a_producer_that_cannot_go_into_a_label_is_refused(producer: str) -> None:
    with pytest.raises(SettingInvalidError):
        load({"FENSHEN_PRODUCER": producer})


def test_hosts_to_speak_to_are_none_unless_named_and_are_read_with_their_spaces() -> None:
    assert load({}).webhook_hosts == ""
    named = " Hooks.example.com, local:build.lan:8443 ,*.example.org,"
    assert load({"FENSHEN_WEBHOOK_HOSTS": named}).webhook_hosts == (
        "hooks.example.com,local:build.lan:8443,*.example.org"
    )


@pytest.mark.parametrize(
    "hosts",
    ["https://hooks.example.com", "a b", "*.", "local:", "host:0", "host:123456", "**", "a,-b", "user@host"],
)
def test_what_is_no_host_is_refused(hosts: str) -> None:
    with pytest.raises(SettingInvalidError):
        load({"FENSHEN_WEBHOOK_HOSTS": hosts})
