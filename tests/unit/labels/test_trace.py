"""A leaked set leads to the export it left with; what only looks similar is never called proof."""

import io
import json
import secrets
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.clock import NOON
from tests.fakes.rights import desk_at
from tests.unit.labels.test_register import ANNA, scene

from fenshen import cli
from fenshen.ids import ExportId
from fenshen.labels import register, tc260, trace, watermark
from fenshen.labels.layout import RGB8
from fenshen.labels.register import Made
from fenshen.labels.trace import Evidence, Tie
from fenshen.labels.write import LabelledPicture
from fenshen.rights import erasure
from fenshen.rights.desk import Desk

Label = Callable[..., LabelledPicture]
EXPORTS, EACH = 5, 4


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path / "home")


class Leak:
    """Pictures of several exports, and a reader that knows them by a thumbnail: it stands for a watermark."""

    def __init__(self, desk: Desk, labelled: Label) -> None:
        self.files: list[tuple[ExportId, bytes]] = []
        self.marks: list[tuple[NDArray[np.float64], int]] = []
        made = Made(kind="portrait", template="noir", engine="studio", engine_version=1, label="caption")
        for number in range(EXPORTS):
            export = register.open_export(desk, kind="portraits", sitter=ANNA, double=None)
            for n in range(EACH):
                produce_id = tc260.new_produce_id(NOON, secrets.token_bytes(16))
                rgb = scene(100 * number + n)
                picture = labelled(rgb, produce_id=produce_id, signer=desk.signer.sign, design="caption")
                mark = register.new_mark(desk)
                register.enter(desk, export, picture, mark, made)
                self.files.append((export, picture.data))
                self.marks.append((thumbnail(register.pixels(picture.data)), mark))

    def read(self, rgb: RGB8) -> int | None:
        """Give the mark of the picture that this one is a copy of."""
        away = [float(np.abs(thumbnail(rgb) - known).mean()) for known, _ in self.marks]
        return self.marks[int(np.argmin(away))][1] if min(away) < 3 else None

    def stripped(self, quality: int = 60) -> list[tuple[ExportId, bytes]]:
        """The same pictures coded again, without any metadata."""
        return [(export, recode(data, quality)) for export, data in self.files]


def thumbnail(rgb: RGB8) -> NDArray[np.float64]:
    return np.asarray(Image.fromarray(rgb).resize((8, 12)), np.float64)


def recode(data: bytes, quality: int) -> bytes:
    sink = io.BytesIO()
    Image.open(io.BytesIO(data)).save(sink, "JPEG", quality=quality)
    return sink.getvalue()


@pytest.fixture
def leak(desk: Desk, labelled: Label) -> Leak:
    return Leak(desk, labelled)


def test_files_as_they_left_are_proved_by_signature(desk: Desk, leak: Leak) -> None:
    traced = trace.trace(desk, [data for _, data in leak.files], reader=None)
    assert traced.count(Evidence.SIGNATURE) == EXPORTS * EACH
    assert [tie.export for tie in traced.ties] == [export for export, _ in leak.files]
    assert [suspect.files[Evidence.SIGNATURE] for suspect in traced.suspects] == [EACH] * EXPORTS


def test_stripped_files_are_tied_by_their_watermark(desk: Desk, leak: Leak) -> None:
    stripped = leak.stripped()
    traced = trace.trace(desk, [data for _, data in stripped], reader=leak.read)
    assert traced.count(Evidence.MARK) == len(stripped)
    assert [tie.export for tie in traced.ties] == [export for export, _ in stripped]
    assert [suspect.proved for suspect in traced.suspects] == [EACH] * EXPORTS


def test_without_a_watermark_they_are_similar_and_nothing_is_proved(desk: Desk, leak: Leak) -> None:
    stripped = leak.stripped()
    traced = trace.trace(desk, [data for _, data in stripped], reader=lambda _: None)
    assert traced.count(Evidence.SIMILAR) == len(stripped)
    assert [tie.export for tie in traced.ties] == [export for export, _ in stripped]
    assert all(suspect.proved == 0 for suspect in traced.suspects)


