"""What the signature proves, and what no change survives."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from numpy.typing import NDArray
from PIL import Image

from fenshen.labels import seen, visible
from fenshen.labels.container import PictureUnreadableError, take_apart, with_xmp
from fenshen.labels.lettering import Language
from fenshen.labels.verify import Verification, verify
from fenshen.labels.write import LabelledPicture, SourceType

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]
FORMATS = ["JPEG", "PNG", "WEBP"]
BARE = {"c2pa": "absent", "watermark": "absent"}  # labelled without credentials and invisible mark


def states(found: Verification) -> dict[str, str]:
    return {mark.mark: mark.state.value for mark in found.marks}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("picture_format", FORMATS)
def test_the_studio_knows_its_own_portrait(
    picture_format: str, language: str, backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    found = verify(
        labelled(backdrop(300, 400), format=picture_format, language=language).data, public_key=public_key
    )
    assert found.ours
    assert states(found) == {
        "visible": "valid",
        "tc260": "valid",
        "iptc": "present",
        "signature": "valid",
        **BARE,
    }


def test_a_public_key_in_pem_serves_as_well(
    backdrop: Make, labelled: Label, studio_key: Ed25519PrivateKey
) -> None:
    pem = studio_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert verify(labelled(backdrop(300, 400)).data, public_key=pem).ours


@pytest.mark.parametrize("picture_format", FORMATS)
def test_no_change_of_the_picture_s_bytes_passes_as_ours(
    picture_format: str, backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    data = labelled(backdrop(200, 260), format=picture_format).data
    packet = take_apart(data).xmp[0]
    start = data.index(packet)
    # The packet, its segment's header and checksum, and WebP's "has metadata" flags are no picture data.
    metadata = (
        {*range(start - 33, start + len(packet) + 4), 20}
        if picture_format != "PNG"
        else {*range(start - 30, start + len(packet) + 4)}
    )
    places = [place for place in range(len(data)) if place not in metadata]
    rng = np.random.default_rng(11)
    for place in rng.choice(places, 200, replace=False):
        flipped = bytearray(data)
        flipped[place] ^= int(rng.integers(1, 256))
        try:
            assert not verify(bytes(flipped), public_key=public_key).ours
        except PictureUnreadableError:
            continue


@pytest.mark.parametrize("picture_format", FORMATS)
@pytest.mark.parametrize("more", [b"\0", b"PK\x03\x04 something else"])
def test_bytes_after_the_end_are_a_change(
    picture_format: str, more: bytes, backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    found = verify(labelled(backdrop(200, 260), format=picture_format).data + more, public_key=public_key)
    assert not found.ours
    assert states(found)["signature"] == "altered"


@pytest.mark.parametrize("picture_format", FORMATS)
def test_saving_again_breaks_the_signature_even_when_the_metadata_are_copied(
    picture_format: str, backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    data = labelled(backdrop(300, 400), format=picture_format).data
    again = BytesIO()
    image = Image.open(BytesIO(data))
    image.putpixel((0, 0), (1, 2, 3))
    image.save(again, picture_format, icc_profile=image.info["icc_profile"])
    found = verify(with_xmp(again.getvalue(), take_apart(data).xmp[0]), public_key=public_key)
    assert not found.ours
    assert states(found) == {
        "visible": "present",
        "tc260": "altered",
        "iptc": "present",
        "signature": "altered",
        **BARE,
    }


def test_a_label_moved_to_another_portrait_does_not_fit_it(
    backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    mine, other = labelled(backdrop(300, 400)).data, labelled(backdrop(300, 400, (90, 40, 40))).data
    packets = (take_apart(data).xmp[0] for data in (mine, other))
    forged = other.replace(next(reversed([*packets])), take_apart(mine).xmp[0])
    assert states(verify(forged, public_key=public_key))["tc260"] == "altered"


@pytest.mark.parametrize(("old", "new"), [(b":&quot;1&quot;", b":&quot;3&quot;"), (b"Z-", b"Z+")])
def test_a_rewritten_label_is_seen(
    old: bytes, new: bytes, backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    data = labelled(backdrop(300, 400)).data
    assert old in data
    assert not verify(data.replace(old, new), public_key=public_key).ours


def test_a_platform_may_add_itself_as_propagator(backdrop: Make, labelled: Label, public_key: bytes) -> None:
    data = labelled(backdrop(300, 400)).data
    spread = data.replace(b"Propagator&quot;:&quot;fenshen-studio", b"Propagator&quot;:&quot;other-platform")
    assert spread != data
    assert verify(spread, public_key=public_key).ours


@pytest.mark.parametrize("picture_format", FORMATS)
def test_a_second_label_is_flagged(
    picture_format: str, backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    data = labelled(backdrop(300, 400), format=picture_format).data
    found = verify(with_xmp(data, take_apart(data).xmp[0]), public_key=public_key)
    assert not found.ours
    assert states(found)["tc260"] == states(found)["signature"] == "duplicate"


def test_another_studio_s_portrait_is_not_called_ours(
    backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    theirs = labelled(
        backdrop(300, 400), signer=Ed25519PrivateKey.generate().sign, producer="another-studio"
    ).data
    assert states(verify(theirs, public_key=public_key, producer="fenshen-studio"))["signature"] == "foreign"
    assert states(verify(theirs, public_key=public_key))["signature"] == "altered"
    assert not verify(theirs, public_key=public_key).ours


def test_without_a_key_nothing_is_called_ours(backdrop: Make, labelled: Label, public_key: bytes) -> None:
    found = verify(labelled(backdrop(300, 400)).data, public_key=None)
    assert not found.ours
    assert states(found)["signature"] == "unchecked"
    unsigned = verify(labelled(backdrop(300, 400), signer=None).data, public_key=public_key)
    assert states(unsigned) == {
        "visible": "present",
        "tc260": "foreign",
        "iptc": "foreign",
        "signature": "absent",
        **BARE,
    }


def test_a_source_type_that_denies_ai_contradicts_the_label(
    backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    denied = labelled(backdrop(300, 400)).data.replace(b"/compositeSynthetic", b"/digitalCapture    ")
    assert states(verify(denied, public_key=public_key))["iptc"] == "altered"


@pytest.mark.parametrize("picture_format", [*FORMATS, "GIF", "TIFF"])
def test_an_ordinary_picture_has_no_marks_at_all(
    picture_format: str, backdrop: Make, public_key: bytes
) -> None:
    out = BytesIO()
    Image.fromarray(backdrop(640, 480)).save(out, picture_format)
    assert verify(out.getvalue(), public_key=public_key) == Verification(ours=False, marks=())


def test_the_words_are_still_found_after_compression_and_resizing(
    backdrop: Make, labelled: Label, public_key: bytes
) -> None:
    image = Image.open(BytesIO(labelled(backdrop(1024, 1536)).data))
    for size, quality in (((1024, 1536), 50), ((512, 768), 80), ((1500, 2250), 80)):
        out = BytesIO()
        image.resize(size).save(out, "JPEG", quality=quality)
        assert states(verify(out.getvalue(), public_key=public_key)) == {
            "visible": "present", "tc260": "absent", "iptc": "absent", "signature": "absent", **BARE,
        }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("design", visible.DESIGNS)
def test_the_words_are_found_in_every_design_and_language(
    design: visible.Design, language: Language, backdrop: Make
) -> None:
    plain = backdrop(800, 1200)
    drawn = Image.fromarray(visible.draw(plain, language=language, faces=[], design=design))
    for scale, quality in ((1.0, 50), (0.5, 80), (1.6, 80)):
        out = BytesIO()
        drawn.resize((round(drawn.width * scale), round(drawn.height * scale))).save(
            out, "JPEG", quality=quality
        )
        assert seen.find(np.asarray(Image.open(out))) == language
    assert seen.find(plain) is None


@pytest.mark.parametrize("picture_format", FORMATS)
def test_a_file_cut_short_or_no_picture_is_a_named_error(
    picture_format: str, backdrop: Make, labelled: Label
) -> None:
    data = labelled(backdrop(200, 260), format=picture_format).data
    for broken in (data[: len(data) // 2], data[:20], data[:3], b"", b"not a picture", data[:-2]):
        with pytest.raises(PictureUnreadableError):
            verify(broken, public_key=None)


def test_any_bytes_give_an_answer_or_the_named_error(backdrop: Make, labelled: Label) -> None:
    rng = np.random.default_rng(5)
    for picture_format in FORMATS:
        data = labelled(backdrop(160, 200), format=picture_format).data
        for _ in range(60):
            wild = bytearray(data[: int(rng.integers(4, len(data)))] if rng.random() < 0.5 else data)
            for place in rng.integers(0, min(len(wild), 700), 3):
                wild[place] = int(rng.integers(0, 256))
            try:
                verify(bytes(wild), public_key=None)
            except PictureUnreadableError:
                continue


def test_only_the_labeller_makes_a_labelled_picture() -> None:
    with pytest.raises(TypeError, match="made by"):
        LabelledPicture(data=b"", format="JPEG", produce_id="", source_type=SourceType.COMPOSITE_SYNTHETIC)


def test_the_signed_picture_and_the_delivered_one_decode_to_the_same_pixels(
    backdrop: Make, labelled: Label
) -> None:
    plain = backdrop(300, 400)
    drawn = visible.draw(plain, language="zh", faces=[])
    left = np.asarray(Image.open(BytesIO(labelled(plain, format="PNG").data)))
    assert np.array_equal(left, drawn)
