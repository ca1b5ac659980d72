"""Attack: every function that opens a face is called without the right permit. None touches the face.

The functions are found by reading the source (doors.py). Whoever adds one must add here how it is called, or say
why it needs no permit; this test fails until then.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.attack.doors import decoders, doors
from tests.fakes.progress import Heard
from tests.fakes.rights import agree, desk_at, unsafe_permit
from tests.fakes.takes import face_points

from fenshen.cli import check_folder, check_page
from fenshen.clock import SystemClock
from fenshen.double import build
from fenshen.errors import PermitRefusedError
from fenshen.flow import (
    check_pack,
    gather,
    import_template,
    later,
    make_id_photo,
    portray,
    prepare_copy,
    preview,
    sit,
)
from fenshen.ids import DoubleId, InvitationId, JobId, PhotoId, SeatId, SitterId
from fenshen.photos import decode, inspect
from fenshen.photos.decode import Photo
from fenshen.photos.folder import PhotoFile
from fenshen.photos.judge import Verdict
from fenshen.photos.marks import Marks
from fenshen.photos.report import Inspected, SetReport
from fenshen.portrait.id_photo import Wanted
from fenshen.portrait.id_sizes import size
from fenshen.portrait.id_subject import Subject
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk
from fenshen.store.jobs import JobRow
from fenshen.store.seats import SeatRow
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Words
from fenshen.vision.faces import Face
from fenshen.vision.mesh import FaceMesh, Pose

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")
DOUBLE, PHOTO = DoubleId("double_1"), PhotoId("photo_1")
NOW = datetime.now(UTC)


class TouchedError(BaseException):
    """The alarm. Nothing in the house catches it."""


class Untouchable:
    """A face: its bytes, its keeper, whatever holds it. It rings when anybody so much as looks at it."""

    def __getattribute__(self, name: str) -> Any:
        raise TouchedError

    def __len__(self) -> int:
        raise TouchedError

    def __getitem__(self, where: object) -> Any:
        raise TouchedError


def ring() -> Any:
    """Read a photo, which nobody may."""
    raise TouchedError


def face() -> Any:
    """A face, or what keeps it. (No constant: who collects tests looks at constants)."""
    return Untouchable()


FILES = [PhotoFile(name="1.jpg", read=ring)]
SEEN = Inspected(
    index=0, role="frontal", verdict=Verdict(verdict="accepted", reasons=()), original_size=(300, 400)
)
REPORT = SetReport(photos=(SEEN,), frontal=0, accepted=1, score=0, next="more_photos")


JOB = JobRow(
    id=JobId("job_1"), seq=1, kind="portraits", account=ANNA, sitter=ANNA, double=DOUBLE, wanted="{}", units=1,
    priority=1, turn=0, state="done", queued_at=datetime.now(UTC),
)  # fmt: skip
SEAT = SeatRow(
    id=SeatId("seat_1"), invitation=InvitationId("invitation_1"), n=1, sitter=ANNA, double=DOUBLE, is_host=True,
    taken_at=NOW, template="couple", people=2, group=None, expires_at=NOW + timedelta(days=1),
)  # fmt: skip
ID_PHOTO = make_id_photo.Order(wanted=Wanted(size=size("five_inch"), background=(255, 255, 255)))
NAMED = import_template.Named(name="own_1", title=Words(zh="窗", en="W"), description=Words(zh="窗", en="W"))
SMALL = Photo(
    pixels=np.zeros((120, 90, 3), np.uint8), marks=Marks(), original_size=(900, 1200), kind="JPEG"
)  # of a larger file, which would be opened again
SUBJECT = Subject(
    face=Face(box=(30, 30, 30, 45), points=np.zeros((5, 2), np.float32), score=1.0),
    mesh=FaceMesh(
        points=face_points((45, 50), 30),
        presence=1.0,
        blendshapes={},
        pose=Pose(yaw=0, pitch=0, roll=0, rotation=np.eye(3, dtype=np.float32)),
    ),
    is_plain=True,
)


def custody(desk: Desk) -> Custody:
    """Photos of Anna, in a vault that rings."""
    return Custody(replace(desk, vault=face()), ANNA)


def looked_at(permit: Permit) -> object:
    return inspect._looker([face], permit, Path(), None, SystemClock())(0, lambda _: None)


# How each door is knocked at. Those that open what belongs to somebody are in OWNED too.
CALLS: dict[str, Callable[[Permit, Desk], object]] = {
    "cli/check_folder.py:_write_page": lambda p, d: check_folder._write_page(
        d.settings.home / "page.html", FILES, REPORT, p, quiet=True
    ),
    "cli/check_page.py:render": lambda p, _: check_page.render(FILES, REPORT, p, "en"),
    "cli/check_page.py:_photo": lambda p, _: check_page._photo(SEEN, FILES[0], p, str),
    "cli/check_page.py:_thumbnail": lambda p, _: check_page._thumbnail(SEEN, FILES[0], p),
    "double/build.py:build": lambda p, _: build.build(
        face(), [ring], p, Path(), progress=Heard(), clock=SystemClock()
    ),
    "flow/check_pack.py:check_pack": lambda p, d: check_pack.check_pack(
        face(), p, packs=d.settings.template_folder, models=Path(), clock=SystemClock()
    ),
    "flow/import_template.py:import_template": lambda p, _: import_template.import_template(
        ring, p, NAMED, models=Path(), clock=SystemClock()
    ),
    "flow/gather.py:picture": lambda p, d: gather.picture(
        SEAT, "together_1_1", p, desk=replace(d, vault=face())
    ),
    "flow/later.py:portraits_of": lambda p, d: later.portraits_of(JOB, p, desk=replace(d, vault=face())),
    "flow/make_id_photo.py:make_id_photo": lambda p, d: make_id_photo.make_id_photo(
        ring, p, ID_PHOTO, d.settings.home / "id.jpg", models=Path(), clock=SystemClock()
    ),
    "flow/make_id_photo.py:_large_enough": lambda p, _: make_id_photo._large_enough(
        SMALL, SUBJECT, ID_PHOTO.wanted.size, face(), p, SystemClock()
    ),
    "flow/portray.py:open_double": lambda p, d: portray.open_double(
        DOUBLE, ANNA, p, desk=replace(d, vault=face())
    ),
    "flow/prepare_copy.py:copy_of": lambda p, d: prepare_copy.copy_of(JOB, p, desk=replace(d, vault=face())),
    "flow/preview.py:_preview": lambda p, d: preview._preview(template("daylight"), face(), p, d),
    "flow/sit.py:_refuse_another": lambda p, d: sit._refuse_another(
        REPORT, DOUBLE, ANNA, p, replace(d, vault=face())
    ),
    "flow/sit.py:_keep": lambda p, d: sit._keep(replace(d, vault=face()), p, face(), "mark", 30, sit.NO_JOB),
    "flow/sit.py:_opener": lambda p, d: sit._opener(custody(d), {0: PHOTO}, 0, p)(),
    "flow/sit.py:_taker": lambda p, d: sit._taker(
        custody(d), {}, 0, PhotoFile(name="1.jpg", read=lambda: b""), p
    )(),
    "photos/decode.py:decode": lambda p, _: decode.decode(face(), p),
    "photos/inspect.py:inspect": lambda p, _: inspect.inspect(face(), p, Path()),
    "photos/inspect.py:inspect_set": lambda p, _: inspect.inspect_set([ring], p, Path()),
    "photos/inspect.py:_looker": lambda p, _: looked_at(p),
    "rights/custody.py:Custody.add": lambda p, d: custody(d).add(b"", p),
    "rights/custody.py:Custody.get": lambda p, d: custody(d).get(PHOTO, p),
}
OWNED = {
    "flow/gather.py:picture",
    "flow/later.py:portraits_of",
    "flow/portray.py:open_double",
    "flow/prepare_copy.py:copy_of",
    "flow/sit.py:_refuse_another",
    "flow/sit.py:_opener",
    "flow/sit.py:_taker",
    "rights/custody.py:Custody.add",
    "rights/custody.py:Custody.get",
}
PURPOSES = {
    "flow/portray.py:open_double": {Purpose.RENDER_PORTRAIT},
    "flow/gather.py:picture": {Purpose.RENDER_PORTRAIT},
    "flow/later.py:portraits_of": {Purpose.RENDER_PORTRAIT},
    "flow/prepare_copy.py:copy_of": {Purpose.KEEP_DOUBLE},
    "flow/preview.py:_preview": {Purpose.RENDER_PORTRAIT},
    "flow/sit.py:_refuse_another": {Purpose.BUILD_DOUBLE},
    "flow/sit.py:_keep": {Purpose.KEEP_DOUBLE},
    "double/build.py:build": {Purpose.BUILD_DOUBLE},
}
TO_PHOTOS = {Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE}

NO_CALL = {
    "photos/decode.py:must_cover_photos": "it is the check itself",
    "rights/custody.py:Custody._check": "it is the check itself",
    "double/build.py:_cut": "opens by a reader from custody, which checks, and by decode, which checks",
    "rights/label_free.py:recipient": "opens a name and address that the law wants kept, no face",
    "flow/sit.py:_refuse": "opens nothing itself; _refuse_another checks",
    "flow/take_away.py:taken_away": "asks before it writes, and opens by readers from custody, which check",
    "flow/portray_group.py:_still": "it is the check itself; open_double checks too",
    "flow/album.py:look_at": "asks the permit itself, first of all: tests/web/test_album.py",
    "flow/album.py:join": "asks the permit itself, first of all: tests/web/test_album.py",
    "web/thumbnails.py:small": "asks the permit itself, first of all: tests/web/test_album.py",
    "web/pages/gallery.py:preview": "asks the permit itself, first of all: tests/web/test_album.py",
    "people/__init__.py:double_of": "opens the double of a bundled person, who does not exist",
    "rights/complaints.py:read": "opens a letter, no face",
    "rights/webhooks.py:opened": "opens an address and a secret, no face",
    "rights/holdings.py:_export_blobs": "the right of access: it goes to the sitter, and needs no purpose",
}


def bad_permits(door: str) -> list[tuple[str, object]]:
    may = PURPOSES.get(door, TO_PHOTOS)
    good = next(iter(sorted(may)))
    bad: list[tuple[str, object]] = [
        (f"for {purpose}", unsafe_permit(purpose, sitter=ANNA)) for purpose in Purpose if purpose not in may
    ]
    bad += [
        ("expired", unsafe_permit(good, sitter=ANNA, now=NOW - timedelta(days=1))),
        ("of tomorrow", unsafe_permit(good, sitter=ANNA, now=NOW + timedelta(days=1))),
        ("none", None),
        ("only its purpose", good),
        ("yes", True),
    ]
    return [*bad, ("of another", unsafe_permit(good, sitter=OMAR))] if door in OWNED else bad


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A studio in which Anna and Omar agreed to everything, so that only the permit can be what is wrong."""
    opened = replace(desk_at(tmp_path_factory.mktemp("doors")), clock=SystemClock())
    agree(opened, ANNA)
    agree(opened, OMAR)
    return opened


