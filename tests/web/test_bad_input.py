"""What people and machines should not send: a kind page or a problem, never a trace, and nothing of it stays."""

import logging
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from fenshen.vault.vault import DataClass
from fenshen.web.app import make_app
from fenshen.web.guard import FORM, LARGEST
from fenshen.web.studio import Studio
from tests.fakes.belongings import PHOTO, Belongings, photos_of
from tests.fakes.clock import FakeClock
from tests.fakes.raw_request import ask
from tests.fakes.web import AGREED, Visit
from tests.web.addresses import Address, addresses
from tests.web.test_ownership import ids_of, ids_of_nothing

HOSTILE = (
    "' OR 1=1; DROP TABLE accounts; --",
    '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "x\r\nSet-Cookie: stolen=1\r\n\r\n<html>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}${7*7}",
    "../../../../../../etc/passwd",
    "nul\x00byte",
    "//evil.example/",
    "nan",
    "-1",
    "9" * 400,
    "\u202egnp.exe\ufeff💥",
    "\udc80",
    "x" * 100_000,
)
MALFORMED = (
    "..",
    "%2e%2e%2f",
    "x",
    "' OR 1=1--",
    "<script>",
    "a\x00b",
    "💥",
    "album_",
    "a" * 5000,
    "photo_1.0",
    "*",
)
TRACES = ("Traceback", "site-packages", 'File "/', "sqlalchemy", "pydantic", "<script>alert")


@pytest.fixture
def ways(studio: Studio) -> list[Address]:
    return [way for way in addresses(studio) if not way.is_api]


def fields_of(way: Address) -> list[str]:
    """Give the fields of a form, as the route has them."""
    known = [each.alias for each in way.route.dependant.body_params]
    return known or ["size", "background", "paper", "agreed", "photo"]


def is_kind(answer: Any, sent: str = "") -> bool:
    """No fault of ours, no trace, and what was sent stands nowhere as it was sent."""
    text = answer.text
    assert answer.status_code < 500, text
    assert not [trace for trace in TRACES if trace in text]
    assert "<" not in sent or sent not in text
    assert "stolen" not in answer.headers.get("set-cookie", "")
    assert "\n" not in answer.headers.get("location", "")
    assert "evil.example" not in answer.headers.get("location", "")
    return True


def forms(ways: list[Address]) -> list[Address]:
    """Give the forms, those that take the visitor's things away at the end."""
    found = [way for way in ways if way.method == "POST"]
    assert len(found) > 20
    ends = ("send", "give-up", "withdraw", "erase", "leave", "sign-out")
    return sorted(found, key=lambda way: (way.path.endswith(ends), way.path.endswith(("leave", "sign-out"))))


def test_hostile_words_in_every_field_of_every_form(
    ways: list[Address], anna: Visit, annas: Belongings
) -> None:
    tried = 0
    for way in forms(ways):
        for word in HOSTILE:
            data = {name: word.encode("utf-8", "surrogateescape") for name in fields_of(way)}
            assert is_kind(anna.post(way.filled(ids_of(annas)), data), word), (way.path, word[:40])
            tried += 1
    assert tried > 200
    assert anna.get("/how").status_code == 200


def test_hostile_words_in_every_query(ways: list[Address], anna: Visit, annas: Belongings) -> None:
    tried = 0
    for way in ways:
        names = [each.alias for each in way.route.dependant.query_params] if way.method == "GET" else []
        for name in [*names, "language", "next"] if way.method == "GET" and "events" not in way.path else []:
            for word in HOSTILE[:-1]:
                word_sent = word.encode("utf-8", "surrogateescape").decode("latin-1")
                answer = anna.get(way.filled(ids_of(annas)), params={name: word_sent})
                assert is_kind(answer, word), (way.path, name, word)
                tried += 1
    assert tried > 200


def test_no_address_leads_to_another_site(studio: Studio) -> None:
    for path in ("//evil.example", "///evil.example/", "/\\evil.example", "//evil.example/..%2f"):
        answer = ask(make_app(studio), "GET", path, query=b"language=zh")
        assert answer.status == 303
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith(("//", "/\\"))
        there = ask(make_app(studio), "GET", path)
        assert b'href="//' not in there.body


def test_ids_that_are_none(ways: list[Address], studio: Studio, anna: Visit, annas: Belongings) -> None:
    app, cookie = make_app(studio), f"fenshen_session={anna.client.cookies['fenshen_session']}"
    for way in [each for each in addresses(studio) if each.owned]:
        key = {"authorization": f"Bearer {annas.secret}"} if way.is_api else {"cookie": cookie}
        for word in MALFORMED:
            values = {**ids_of(annas), way.owned[-1]: word}
            answer = ask(app, way.method, way.filled(values), headers=key)
            assert answer.status in {404, 405}, (way.path, word, answer.status)
            assert word.encode() not in answer.body or "<" not in word


