"""Whatever a phone, a camera or an editor writes becomes upright sRGB without a trace of metadata."""

import io
import struct
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from PIL import Image
from tests.fakes.clock import FakeClock
from tests.unit.photos.conftest import DATA, code, person

from fenshen.errors import PermitRefusedError
from fenshen.photos.container import PhotoRefusedError
from fenshen.photos.decode import Photo, decode
from fenshen.rights.consent import PERMIT_LIFE, Permit, Purpose, for_this_run

TOP, FOOT = (200, 60, 40), (30, 90, 180)


@pytest.fixture
def opened(permit: Permit) -> Callable[..., Photo]:
    """Decode with a permit."""
    return lambda data, **options: decode(data, permit, **options)


def two_halves(width: int = 300, height: int = 400) -> Image.Image:
    """Make a picture, red above and blue below."""
    image = Image.new("RGB", (width, height), FOOT)
    image.paste(TOP, (0, 0, width, height // 2))
    return image


def shows_two_halves(photo: Photo, tolerance: int = 6) -> bool:
    height, width = photo.pixels.shape[:2]
    above, below = photo.pixels[height // 4, width // 2], photo.pixels[3 * height // 4, width // 2]
    return bool(
        (np.abs(above.astype(int) - TOP) <= tolerance).all()
        and (np.abs(below.astype(int) - FOOT) <= tolerance).all()
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_is_opened(kind: str, opened: Callable[..., Photo]) -> None:
    photo = opened(code(two_halves(), kind))
    assert (photo.kind, photo.pixels.shape, photo.original_size) == (kind, (400, 300, 3), (300, 400))
    assert shows_two_halves(photo)


def test_heic_is_opened(opened: Callable[..., Photo]) -> None:
    photo = opened((DATA / "heic" / "anna.heic").read_bytes())
    original = np.asarray(Image.open(io.BytesIO(person("anna/00"))).resize((480, 640)))
    assert photo.kind == "HEIF"
    assert np.abs(photo.pixels.astype(int) - original).mean() < 4


def test_a_turned_heic_is_turned_once_and_not_twice(opened: Callable[..., Photo]) -> None:
    upright = opened((DATA / "heic" / "anna.heic").read_bytes())
    turned = opened((DATA / "heic" / "anna_turned.heic").read_bytes())
    assert turned.original_size == upright.original_size == (480, 640)
    assert np.abs(turned.pixels.astype(int) - upright.pixels).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int, opened: Callable[..., Photo]) -> None:
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = two_halves() if orientation == 1 else two_halves().transpose(stored[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = opened(code(image, "JPEG", exif=exif, quality=95))
    assert photo.original_size == (300, 400)
    assert shows_two_halves(photo)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_exif_does_not_cost_the_photo(opened: Callable[..., Photo]) -> None:
    assert shows_two_halves(
        opened(code(two_halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff", quality=95))
    )


def test_cmyk_becomes_rgb(opened: Callable[..., Photo]) -> None:
    assert shows_two_halves(opened(code(two_halves().convert("CMYK"), "JPEG", quality=95)), tolerance=12)


def test_sixteen_bits_become_eight(opened: Callable[..., Photo]) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (256, 1))
    photo = opened(code(Image.fromarray(ramp)))
    assert np.abs(photo.pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_transparency_becomes_white(opened: Callable[..., Photo]) -> None:
    image = two_halves().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 100, 400))
    photo = opened(code(image))
    assert (photo.pixels[:, 50] == 255).all()
    assert shows_two_halves(photo)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1"])
def test_other_modes_become_rgb(mode: str, opened: Callable[..., Photo]) -> None:
    assert opened(code(two_halves().convert(mode))).pixels.shape == (400, 300, 3)


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(kind: str, opened: Callable[..., Photo]) -> None:
    frames = [Image.new("RGB", (300, 400), "black")]
    assert shows_two_halves(opened(code(two_halves(), kind, save_all=True, append_images=frames)))


def wide_gamut_profile() -> bytes:
    """Write an ICC profile with the primaries of Display P3 and a plain gamma of 2.2."""
    primaries = {
        "rXYZ": (0.5151, 0.2412, -0.0011),
        "gXYZ": (0.2920, 0.6922, 0.0419),
        "bXYZ": (0.1571, 0.0666, 0.7841),
    }

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    told = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + b"\0" * 78 + b"\0"
    tags = {b"desc": told, b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": xyz((0.9642, 1.0, 0.8249))}
    tags |= {name.encode(): xyz(values) for name, values in primaries.items()}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body, place = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", place + len(body), len(data))
        body += padded
    head = struct.pack(">I4sI4s4s4s", place + len(body), b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + struct.pack(">3i", 63190, 65536, 54061) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + body


def test_wide_gamut_colours_become_srgb(opened: Callable[..., Photo]) -> None:
    colour = np.array([200, 110, 100])
    photo = opened(
        code(Image.new("RGB", (300, 300), tuple(colour.tolist())), icc_profile=wide_gamut_profile())
    )
    to_srgb = np.array([[1.2249, -0.2247, 0], [-0.0420, 1.0419, 0], [-0.0197, -0.0786, 1.0979]])
    linear = to_srgb @ (colour / 255) ** 2.2
    expected = (
        np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
        * 255
    )
    assert np.abs(photo.pixels[150, 150] - expected).max() < 3
    assert photo.pixels[150, 150, 0] > 205


def test_a_broken_profile_counts_as_srgb(opened: Callable[..., Photo]) -> None:
    assert shows_two_halves(opened(code(two_halves(), icc_profile=b"not a profile")))


def test_a_large_photo_is_opened_no_larger_than_asked(opened: Callable[..., Photo]) -> None:
    photo = opened(code(two_halves(3000, 4000), "JPEG", quality=90), longest_edge=1600)
    assert (photo.pixels.shape, photo.original_size) == ((1600, 1200, 3), (3000, 4000))
    assert photo.scale == pytest.approx(0.4)


@pytest.mark.parametrize("longest", [None, 700, 400, 200, 100])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_gets_the_pixels_that_pillow_would_give_it(
    longest: int | None, options: dict[str, object], opened: Callable[..., Photo]
) -> None:
    data = code(Image.open(io.BytesIO(person("anna/03"))), "JPEG", quality=90, **options)
    with Image.open(io.BytesIO(data)) as image:
        scale = min(1.0, (longest or 10_000) / max(image.size))
        target = round(image.width * scale), round(image.height * scale)
        image.draft(None, target)
        drafted = np.asarray(image)
    pixels = opened(data, longest_edge=longest).pixels
    assert pixels.shape == (target[1], target[0], 3)
    assert pixels.flags.writeable
    if drafted.shape == pixels.shape:
        assert np.array_equal(pixels, drafted)
    else:
        shrunk = np.asarray(Image.fromarray(drafted).resize(target, Image.Resampling.BOX), np.int16)
        assert np.abs(pixels - shrunk).mean() < 3


def test_a_small_photo_is_not_enlarged(opened: Callable[..., Photo]) -> None:
    assert opened(code(two_halves()), longest_edge=1600).pixels.shape == (400, 300, 3)


def test_a_photo_is_just_pixels(opened: Callable[..., Photo]) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Tester"
    photo = opened(code(two_halves(), "JPEG", exif=exif))
    assert type(photo.pixels) is np.ndarray
    assert "Tester" not in repr(photo)


@pytest.mark.parametrize("quality", [10, 30, 60, 90])
def test_the_quality_of_a_jpeg_is_read_off_its_tables(quality: int, opened: Callable[..., Photo]) -> None:
    found = opened(code(two_halves(), "JPEG", quality=quality)).jpeg_quality
    assert found is not None
    assert abs(found - quality) <= 5


def test_no_photo_is_opened_on_a_lapsed_permit(clock: FakeClock) -> None:
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    clock.advance(PERMIT_LIFE + timedelta(seconds=1))
    with pytest.raises(PermitRefusedError):
        decode(person("anna/00"), permit, clock=clock)


def test_a_permit_comes_before_even_the_kind_of_file(clock: FakeClock) -> None:
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    clock.advance(PERMIT_LIFE + timedelta(seconds=1))
    with pytest.raises(PermitRefusedError):
        decode(b"", permit, clock=clock)


@pytest.mark.parametrize("cut", [0.02, 0.3, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_that_breaks_off_is_refused_by_name(
    kind: str, cut: float, opened: Callable[..., Photo]
) -> None:
    anna = Image.open(io.BytesIO(person("anna/00")))
    whole = (DATA / "heic" / "anna.heic").read_bytes() if kind == "HEIF" else code(anna, kind)
    with pytest.raises(PhotoRefusedError) as refusal:
        opened(whole[: int(len(whole) * cut)])
    assert refusal.value.code == "photo_truncated"


def test_damage_in_the_middle_never_escapes_as_another_error(
    opened: Callable[..., Photo],
) -> None:
    chance = np.random.default_rng(11)
    files = [code(two_halves(), kind) for kind in ("JPEG", "PNG", "WEBP")] + [
        (DATA / "heic" / "anna.heic").read_bytes()
    ]
    for file in files:
        for _ in range(25):
            hurt = bytearray(file)
            for place in chance.integers(12, len(hurt), 8):
                hurt[place] = chance.integers(256)
            try:
                photo = opened(bytes(hurt))
            except PhotoRefusedError:
                continue
            assert photo.pixels.ndim == 3  # damaged, yet a picture