def test_every_door_to_a_face_is_known_here() -> None:
    found = set(doors())
    assert (
        found - set(CALLS) - set(NO_CALL) == set()
    )  # new: say how it is called without a permit, or why not
    assert (set(CALLS) | set(NO_CALL)) - found == set()  # gone


def test_the_search_would_have_found_a_new_door() -> None:
    assert {"flow/portray.py:open_double", "rights/holdings.py:_export_blobs"} <= set(doors())
    assert doors()["rights/custody.py:Custody.get"]


def test_pictures_are_decoded_in_known_files_only() -> None:
    assert decoders() == {
        "photos/decode.py",  # photos, with a permit
        "double/codec.py",  # doubles; who calls it is a door
        "labels/verify.py",  # what somebody brings to have its labels read
        "labels/register.py",  # portraits that were just made, and what somebody brings to have it traced
        "portrait/sheet.py",  # portraits that were just made
        "engines/studio/cover.py",  # our own assets
        "engines/studio/plate.py",  # our own assets
        "engines/studio/scenery.py",  # assets of one's own packs, on which nobody may be
        "vision/hidden.py",  # no picture: the numbers of our own net, a part of the package
    }


@pytest.mark.parametrize(
    ("door", "permit"),
    [pytest.param(door, permit, id=f"{door} {why}") for door in CALLS for why, permit in bad_permits(door)],
)
def test_no_door_opens_without_the_right_permit(desk: Desk, door: str, permit: Any) -> None:
    """Refused before a byte is read: the alarm, which nobody catches, does not ring."""
    refusal = PermitRefusedError if isinstance(permit, Permit) else (AttributeError, TypeError)
    with pytest.raises(refusal):
        CALLS[door](permit, desk)


@pytest.mark.parametrize("door", CALLS)
def test_the_alarm_rings_when_the_permit_is_right(desk: Desk, door: str) -> None:
    """Else the test above would prove nothing. (A digest of what has no bytes is a TypeError: it was touched)."""
    for purpose in PURPOSES.get(door, TO_PHOTOS):
        with pytest.raises((TouchedError, TypeError)):
            CALLS[door](unsafe_permit(purpose, sitter=ANNA), desk)