def test_every_way_with_a_method_that_it_has_not(studio: Studio, anna: Visit, annas: Belongings) -> None:
    every = addresses(studio)
    for path in sorted({way.shape for way in every}):
        alike = [way for way in every if way.shape == path]
        there, way = {way.method for way in alike}, alike[0]
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "HEAD", "SPY"} - there:
            answer = anna.client.request(method, way.filled(ids_of(annas)))
            assert answer.status_code in {404, 405}, (method, path)
            if answer.status_code == 405:
                assert set(answer.headers["allow"].split(", ")) <= there
    assert photos_of(anna) == [annas.photo]


def test_a_form_of_the_wrong_kind(ways: list[Address], anna: Visit, annas: Belongings) -> None:
    kinds = {
        "application/json": b'{"purpose": "inspect_photos"}',
        "text/plain": b"purpose=inspect_photos",
        "multipart/form-data": b"no boundary",
        "multipart/form-data; boundary=x": b"--x\r\nContent-Disposition: nonsense\r\n\r\n--x--",
        "application/x-www-form-urlencoded": b"%ff%fe=%00&&&=&" + b"a=1&" * 2000,
        "image/jpeg": PHOTO,
        "": b"\x00\xff" * 100,
    }
    for way in forms(ways):
        for kind, body in kinds.items():
            answer = anna.client.post(way.filled(ids_of(annas)), content=body, headers={"content-type": kind})
            assert is_kind(answer), (way.path, kind)


def test_another_site_changes_nothing(ways: list[Address], anna: Visit, annas: Belongings) -> None:
    for way in ways:
        if way.method == "GET":
            continue
        for header in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
            answer = anna.client.request(way.method, way.filled(ids_of(annas)), headers=header)
            assert (answer.status_code, "cross_site" in answer.text) == (403, True), way.path
    del anna.client.headers["sec-fetch-site"]
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        answer = anna.post("/sign-out", headers={"origin": origin})
        assert answer.status_code == 403
    assert anna.post("/sign-out").status_code == 403  # a cookie, and nothing said of where it comes from
    assert photos_of(anna) == [annas.photo]


