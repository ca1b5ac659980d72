"""Anyone can make a template: docs/howto/make-a-template.md is followed to the letter, by a shell, in an empty home."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from tests.architecture.source import ROOT
from tests.fakes.sitting import Sat, shot

from fenshen.labels.verify import verify
from fenshen.rights.desk import Desk

pytestmark = pytest.mark.xdist_group("sitting")
PAGE = (ROOT / "docs" / "howto" / "make-a-template.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|toml)\n(.*?)```", PAGE, re.DOTALL)


def follow(kind: str, text: str, home: Path, folder: Path, double: str, photo: Path) -> None:
    """What a person does with one block: type it into a shell, or save it where the page says."""
    if kind == "toml":
        (home / "templates" / "plum_dusk" / "template.toml").write_text(text, "utf-8")
        return
    typed = text.replace("DOUBLE", double).replace("PHOTO", str(photo))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", typed],
        cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (typed, done.stdout, done.stderr)


def test_who_follows_the_page_has_two_more_templates_and_portraits_of_them(
    studio: Desk, anna: Sat, home: Path, tmp_path: Path
) -> None:
    folder, photo = tmp_path / "work", tmp_path / "portrait.jpg"
    folder.mkdir()
    photo.write_bytes(shot(1, "omar"))
    assert [kind for kind, _ in BLOCKS].count("toml") == 1
    assert len(BLOCKS) >= 6
    for kind, text in BLOCKS:
        follow(kind, text, home, folder, anna.sitting.double, photo)
    made = sorted((folder / "portraits").iterdir())
    assert [file.name for file in made] == ["plum_dusk.jpg", "window_light.jpg"]
    darker = folder / "darker" / "plum_dusk.jpg"
    assert darker.read_bytes() != made[0].read_bytes()
    shown = folder / "shown" / "plum_dusk.jpg"
    window = home / "templates" / "window_light" / "preview.webp"
    key = (home / "keys" / "studio.pub").read_bytes()
    for file in (*made, darker, shown, window):
        assert verify(file.read_bytes(), public_key=key, producer="fenshen-studio").ours
        least = 320 if file in {shown, window} else 1024
        assert min(Image.open(io.BytesIO(file.read_bytes())).size) >= least
