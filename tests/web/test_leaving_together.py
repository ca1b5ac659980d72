"""A picture of several under way: who leaves, who presses twice, what dies over it."""

import json
from datetime import datetime, timedelta

import pytest

from fenshen.flow import gather_work, handlers
from fenshen.flow.portray_group import portray_group
from fenshen.ids import JobId, SeatId
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.states import JobKind
from fenshen.jobs.worker import Work
from fenshen.rights import erasure, retention, together
from fenshen.rights.desk import Desk
from fenshen.rights.purposes import Purpose
from fenshen.store import doubles, jobs, seats
from fenshen.store import together as parts
from fenshen.web.studio import Studio
from tests.fakes.clock import FakeClock
from tests.fakes.gathering import (
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


@pytest.mark.parametrize("way", ["room", "mine", "consent", "erasure"])
def test_whoever_leaves_stops_what_is_under_way_and_takes_all_waiting_copies_along(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper, way: str
) -> None:
    anna, omar = whole
    desk, sitter = studio.desk, sitter_of(omar)
    anna.post(f"{room_of(anna)}/picture")
    works(studio, engine)
    assert [len(pictures(desk, each)) for each in whole] == [1, 1]
    waiting = anna.post(f"{room_of(anna)}/picture").headers["location"]
    (part,) = parts_of(omar)
    if way == "room":
        assert omar.post(f"{room_of(omar)}/leave").headers["location"] == "/mine"
    elif way == "mine":
        assert "/leave" in omar.get("/mine").text
        omar.post(f"/sitters/{sitter}/together/withdraw", {"group": part.group})
    elif way == "consent":
        omar.post(f"/sitters/{sitter}/withdraw", {"purpose": "render_portrait"})
    else:
        erasure.erase(desk, sitter)
    assert [pictures(desk, each) for each in whole] == [[], []]
    assert studio.queue.place(JobId(waiting.removeprefix("/jobs/"))).job.state == "cancelled"
    assert "whole no more" in anna.get(room_of(anna)).text
    assert anna.post(f"{room_of(anna)}/picture").status_code == 422
    works(studio, engine)
    assert engine.drawn == 1


def test_a_yes_taken_back_while_it_is_drawn_keeps_it_from_everybody(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper
) -> None:
    anna, omar = whole
    job = anna.post(f"{room_of(anna)}/picture").headers["location"].removeprefix("/jobs/")
    engine.meanwhile = lambda: omar.post(f"{room_of(omar)}/leave")
    works(studio, engine)
    assert studio.queue.place(JobId(job)).job.state in {"cancelled", "failed"}
    assert [pictures(studio.desk, each) for each in whole] == [[], []]


def test_a_copy_that_was_kept_while_somebody_left_is_destroyed_again(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They look for copies, find none, and only then is one written: the worker asks once more."""
    anna, omar = whole
    anna.post(f"{room_of(anna)}/picture")
    real, with_omar = portray_group, room_of(omar)

    def then_leave(*args: object, **more: object) -> object:
        made = real(*args, **more)  # type: ignore[arg-type]
        with studio.desk.store.begin() as connection:
            row = seats.find(connection, SeatId(with_omar[7:]))
            assert row is not None
            parts.withdraw(connection, row.group, row.sitter)  # type: ignore[arg-type]
        return made

    monkeypatch.setattr(gather_work, "portray_group", then_leave)
    works(studio, engine)
    assert [pictures(studio.desk, each) for each in whole] == [[], []]


def test_a_worker_that_dies_over_it_leaves_one_copy_each_when_it_is_done_again(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, _ = whole
    anna.post(f"{room_of(anna)}/picture")
    put, vault = [], studio.desk.vault
    real = vault.put

    def dying(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        put.append(args[2])
        if len(put) == 1:
            raise ConnectionError("the machine died")

    monkeypatch.setattr(vault, "put", dying)
    able = handlers.handlers(studio.desk, lambda: pytest.fail("no portraits"), open_group=lambda: engine)
    row = studio.queue.claim("worker_1", [JobKind.GROUP])  # type: ignore[arg-type]
    assert row is not None
    work = Work(row, "worker_1", studio.queue, Unwritten(lambda _: None))  # type: ignore[arg-type]
    with pytest.raises(ConnectionError):
        able[JobKind.GROUP](work)
    able[JobKind.GROUP](work)
    assert [len(pictures(studio.desk, each)) for each in whole] == [1, 1]
    assert len(set(put)) == 2


def test_pressing_twice_makes_one_picture_and_again_another(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper
) -> None:
    anna, omar = whole
    assert anna.post(f"{room_of(anna)}/picture").headers["location"].startswith("/jobs/")
    assert omar.post(f"{room_of(omar)}/picture").headers["location"] == room_of(omar)
    assert "is being made" in omar.get(room_of(omar)).text
    works(studio, engine)
    anna.post(f"{room_of(anna)}/picture")
    works(studio, engine)
    sitter = sitter_of(anna)
    with studio.desk.store.begin() as connection:
        seeds = [
            json.loads(each.wanted)["seed"] for each in jobs.every(connection, sitter) if each.kind == "group"
        ]
    assert seeds == [1, 2]
    assert [len(pictures(studio.desk, each)) for each in whole] == [2, 2]


def test_the_visible_words_are_in_the_language_of_who_pressed(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = []
    real = portray_group

    def listen(*args: object, desk: Desk, **more: object) -> object:
        spoken.append(desk.settings.language)
        return real(*args, desk=desk, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(gather_work, "portray_group", listen)
    anna, _ = whole
    anna.post(f"{room_of(anna)}/picture", headers={"accept-language": "zh-CN"})
    works(studio, engine)
    assert spoken == ["zh"]


def test_a_double_made_anew_sits_where_the_old_one_did_and_none_at_all_is_said(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, omar = whole
    old, new = doubles_of(omar)[0], with_double(omar)
    erasure.erase_double(studio.desk, old)
    anna.post(f"{room_of(anna)}/picture")
    works(studio, engine)
    assert len(pictures(studio.desk, omar)) == 1
    with studio.desk.store.begin() as connection:
        doubles.remove(connection, new)
    job = anna.post(f"{room_of(anna)}/picture").headers["location"]
    works(studio, engine)
    page = anna.get(job).text
    assert "has no double any more" in page


def test_a_double_that_expired_takes_its_person_out_of_the_group(
    whole: tuple[Visit, Visit], studio: Studio, clock: FakeClock
) -> None:
    anna, omar = whole
    (double,) = doubles_of(omar)
    with studio.desk.store.begin() as connection:
        doubles.keep_for(connection, double, 1, clock.now())
    clock.advance(timedelta(days=2))
    retention.sweep(studio.desk)
    assert "whole no more" in anna.get(room_of(anna)).text


def test_seats_end_with_their_group_and_unanswered_ones_after_seven_days(
    whole: tuple[Visit, Visit], visit: Come, studio: Studio, clock: FakeClock
) -> None:
    lone = visit().agrees(AGREED)
    with_double(lone)
    invites(lone)
    hers, his = sitter_of(whole[0]), sitter_of(lone)

    def left() -> tuple[list[datetime], list[datetime], int]:
        retention.sweep(studio.desk)
        with studio.desk.store.begin() as connection:
            mine, part = seats.every(connection, hers), parts.every(connection, hers)
            return (
                [e.expires_at for e in mine],
                [e.expires_at for e in part],
                len(seats.every(connection, his)),
            )

    assert left() == ([clock.now() + timedelta(days=30)], [clock.now() + timedelta(days=30)], 1)
    clock.advance(timedelta(days=7))
    assert [len(left()[0]), left()[2]] == [1, 0]
    clock.advance(timedelta(days=23))
    assert left() == ([], [], 0)


def test_one_copy_may_be_destroyed_and_the_others_stay(
    whole: tuple[Visit, Visit], studio: Studio, engine: Paper
) -> None:
    anna, omar = whole
    anna.post(f"{room_of(anna)}/picture")
    works(studio, engine)
    (name,) = pictures(studio.desk, anna)
    assert anna.post(f"/pictures/{name}/delete").headers["location"] == room_of(anna)
    assert anna.get(f"/pictures/{name}").status_code == 404
    assert len(pictures(studio.desk, omar)) == 1


def test_a_guest_who_leaves_before_all_sit_frees_the_seat(visit: Come, couple: tuple[Visit, Visit]) -> None:
    anna, omar = couple
    code = invites(anna, "family:3:2")
    sits(omar, code, 1)
    mark = anna.get(f"{room_of(anna)}/now").json()["mark"]
    omar.post(f"{room_of(omar)}/leave")
    assert anna.get(f"{room_of(anna)}/now").json()["mark"] != mark
    third = visit().agrees(AGREED)
    with_double(third)
    sits(third, code, 1)


def test_a_group_of_the_command_line_can_be_left_under_my_data(
    couple: tuple[Visit, Visit], studio: Studio
) -> None:
    anna, omar = couple
    group_id = together.propose(studio.desk, [sitter_of(anna), sitter_of(omar)], ["couple"])
    address = f"/sitters/{sitter_of(omar)}/together/withdraw"
    assert address in omar.get("/mine").text
    assert anna.post(address, {"group": group_id}).status_code == 404
    assert omar.post(address, {"group": group_id}).status_code == 303
    assert address not in omar.get("/mine").text


@pytest.mark.parametrize("pick", ["", "couple", "couple:3:1", "couple:2:4", "nothing:2:1", "couple:2:1; x"])
def test_what_is_no_seat_of_a_template_opens_no_invitation(anna: Visit, studio: Studio, pick: str) -> None:
    double = with_double(anna)
    assert anna.post(f"/doubles/{double}/together", {"pick": pick}).status_code in {404, 409, 422}
    assert seats_of(anna) == []


def test_without_consent_to_portraits_nobody_sits(visit: Come, couple: tuple[Visit, Visit]) -> None:
    anna, _ = couple
    some = [each for each in AGREED["purpose"] if each != Purpose.RENDER_PORTRAIT]
    shy = visit().agrees({**AGREED, "purpose": some})
    double = with_double(shy)
    assert "pick" not in shy.get(f"/doubles/{double}/together").text
    shy.post("/together", {"code": invites(anna)})
    assert "/together/sit" not in shy.get("/together/seat").text
    assert shy.post("/together/sit", {"double": double, "seat": 2}).status_code == 403
