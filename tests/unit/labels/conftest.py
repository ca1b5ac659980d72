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

from fenshen.labels import tc260, write

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
def decoded() -> Callable[[bytes], Picture]:
    """Decode a file to (H, W, 3) uint8."""
    return lambda data: np.asarray(Image.open(BytesIO(data)).convert("RGB"))