def test_a_picture_that_left_with_two_exports_accuses_neither_by_its_look(
    desk: Desk, labelled: Label
) -> None:
    made = Made(kind="portrait", template="noir", engine="studio", engine_version=1, label="caption")
    for _ in range(2):
        export = register.open_export(desk, kind="portraits", sitter=ANNA, double=None)
        number = tc260.new_produce_id(NOON, secrets.token_bytes(16))
        picture = labelled(scene(5), produce_id=number, signer=desk.signer.sign, design="caption")
        register.enter(desk, export, picture, register.new_mark(desk), made)
    traced = trace.trace(desk, [recode(picture.data, 60)], reader=None)
    assert traced.ties == (Tie(evidence=Evidence.SIMILAR),)
    assert traced.suspects == ()
    assert traced.ambiguous == 1


def test_a_mark_that_was_never_given_accuses_nobody(desk: Desk, leak: Leak) -> None:
    assert leak.marks
    traced = trace.trace(desk, [recode(data, 80) for data in [picture_of(7777)]], reader=lambda _: 1)
    assert traced.ties == (Tie(evidence=Evidence.NONE),)
    assert traced.suspects == ()


def picture_of(seed: int) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(scene(seed)).save(sink, "PNG")
    return sink.getvalue()


def test_the_bound_is_files_times_marks_over_two_to_the_48(desk: Desk, leak: Leak) -> None:
    files = [data for _, data in leak.files[:3]]
    traced = trace.trace(desk, files, reader=leak.read)
    assert traced.registered == EXPORTS * EACH
    assert traced.bound == 3 * EXPORTS * EACH / 2**48


def test_another_studios_label_over_our_number_is_no_signature(
    desk: Desk, leak: Leak, labelled: Label
) -> None:
    """Anybody can write our number into a label; only our signature makes it count."""
    row = trace.trace(desk, [leak.files[0][1]], reader=None).ties[0]
    forged = labelled(scene(4242), produce_id=row.produce_id).data
    assert trace.trace(desk, [forged], reader=None).count(Evidence.SIGNATURE) == 0


def test_what_is_no_picture_is_counted_and_stops_nothing(desk: Desk, leak: Leak) -> None:
    traced = trace.trace(desk, [b"no picture", leak.files[0][1]], reader=None)
    assert [tie.evidence for tie in traced.ties] == [Evidence.UNREADABLE, Evidence.SIGNATURE]


def test_after_an_erasure_a_leak_leads_to_an_export_that_names_nobody(desk: Desk, leak: Leak) -> None:
    erasure.erase(desk, ANNA)
    traced = trace.trace(desk, [data for _, data in leak.stripped()], reader=leak.read)
    assert len(traced.suspects) == EXPORTS
    assert {suspect.export.sitter for suspect in traced.suspects} == {None}


def test_the_verb_counts_by_export_and_says_what_the_bound_is(
    desk: Desk,
    leak: Leak,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FENSHEN_HOME", str(desk.settings.home))
    monkeypatch.setattr(cli, "VERBS", (*cli.VERBS, "trace"))
    for name, data in (("a.jpg", leak.files[0][1]), ("b.jpg", leak.stripped()[-1][1]), ("c.txt", b"words")):
        (tmp_path / name).write_bytes(data)
    asked = ["trace", *(str(tmp_path / name) for name in ("a.jpg", "b.jpg", "c.txt"))]
    assert cli.run([*asked, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [each["evidence"] for each in said["files"]] == ["signature", "similar", "unreadable"]
    assert {each["export"]: each["files"]["signature"] for each in said["exports"]} == {
        leak.files[0][0]: 1, leak.files[-1][0]: 0,
    }  # fmt: skip
    assert said["bound_is"] == "analytic"
    assert said["registered"] == EXPORTS * EACH
    assert cli.run(asked) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "calculated, not measured" in told
    assert "no proof" in told
    assert cli.run(["admin", "trace", str(tmp_path / "lost.jpg"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "file_unreadable"


def test_the_studio_s_own_mark_is_read_and_nothing_is_read_into_a_plain_picture() -> None:
    plain = np.full((640, 480, 3), 128, np.uint8)
    assert trace.watermark_reader(plain) is None
    assert trace.watermark_reader(watermark.embed(plain, 0x1234_5678_9ABC)) == 0x1234_5678_9ABC
