"""What an operator may say about signing in: all of it or nothing, and never by half."""

from pathlib import Path

import pytest

from fenshen.accounts import passkeys
from fenshen.accounts.elsewhere import OpenId, WeChat, configured
from fenshen.errors import SettingInvalidError
from fenshen.settings import load
from fenshen.vault.providers.service import LibraryMissingError
from fenshen.web.studio import read_origin

OIDC = {
    "FENSHEN_OIDC_ISSUER": "https://login.example/realm",
    "FENSHEN_OIDC_CLIENT": "studio",
    "FENSHEN_OIDC_SECRET_FILE": "/nowhere",
}


def test_nothing_is_on_by_default() -> None:
    chosen = load({})
    assert (chosen.proxies, chosen.oidc_issuer, chosen.wechat_app) == ("", "", "")
    assert configured(chosen) == ()


@pytest.mark.parametrize("missing", OIDC)
def test_a_service_named_by_half_is_refused(missing: str) -> None:
    with pytest.raises(SettingInvalidError) as refused:
        load({name: value for name, value in OIDC.items() if name != missing})
    assert refused.value.facts["setting"] == missing


@pytest.mark.parametrize("issuer", ["http://login.example", "login.example", "https://login.example?x=1"])
def test_a_service_is_reached_by_https_only(issuer: str) -> None:
    with pytest.raises(SettingInvalidError):
        load(OIDC | {"FENSHEN_OIDC_ISSUER": issuer})


def test_a_secret_that_is_not_there_is_told_before_anybody_comes(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalidError, match="FENSHEN_OIDC_SECRET_FILE"):
        configured(load(OIDC))
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(SettingInvalidError, match="FENSHEN_WECHAT_SECRET_FILE"):
        configured(load({"FENSHEN_WECHAT_APP": "w", "FENSHEN_WECHAT_SECRET_FILE": str(tmp_path / "empty")}))


def test_both_services_are_there_when_both_are_named_and_show_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush\n")
    wechat = {"FENSHEN_WECHAT_APP": "w", "FENSHEN_WECHAT_SECRET_FILE": str(file)}
    found = configured(load(OIDC | wechat | {"FENSHEN_OIDC_SECRET_FILE": str(file)}))
    assert [(type(each), each.host) for each in found] == [(OpenId, "login.example"), (WeChat, "WeChat 微信")]
    assert "hush" not in repr(found)


def test_a_library_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("hush")
    monkeypatch.setattr("fenshen.accounts.elsewhere.find_spec", lambda _: None)
    with pytest.raises(LibraryMissingError):
        configured(load(OIDC | {"FENSHEN_OIDC_SECRET_FILE": str(file)}))


def test_proxies_are_addresses_and_never_everybody() -> None:
    assert load({"FENSHEN_PROXIES": " 127.0.0.1, 10.0.0.0/8 "}).proxies == "127.0.0.1,10.0.0.0/8"
    for wrong in ("*", "proxy.example", "127.0.0.1,*"):
        with pytest.raises(SettingInvalidError):
            load({"FENSHEN_PROXIES": wrong})


@pytest.mark.parametrize(
    ("host", "can"), [("localhost", True), ("studio.example", True), ("127.0.0.1", False)]
)
def test_passkeys_are_bound_to_names(host: str, can: bool) -> None:  # noqa: FBT001
    assert passkeys.can_be_bound_to(host) is can


def test_an_origin_is_spelled_as_browsers_do() -> None:
    assert str(read_origin("https://studio.example:443")) == "https://studio.example"
    assert str(read_origin("https://Studio.Example:8443/")) == "https://studio.example:8443"
