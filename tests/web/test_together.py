"""Being in one picture: a link for the others, a seat and a yes for each on their own account, and a way out."""

import logging
from datetime import timedelta

import pytest

from fenshen.flow import gather
from fenshen.labels.verify import verify
from fenshen.rights import erasure, export, holdings
from fenshen.store import exports, jobs
from fenshen.templates import group
from fenshen.web.page import INVITATION
from fenshen.web.studio import Studio
from tests.fakes.clock import FakeClock
from tests.fakes.gathering import (
    CHILD,
    Come,
    Paper,
    doubles_of,
    invites,
    parts_of,
    pictures,
    room_of,
    seats_of,
    sits,
    sitter_of,
    with_double,
    works,
)
from tests.fakes.web import AGREED, Visit
from tests.web.conftest import sitters_of


def test_from_a_link_to_a_copy_for_each(whole: tuple[Visit, Visit], studio: Studio, engine: Paper) -> None:
    anna, omar = whole
    answer = omar.post(f"{room_of(omar)}/picture")
    assert omar.get(answer.headers["location"]).status_code == 200
    works(studio, engine)
    files = {}
    for each in whole:
        (name,) = pictures(studio.desk, each)
        assert each.get(room_of(each)).text.count(f"/pictures/{name}/file") == 1
        assert each.get(f"/pictures/{name}").status_code == 200
        shown = each.get(f"/pictures/{name}/file?download=true")
        assert shown.headers["content-disposition"] == f'attachment; filename="fenshen-{name}.jpg"'
        assert verify(shown.content, public_key=studio.desk.signer.public_pem()).ours
        files[name] = shown.content
    assert len(set(files.values())) == 1
    assert len(files) == 2
    (hers,) = pictures(studio.desk, anna)
    assert omar.get(f"/pictures/{hers}/file").status_code == 404
    over = omar.get(answer.headers["location"])
    assert over.headers["location"] == f"/pictures/{pictures(studio.desk, omar)[0]}"


def test_the_export_tells_each_of_them_truthfully_and_names_no_other(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper
) -> None:
    anna, omar = whole
    anna.post(f"{room_of(anna)}/picture")
    works(studio, engine)
    desk = studio.desk
    for mine, other in ((anna, omar), (omar, anna)):
        held = holdings.holdings(desk, sitter_of(mine))
        assert {"seat", "together", "portrait", "export_record"} <= {each.kind for each in held}
        archive = export.export(desk, sitter_of(mine))
        for foreign in (sitter_of(other), doubles_of(other)[0], other.account, room_of(other)[7:]):
            assert foreign.encode() not in archive
        sitter, foreign_ids = sitter_of(mine), (sitter_of(other), room_of(other)[7:])
        with desk.store.begin() as connection:
            about = repr([*jobs.every(connection, sitter), *exports.every(connection, sitter)])
        assert not [each for each in foreign_ids if each in about]


def test_nothing_shows_who_it_is_before_or_after(couple: tuple[Visit, Visit]) -> None:
    anna, omar = couple
    code = invites(anna)
    omar.post("/together", {"code": code})
    asked = omar.get("/together/seat").text
    room = omar.get(sits(omar, code)).text
    for foreign in (sitter_of(anna), doubles_of(anna)[0], anna.account, room_of(anna)[7:]):
        assert foreign not in asked + room
    assert "has said yes" in room
    assert " checked" not in asked


