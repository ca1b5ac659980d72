"""Pictures and a studio key for the tests of labels. Nothing here looks like a person."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.watermark import MARK, FakeWatermark

from fenshen import settings
from fenshen.labels import tc260, write
from fenshen.labels.c2pa_authority import Credentials
from fenshen.labels.c2pa_manifest import Story
from fenshen.labels.c2pa_operator import open_credentials
from fenshen.labels.commitment import commit
from fenshen.labels.verify import Verification, verify
from fenshen.vault.keys import KeyStore

Picture = NDArray[np.uint8]


@pytest.fixture(scope="session")
def studio_key() -> Ed25519PrivateKey:
    """The signing key of a studio."""
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="session")
def public_key(studio_key: Ed25519PrivateKey) -> bytes:
    """The same studio's public key, raw."""
    return studio_key.public_key().public_bytes_raw()


@pytest.fixture(scope="session")
def backdrop() -> Callable[..., Picture]:
    """Make a soft backdrop of a colour, darker to the foot, with a little grain."""

    def make(width: int, height: int, colour: tuple[int, int, int] = (142, 138, 131)) -> Picture:
        fall = np.linspace(1.0, 0.8, height, dtype=np.float32)[:, None, None]
        grain = np.random.default_rng(7).normal(0, 1.5, (height, width, 1))
        return np.clip(np.array(colour, np.float32) * fall + grain, 0, 255).astype(np.uint8)

    return make


@pytest.fixture(scope="session")
def labelled(studio_key: Ed25519PrivateKey) -> Callable[..., write.LabelledPicture]:
    """Label a picture as the studio does."""

    def make(rgb: Picture, **changed: object) -> write.LabelledPicture:
        wishes: dict[str, object] = {
            "format": "JPEG",
            "source_type": write.SourceType.COMPOSITE_SYNTHETIC,
            "producer": "fenshen-studio",
            "produce_id": tc260.new_produce_id(datetime.now(UTC), secrets.token_bytes(16)),
            "language": "zh",
            "faces": (),
            "signer": studio_key.sign,
        }
        return write.label(rgb, **{**wishes, **changed})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    """Give the content credentials of a studio that has just been started."""
    chosen = settings.load({"FENSHEN_HOME": str(tmp_path_factory.mktemp("studio"))})
    return open_credentials(chosen, KeyStore(chosen), datetime.now(UTC))


@pytest.fixture(scope="session")
def receipt() -> bytes:
    """Give the file of a consent receipt."""
    return b'{"type":"consent","id":"receipt_0011223344556677","sig":"ed25519:..."}\n'


@pytest.fixture(scope="session")
def fully_labelled(
    labelled: Callable[..., write.LabelledPicture], credentials: Credentials, receipt: bytes
) -> Callable[..., write.LabelledPicture]:
    """Label a picture with every mark there is."""

    def make(rgb: Picture, **changed: object) -> write.LabelledPicture:
        story = Story(beautify=0.3, consent=commit(receipt, secrets.token_bytes(16)))
        marks = {"mark": MARK, "watermark": FakeWatermark(), "credentials": credentials, "story": story}
        return labelled(rgb, **{**marks, **changed})

    return make


@pytest.fixture(scope="session")
def decoded() -> Callable[[bytes], Picture]:
    """Decode a file to (H, W, 3) uint8."""
    return lambda data: np.asarray(Image.open(BytesIO(data)).convert("RGB"))


@pytest.fixture
def ask(public_key: bytes, credentials: Credentials) -> Callable[..., Verification]:
    """Verify as this studio does, with its key and its root certificate."""

    def verified(data: bytes, **changed: object) -> Verification:
        asked = {"public_key": public_key, "anchor": credentials.anchor, "watermark": FakeWatermark()}
        return verify(data, **{**asked, **changed})  # type: ignore[arg-type]

    return verified
