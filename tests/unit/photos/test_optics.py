"""What a camera says of its lens is believed where it can be true, and tells how far away a face was."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from tests.unit.photos.conftest import person

from fenshen.photos.decode import Photo, decode
from fenshen.photos.optics import EXIF_PART, FILM_DIAGONAL, distance_by_lens
from fenshen.rights.consent import Permit

MAKER, FOCAL, ZOOM, WIDTH, HEIGHT = 0x010F, 0xA405, 0xA404, 0xA002, 0xA003


@pytest.fixture
def opened(permit: Permit) -> Callable[..., Photo]:
    """Open a photo of 300 x 400 px whose EXIF says so."""

    def opened(tags: dict[int, float], kind: str = "JPEG", size: tuple[int, int] = (300, 400)) -> Photo:
        image = Image.new("RGB", size, (120, 90, 80))
        exif = image.getexif()
        exif[MAKER] = "a phone"
        exif.get_ifd(EXIF_PART).update(tags)
        sink = io.BytesIO()
        image.save(sink, kind, exif=exif)
        return decode(sink.getvalue(), permit)

    return opened


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_lens_is_read(kind: str, opened: Callable[..., Photo]) -> None:
    assert opened({FOCAL: 26}, kind).lens == pytest.approx(26 / FILM_DIAGONAL)


def test_a_camera_that_says_nothing_has_no_lens(opened: Callable[..., Photo], permit: Permit) -> None:
    assert opened({}).lens is None
    assert decode(person("anna/00"), permit).lens is None


@pytest.mark.parametrize("focal", [0, 1, 5000])
def test_impossible_lenses_are_not_believed(focal: int, opened: Callable[..., Photo]) -> None:
    assert opened({FOCAL: focal}).lens is None


def test_a_picture_that_was_cropped_since_has_lost_its_lens(opened: Callable[..., Photo]) -> None:
    assert opened({FOCAL: 26, WIDTH: 4000, HEIGHT: 3000}).lens is not None, "as large as it may be, or turned"
    assert opened({FOCAL: 26, WIDTH: 3000, HEIGHT: 3000}).lens is None


def test_a_picture_that_was_zoomed_by_computing_has_lost_its_lens(opened: Callable[..., Photo]) -> None:
    assert opened({FOCAL: 26, ZOOM: 1.0}).lens is not None
    assert opened({FOCAL: 26, ZOOM: 2.0}).lens is None


def test_broken_words_about_a_lens_cost_nothing(permit: Permit) -> None:
    image, sink = Image.new("RGB", (300, 400)), io.BytesIO()
    image.save(
        sink,
        "JPEG",
        exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x87i\x00\x04\x00\x00\x00\x01\xff\xff\xff\xf0",
    )
    assert decode(sink.getvalue(), permit).lens is None


def test_a_face_of_known_size_has_a_known_distance() -> None:
    """A phone's front camera, 26 mm on film, 12 MP: eyes of 63 mm fill 630 px at 30 cm."""
    lens, size = 26 / FILM_DIAGONAL, (3024, 4032)
    apart = lens * (3024**2 + 4032**2) ** 0.5 * 6.3 / 30
    assert distance_by_lens(lens, size, apart) == pytest.approx(30)
    assert distance_by_lens(lens, (1512, 2016), apart / 2) == pytest.approx(30), "at any size"
    assert distance_by_lens(lens, size, apart / 2) == pytest.approx(60)
