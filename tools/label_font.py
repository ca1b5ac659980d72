"""Make the label's fonts: Barlow Condensed and Noto Sans SC cut down to the glyphs of the visible label.

    npm pack @expo-google-fonts/barlow-condensed@0.4.1 @expo-google-fonts/noto-sans-sc@0.4.3
    pip install fonttools==4.68.0
    python tools/label_font.py expo-google-fonts-*.tgz

Writes four small fonts to src/fenshen/labels/fonts and, beside them, the licences as the packages ship them (OFL
1.1). Run again only when the words of the label change; the same packages give the same bytes.
"""

import sys
import tarfile
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LATIN, HANZI = "AI GENERATED", "生成"
CUTS = (
    ("BarlowCondensed-Label-Medium.ttf", "package/500Medium/BarlowCondensed_500Medium.ttf", LATIN),
    ("BarlowCondensed-Label-Regular.ttf", "package/400Regular/BarlowCondensed_400Regular.ttf", LATIN),
    ("NotoSansSC-Label-Medium.ttf", "package/500Medium/NotoSansSC_500Medium.ttf", HANZI),
    ("NotoSansSC-Label-Regular.ttf", "package/400Regular/NotoSansSC_400Regular.ttf", HANZI),
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
    """Read one npm package, write what it has of the cuts, and its licence."""
    with tarfile.open(archive) as package:
        there = set(package.getnames())
        for name, face, glyphs in CUTS:
            if face in there:
                small = cut(member(package, face), glyphs)
                (FONTS / name).write_bytes(small)
                print(f"{name}: {len(small)} bytes, {len(set(glyphs))} glyphs")
                family = name.partition("-")[0]
        (FONTS / f"OFL-{family}.txt").write_bytes(member(package, LICENCE))


if __name__ == "__main__":
    for given in sys.argv[1:]:
        main(Path(given))
