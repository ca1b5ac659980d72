"""ID photos leave by the same door as portraits: with their term, their dpi and their size, and nothing else."""

import ast
import io
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import fenshen
from fenshen.labels import iptc, tc260, wild, xmp
from fenshen.labels.container import take_apart, with_xmp
from fenshen.labels.deliver import deliver
from fenshen.labels.edited import EDITED, EditedPicture, mark_edited, page_with, term_of
from fenshen.labels.pdf import Page
from fenshen.labels.size_search import within
from fenshen.labels.write import SourceType
from fenshen.photos import marks

SOURCE = Path(fenshen.__file__).parent


def scene(width: int = 295, height: int = 413) -> NDArray[np.uint8]:
    """Something between a face and noise."""
    rows, columns = np.mgrid[0:height, 0:width]
    waves = 128 + 60 * np.sin(rows / 9) * np.cos(columns / 7)
    grain = np.random.default_rng(7).normal(0, 9, (height, width, 3))
    return np.asarray(np.clip(waves[..., None] + grain, 0, 255), np.uint8)


def test_an_edited_photo_says_that_it_was_edited_and_not_that_ai_made_it() -> None:
    data = mark_edited(scene(), source_type=EDITED, dpi=300).data
    assert wild.claims(take_apart(data)) == xmp.Claims(source_types=(EDITED,))
    assert EDITED.endswith("/algorithmicallyEnhanced")
    assert not iptc.says_ai(EDITED)
    claims = marks.read(data)
    assert (claims.ai_made, claims.ai_edited) == (False, False)


def test_it_carries_its_resolution_and_profile_and_nothing_of_the_photo() -> None:
    picture = mark_edited(scene(), source_type=EDITED, dpi=350)
    image = Image.open(io.BytesIO(picture.data))
    assert image.info["dpi"] == (350, 350)
    assert image.size == picture.size == (295, 413)
    assert set(image.info) == {
        "jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "icc_profile", "xmp",
    }  # fmt: skip
    assert not image.getexif()


@pytest.mark.parametrize(
    "term", [SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA, SourceType.COMPOSITE_SYNTHETIC]
)
def test_a_photo_that_says_ai_changed_it_goes_on_saying_so(term: SourceType) -> None:
    plain = mark_edited(scene(), source_type=EDITED, dpi=300)
    assert term_of(plain.data) == EDITED
    sink = io.BytesIO()
    Image.fromarray(scene()).save(sink, "JPEG")
    assert term_of(sink.getvalue()) == EDITED
    assert term_of(with_xmp(sink.getvalue(), xmp.packet(None, term.uri))) == term.uri


@pytest.mark.parametrize("kb", [(0, 10), (14, 20), (14, 30), (20, 80), (30, 40)])
def test_the_file_is_as_large_as_asked_in_either_kilobyte(kb: tuple[int, int]) -> None:
    length = len(mark_edited(scene(), source_type=EDITED, dpi=300, kb=kb).data)
    assert kb[0] * 1024 <= length <= kb[1] * 1000


def test_the_quality_of_the_rule_is_kept_where_it_fits() -> None:
    picture = mark_edited(scene(120, 160), source_type=EDITED, dpi=300, kb=(1, 20), quality=70)
    assert picture.quality == 70


def test_of_the_qualities_that_fit_the_best_is_taken() -> None:
    coded = within(lambda quality: bytes(1000 * quality), kb=(0, 57), quality=95)
    assert coded.quality == 57
    assert within(lambda quality: bytes(1000 * quality), kb=(0, 2), quality=95).quality == 5
    assert within(lambda quality: bytes(100 * quality), kb=(50, 90), quality=70).quality == 100
    assert within(lambda quality: bytes(100 * quality), kb=None, quality=70).quality == 70


def test_only_one_file_makes_what_the_second_key_opens_the_door_for() -> None:
    made, asked = (
        {
            path.relative_to(SOURCE).as_posix()
            for path in SOURCE.rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names
        }
        for names in ({"EditedPicture"}, {"mark_edited", "page_with"})
    )
    assert made == {"labels/edited.py"}
    assert asked == {"flow/make_id_photo.py"}
    with pytest.raises(TypeError):
        EditedPicture(data=b"", format="JPEG", source_type=EDITED, quality=90, size=(1, 1))


def test_it_leaves_by_the_door(tmp_path: Path) -> None:
    picture = mark_edited(scene(), source_type=EDITED, dpi=300)
    deliver(picture, tmp_path / "id.jpg")
    assert (tmp_path / "id.jpg").read_bytes() == picture.data


def test_a_name_for_a_portrait_never_stands_in_an_edited_photo() -> None:
    assert (
        tc260.MADE_BY_AI
        not in wild.claims(take_apart(mark_edited(scene(), source_type=EDITED, dpi=300).data)).aigc
    )


# ---- the page


PAGE = Page(size=(152.4, 101.6), picture=(25, 35), marks=((10.0, 5.0, 10.0, 6.0),))


def page(places: list[tuple[float, float]]) -> bytes:
    return page_with(mark_edited(scene(), source_type=EDITED, dpi=300), PAGE, places).data


def test_the_page_is_exact_to_the_millimetre() -> None:
    data = page([(10, 6), (37, 6)])
    box = [float(v) for v in re.search(rb"/MediaBox \[(.*?)\]", data)[1].split()]  # type: ignore[index]
    assert [v / 72 * 25.4 for v in box] == pytest.approx([0, 0, 152.4, 101.6], abs=1e-4)
    drawn = re.findall(rb"q ([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm /P Do Q", data)
    mm = [[float(v) / 72 * 25.4 for v in each] for each in drawn]
    assert np.allclose(mm, [[25, 35, 10, 101.6 - 41], [25, 35, 37, 101.6 - 41]], atol=1e-4)


def test_a_strict_reader_finds_every_object_where_the_table_says() -> None:
    data = page([(10, 6)])
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data)[1])  # type: ignore[index]
    assert data[start : start + 4] == b"xref"
    offsets = [int(v) for v in re.findall(rb"(\d{10}) 00000 n \n", data[start:])]
    assert [data[o:].split(b"\n", 1)[0] for o in offsets] == [f"{n} 0 obj".encode() for n in range(1, 7)]
    for length, body in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream\nendobj", data, re.DOTALL):
        assert int(length) == len(body)


def test_the_page_holds_the_photo_s_own_bytes_once_and_its_term() -> None:
    picture = mark_edited(scene(), source_type=EDITED, dpi=300)
    data = page_with(picture, PAGE, [(10, 6), (37, 6), (64, 6)]).data
    assert data.count(picture.data) == 1
    assert data.count(EDITED.encode()) == 2  # in the photo, and in the page's own metadata
    assert b"/CreationDate" not in data
    assert b"/Author" not in data