def test_the_code_is_in_no_address_and_only_its_hash_is_kept(
    couple: tuple[Visit, Visit], studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    anna, omar = couple
    with caplog.at_level(logging.DEBUG):
        code = invites(anna)
        omar.post("/together", {"code": f"https://elsewhere.example/together#{code}"})
    assert INVITATION in omar.client.cookies
    assert code not in omar.get("/together/seat").text
    for record in caplog.records:
        assert code not in record.getMessage()
    for file in studio.desk.settings.home.rglob("*"):
        assert not file.is_file() or code.encode() not in file.read_bytes(), file.name
    assert anna.get(room_of(anna)).text.count(code) == 0


def test_a_yes_is_noted_when_it_is_known_how_many_they_are_and_not_before(
    visit: Come, couple: tuple[Visit, Visit], studio: Studio
) -> None:
    anna, omar = couple
    third = visit().agrees(AGREED)
    with_double(third)
    code = invites(anna, "family:3:2")
    sits(omar, code, 1)
    assert parts_of(omar) == []
    assert omar.post(f"{room_of(omar)}/agree").status_code == 404
    sits(third, code, 3)
    assert [parts_of(each)[0].agreed_at is not None for each in (anna, omar, third)] == [False, False, True]
    assert anna.post(f"{room_of(anna)}/picture").status_code == 422
    for each in (anna, omar):
        assert "Do you agree" in each.get(room_of(each)).text
        each.post(f"{room_of(each)}/agree")
    assert "Everybody has said yes" in third.get(room_of(third)).text


def test_who_has_no_double_is_led_to_one_and_back(visit: Come, couple: tuple[Visit, Visit]) -> None:
    anna, _ = couple
    guest = visit()
    guest.post("/together", {"code": invites(anna)})
    page = guest.get("/together/seat").text
    assert 'href="/begin"' in page
    assert "/together/sit" not in page
    guest.agrees(AGREED)
    assert 'href="/together/seat"' in guest.get("/mine").text
    with_double(guest)
    assert "/together/sit" in guest.get("/together/seat").text
    assert guest.post("/together/sit", {"double": doubles_of(guest)[0], "seat": 2}).status_code == 303
    assert INVITATION not in guest.client.cookies


def test_a_no_leaves_no_trace(couple: tuple[Visit, Visit], studio: Studio) -> None:
    anna, omar = couple
    omar.post("/together", {"code": invites(anna)})
    before = holdings.holdings(studio.desk, sitter_of(omar))
    assert omar.post("/together/no").status_code == 200
    assert INVITATION not in omar.client.cookies
    assert holdings.holdings(studio.desk, sitter_of(omar)) == before


@pytest.mark.parametrize(
    "how", ["guessed", "expired", "used up", "renewed", "withdrawn", "erased", "invited anew"]
)
def test_a_link_that_opens_nothing_says_the_same_whatever_the_reason(
    visit: Come, couple: tuple[Visit, Visit], studio: Studio, clock: FakeClock, how: str
) -> None:
    anna, omar = couple
    code = invites(anna)
    late = visit()
    late.post("/together", {"code": code})
    if how == "guessed":
        code = "A" * 22
    elif how == "expired":
        clock.advance(timedelta(days=7))
    elif how == "used up":
        sits(omar, code)
    elif how == "renewed":
        assert anna.post(f"{room_of(anna)}/link").status_code == 200
    elif how == "withdrawn":
        anna.post(f"{room_of(anna)}/leave")
    elif how == "erased":
        erasure.erase(studio.desk, sitter_of(anna))
    else:
        invites(anna)
    answer = visit().post("/together", {"code": code})
    assert answer.status_code == 410
    assert "This invitation is over." in answer.text
    if how != "guessed":
        assert late.get("/together/seat").status_code == 410


def test_codes_cannot_be_tried_in_masses(visit: Come) -> None:
    stranger = visit()
    answers = [stranger.post("/together", {"code": f"{n:022}"}).status_code for n in range(40)]
    assert answers.count(410) == 30
    assert answers[-1] == 429


def test_nobody_sits_twice_on_anothers_seat_or_with_anothers_double(
    visit: Come, couple: tuple[Visit, Visit]
) -> None:
    anna, omar = couple
    code = invites(anna, "family:3:2")
    for visitor in couple:
        visitor.post("/together", {"code": code})
    stolen = omar.post("/together/sit", {"double": doubles_of(anna)[0], "seat": 1})
    assert stolen.status_code == 404
    assert omar.post("/together/sit", {"double": doubles_of(omar)[0], "seat": 2}).status_code == 409
    assert omar.post("/together/sit", {"double": doubles_of(omar)[0], "seat": 5}).status_code == 409
    twice = anna.post("/together/sit", {"double": doubles_of(anna)[0], "seat": 1})
    assert twice.status_code == 422
    assert "This person has a seat already" in twice.text
    nobody = visit()
    nobody.post("/together", {"code": code})
    assert nobody.post("/together/sit", {"double": doubles_of(omar)[0], "seat": 1}).status_code == 401


def test_a_guardian_may_seat_a_child_beside_herself(anna: Visit, studio: Studio) -> None:
    with_double(anna)
    code = invites(anna, "parent_and_child:2:1")
    anna.agrees(CHILD)
    child = with_double(anna)
    anna.post("/together", {"code": code})
    assert "parent or guardian" in anna.get("/together/seat").text
    sits(anna, code, 2, child)
    assert [(row.n, row.sitter) for row in seats_of(anna)] == [*enumerate(sitters_of(anna), 1)]


def test_a_minor_sits_in_plain_templates_only(
    visit: Come, couple: tuple[Visit, Visit], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, _ = couple
    bold = {
        name: each.model_copy(update={"child_safe": name != "couple"})
        for name, each in group.groups().items()
    }
    for module in (group, gather):
        monkeypatch.setattr(module, "group_template", bold.__getitem__)
    parent = visit().agrees(CHILD)
    with_double(parent)
    parent.post("/together", {"code": invites(anna)})
    answer = parent.post("/together/sit", {"double": doubles_of(parent)[0], "seat": 2})
    assert answer.status_code == 422
    assert "not offered to minors" in answer.text
    own = parent.post(f"/doubles/{doubles_of(parent)[0]}/together", {"pick": "couple:2:1"})
    assert own.status_code == 422
