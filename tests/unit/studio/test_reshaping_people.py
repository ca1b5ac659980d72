"""On people who do not exist: a face that was led to a pose is read in that pose."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fakes.takes import a_take

from fenshen.double.take import Take
from fenshen.engines.studio.reshape import Change, reshaped
from fenshen.people import photos_of
from fenshen.vision import faces, mesh
from fenshen.vision.arrays import RGB


def read(rgb: RGB, models: Path) -> mesh.FaceMesh:
    return mesh.fit(rgb, faces.detect(rgb, models)[0], models)


def whole(name: str, number: int, models: Path) -> Take:
    """A bundled photo as a take that is not cut out."""
    rgb = np.asarray(Image.open(BytesIO(photos_of(name)[number].read())).convert("RGB"))
    fitted = read(rgb, models)
    pose = fitted.pose
    return replace(
        a_take(1),
        foreground=rgb,
        alpha=np.full(rgb.shape[:2], 255, np.uint8),
        points=fitted.points,
        yaw=pose.yaw,
        pitch=pose.pitch,
        roll=pose.roll,
    )


@pytest.mark.parametrize("name", ["anna", "omar"])
@pytest.mark.parametrize("change", [Change(yaw=8), Change(yaw=-8), Change(pitch=-6), Change(roll=7)])
def test_a_face_is_read_in_the_pose_it_was_led_to(name: str, change: Change, models: Path) -> None:
    take = whole(name, 0, models)
    led = reshaped(take, change)
    pose = read(led.foreground, models).pose
    assert abs(pose.yaw - led.yaw) < (2 if change.yaw else 1)
    assert abs(pose.pitch - led.pitch) < 2.5
    assert abs(pose.roll - led.roll) < 1