def chunks(size: int) -> Iterator[bytes]:
    """A body whose length nobody was told."""
    for _ in range(size // (1 << 16) + 1):
        yield b"\x00" * (1 << 16)


def test_more_than_may_be_sent(ways: list[Address], anna: Visit, annas: Belongings) -> None:
    takes_photos = {"/albums/{album}/photos", "/verify", "/id-photo"}
    for way in forms(ways):
        most = LARGEST if way.path in takes_photos else FORM
        reads = bool(way.route.dependant.body_params) or way.path in takes_photos
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = anna.client.post(
                way.filled(ids_of(annas)), content=chunks(most), headers={"content-type": kind}
            )
            assert is_kind(answer)
            expected = (
                {413} if reads and (way.path not in takes_photos or "multi" not in kind) else {413, 422}
            )
            assert not reads or answer.status_code in expected, (way.path, kind, answer.status_code)
        if not reads:
            break
    lie = {"content-length": str(LARGEST + 1)}
    assert anna.client.post("/begin", content=b"", headers=lie).status_code == 413
    for length in ("-1", "1_0", "x", "0x10", " 5"):
        assert anna.client.post("/begin", content=b"", headers={"content-length": length}).status_code == 400
    assert photos_of(anna) == [annas.photo]


def test_no_parser_writes_to_a_disk(
    ways: list[Address], anna: Visit, annas: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[object] = []  # what somebody sent, on a disk, unsealed

    def alarm(file: object) -> None:  # it must ring here: a parser would take what is raised for a bad form
        written.append(file)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", alarm)
    for size in (FORM - 4096, 4 << 20):
        for way in forms(ways):
            file = {"photo": ("../../x.jpg", b"\xff" * size, "image/jpeg")}
            answer = anna.client.post(way.filled(ids_of_nothing()), files=file)
            assert is_kind(answer), way.path
            assert written == [], way.path


def test_an_upload_that_breaks_off_leaves_nothing(
    studio: Studio, anna: Visit, annas: Belongings, caplog: pytest.LogCaptureFixture
) -> None:
    app, cookie = make_app(studio), f"fenshen_session={anna.client.cookies['fenshen_session']}"
    key = {"authorization": f"Bearer {annas.secret}", "idempotency-key": "broken-line"}
    upload = f"/albums/{annas.album}/uploads/photo_0123456789abcdef/0"
    multipart = {"cookie": cookie, "content-type": "multipart/form-data; boundary=x"}
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    before = studio.desk.vault.objects(annas.sitter, DataClass.PHOTO)
    caplog.set_level(logging.ERROR)
    for method, path, headers, start in (
        ("POST", f"/albums/{annas.album}/photos", {"cookie": cookie}, b""),
        ("POST", f"/albums/{annas.album}/photos", multipart, head),
        ("PUT", upload, {"cookie": cookie}, b""),
        ("POST", f"/api/v1/albums/{annas.album}/photos", key, b""),
        ("PUT", f"/api/v1{upload}", key, b""),
    ):
        answer = ask(app, method, path, headers=headers, body=[start + PHOTO], breaks_off=True)
        assert answer.status in {0, 400}, path
    assert photos_of(anna) == [annas.photo]
    assert studio.desk.vault.objects(annas.sitter, DataClass.PHOTO) == before
    assert caplog.records == []
    whole = ask(app, "POST", f"/api/v1/albums/{annas.album}/photos", headers=key, body=[PHOTO])
    assert whole.status == 201  # the same key may try again


def test_the_names_of_files_are_not_looked_at(anna: Visit, annas: Belongings, studio: Studio) -> None:
    names = (
        "../../../../tmp/x.jpg",
        "a\r\nX-Evil: 1.jpg",
        "<script>alert(1)</script>.jpg",
        "x" * 5000,
        "\x00.jpg",
        "",
    )
    for name in names:
        answer = anna.client.post(
            f"/albums/{annas.album}/photos", files={"photo": (name, PHOTO, "image/jpeg")}
        )
        assert is_kind(answer, name)
    kept = studio.desk.vault.objects(annas.sitter, DataClass.PHOTO)
    assert all(each.startswith("photo_") and len(each) == len("photo_") + 16 for each in kept)


def test_static_files_are_those_of_one_folder(studio: Studio) -> None:
    app = make_app(studio)
    for path in (
        "../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "..\\app.py", "a\x00b", "", ".", "x" * 5000,
        "studio.css/x", "//etc/passwd", "./../words/en.toml", "💥", "\udc80",
    ):  # fmt: skip
        answer = ask(app, "GET", f"/static/{path}")
        assert answer.status in {404, 405}, path
        assert b"fenshen.web" not in answer.body
    assert ask(app, "GET", "/static/studio.css").status == 200


def test_a_form_that_is_sent_twice(anna: Visit, annas: Belongings) -> None:
    album = f"/albums/{annas.album}"
    twice = {
        f"{album}/photos/{annas.photo}/drop": (303, 404),
        f"{album}/give-up": (200, 404),
        f"/jobs/{annas.waiting}/stop": (303, 303),
        f"/portraits/{annas.portrait}/delete": (303, 303),
        f"/keys/{annas.key}/revoke": (303, 404),
        f"/archives/{annas.archive}/destroy": (303, 303),
        f"/webhooks/{annas.webhook}/enable": (303, 303),
        f"/webhooks/{annas.webhook}/remove": (303, 404),
    }
    for path, expected in twice.items():
        assert (anna.post(path).status_code, anna.post(path).status_code) == expected, path
    sure = {"sure": "yes"}
    assert [anna.post(f"/sitters/{annas.sitter}/erase", sure).status_code for _ in range(2)] == [200, 404]
    assert [anna.post("/mine/leave", sure).status_code for _ in range(2)] == [200, 401]


def test_an_address_of_what_is_gone(ways: list[Address], anna: Visit, annas: Belongings) -> None:
    assert anna.post(f"/sitters/{annas.sitter}/erase", {"sure": "yes"}).status_code == 200
    lasting = {"complaint", "key", "webhook"}  # of the account, not of the person
    for way in [way for way in ways if way.owned and not lasting & set(way.owned)]:
        answer = anna.client.request(way.method, way.filled(ids_of(annas)))
        assert answer.status_code == 404, way.path
        assert is_kind(answer)


def test_a_session_that_ended_opens_nothing(anna: Visit, annas: Belongings) -> None:
    key = anna.client.cookies["fenshen_session"]
    assert anna.post("/sign-out").status_code == 303
    anna.client.cookies.set("fenshen_session", key)
    assert anna.get(f"/doubles/{annas.double}").headers["location"] == "/sign-in"
    for cookie in ("", "x" * 10_000, "' OR 1=1--", key[:-1]):
        anna.client.cookies.set("fenshen_session", cookie)
        assert anna.get("/mine").headers["location"] == "/sign-in"


def test_consent_is_asked_again_whatever_else_was_sent(visit: Any, clock: FakeClock) -> None:
    for word in HOSTILE:
        for name in AGREED:
            clock.advance(timedelta(minutes=1))  # nobody is held up here for asking often
            answer = visit().post("/begin", {**AGREED, name: word.encode("utf-8", "surrogateescape")})
            assert answer.status_code == 422
            assert is_kind(answer, word)


def test_strange_headers_change_nothing(studio: Studio, anna: Visit) -> None:
    app = make_app(studio)
    for name, values in {
        "accept-language": ("zz", "zh" * 9000, "*;q=x", ",,,;", "\x00"),
        "cookie": ("fenshen_language=../../etc", "=;=;", "x" * 20_000, "fenshen_session"),
        "accept": ("application/json", "*/*;q=9", ""),
        "x-forwarded-host": ("evil.example",),
        "content-type": ("text/html\x00",),
    }.items():
        for value in values:
            answer = ask(app, "GET", "/", headers={name: value})
            assert answer.status == 200, (name, value[:30])
            assert b"evil.example" not in answer.body
    for host in ("evil.example", "localhost@evil.example", "", "localhost:8000:9", "[::1"):
        answer = ask(app, "GET", "/", headers={"host": host})
        assert answer.status in {200, 421}
        assert b"evil" not in answer.body
