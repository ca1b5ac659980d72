"""Make the label's fonts: Noto Sans SC cut down to the glyphs of the visible label.

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3
    pip install fonttools==4.68.0
    python tools/label_font.py expo-google-fonts-noto-sans-sc-0.4.3.tgz

Writes two small fonts to src/fenshen/labels/fonts and, beside them, the licence as the package ships it (OFL
1.1). Two weights, because in the label the capitals are as tall as the hanzi: in one weight they would look
bolder. Run again only when the words of the label change; the same package gives the same bytes.
"""

import sys
import tarfile
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

CUTS = (
    ("NotoSansSC-Label-Latin.ttf", "package/400Regular/NotoSansSC_400Regular.ttf", "AI GENERATED"),
    ("NotoSansSC-Label-Hanzi.ttf", "package/500Medium/NotoSansSC_500Medium.ttf", "生成"),
)
LICENCE = "package/LICENSE_FONT"
FONTS = Path(__file__).parents[1] / "src/fenshen/labels/fonts"


def member(package: tarfile.TarFile, name: str) -> bytes:
    """The content of one file of the package."""
    found = package.extractfile(name)
    if found is None:
        raise SystemExit(f"{name} is not a file of this package")
    return found.read()


def cut(face: bytes, glyphs: str) -> bytes:
    """The font with these glyphs only; neither layout tables nor hinting, which the label does not use."""
    options = subset.Options(
        layout_features=[],
        hinting=False,
        name_IDs=[0, 1, 2, 4, 5, 6, 13, 14],
        notdef_outline=True,
        drop_tables=["vhea", "vmtx", "BASE", "STAT"],
    )
    font = TTFont(BytesIO(face), recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text=glyphs)
    cutter.subset(font)
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def main(archive: Path) -> None:
    """Read the npm package, write the subset and the licence."""
    with tarfile.open(archive) as package:
        for name, face, glyphs in CUTS:
            small = cut(member(package, face), glyphs)
            (FONTS / name).write_bytes(small)
            print(f"{name}: {len(small)} bytes, {len(set(glyphs))} glyphs")
        (FONTS / "OFL.txt").write_bytes(member(package, LICENCE))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
