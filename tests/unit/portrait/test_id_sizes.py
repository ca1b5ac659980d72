"""The sizes of ID photos say what the rules say, and nothing that the rules do not."""

from datetime import date

import pytest

from fenshen import words
from fenshen.portrait import id_sizes
from fenshen.portrait.id_checks import MEASURES
from fenshen.portrait.id_sizes import BackgroundUnknownError, IdSizeUnknownError, background, size, sizes
from fenshen.portrait.id_subject import UNFIT

# As the rules were written down: name, mm, px, dpi, backgrounds, KB.
WHITE, BLUE, RED = "white", "blue", "red"
TABLE = {
    "一寸": ((25, 35), (295, 413), 300, {WHITE, BLUE, RED}, None),
    "小一寸": ((22, 32), (260, 378), 300, {WHITE}, None),
    "大一寸": ((33, 48), (390, 567), 300, {WHITE, BLUE}, None),
    "二寸": ((35, 49), (413, 579), 300, {WHITE, BLUE, RED}, None),
    "小二寸": ((35, 45), (413, 531), 300, {WHITE, BLUE}, None),
    "大二寸": ((35, 53), (413, 626), 300, {WHITE, BLUE}, None),
    "三寸": ((55, 84), (650, 992), 300, set(), None),
    "五寸": ((89, 127), (1051, 1500), 300, set(), None),
    "居民身份证": ((26, 32), (358, 441), 350, {WHITE}, (14, 20)),
    "居住证": ((26, 32), (358, 441), 350, {WHITE}, None),
    "驾驶证": ((22, 32), (260, 378), 300, {WHITE}, (14, 30)),
    "护照": ((33, 48), (390, 567), 300, {WHITE}, (20, 80)),
    "美国签证": ((51, 51), (600, 600), 300, {WHITE}, None),
    "日本签证": ((35, 45), (413, 531), 300, {WHITE}, None),
    "日本签证方形": ((45, 45), (531, 531), 300, {WHITE}, None),
    "申根签证": ((35, 45), (413, 531), 300, {WHITE, "light_grey"}, None),
    "越南签证": ((40, 60), (472, 709), 300, {WHITE}, None),
    "导游证": ((23, 33), (272, 390), 300, set(), None),
    "教师资格证": ((25, 35), (295, 413), 300, {WHITE}, None),
    "英语四六级": ((12, 16), (144, 192), 300, {WHITE, BLUE}, (0, 10)),
    "研究生考试": ((45, 60), (531, 709), 300, {WHITE}, None),
    "国考": ((35, 45), (413, 531), 300, {WHITE, BLUE}, None),
}
# What the rules limit, in their own units.
LIMITS = {
    ("id_card", "head_width"): ("px", 207 - 14, 207 + 14),
    ("id_card", "crown_to_top"): ("px", 7, 21),
    ("id_card", "eyes_to_bottom"): ("px", 207, None),
    ("driving_licence", "head_width"): ("px", 165, 189),
    ("driving_licence", "head_height"): ("px", 224, 260),
    ("driving_licence", "crown_to_top"): ("px", 10, 20),
    ("passport", "head_width"): ("mm", 15, 22),
    ("passport", "head_height"): ("mm", 28, 33),
    ("passport", "crown_to_top"): ("mm", 3, 5),
    ("passport", "chin_to_bottom"): ("mm", 7, None),
    ("schengen_visa", "head_height"): ("share", 0.7, 0.8),
}


def test_every_size_of_the_rules_is_there_with_their_numbers() -> None:
    found = {s.zh: (s.mm, s.px, s.dpi, set(s.backgrounds), s.kb) for s in sizes()}
    assert found == TABLE
    assert len(found) >= 21


def test_only_what_a_rule_limits_is_limited() -> None:
    found = {(s.name, m): (lim.unit, lim.low, lim.high) for s in sizes() for m, lim in s.limits.items()}
    assert found == LIMITS


def test_what_a_rule_says_of_the_file_is_kept_apart() -> None:
    card, licence, passport = size("id_card"), size("driving_licence"), size("passport")
    assert (card.jpeg_quality, licence.least_quality) == (70, 70)
    assert {s.name: s.asks for s in sizes() if s.asks} == {
        "id_card": ("no_uniform", "no_white_top", "glasses_as_worn"),
        "driving_licence": ("recent", "no_uniform"),
    }
    assert passport.digital_px == (354, 472, 480, 640)
    assert [s.name for s in sizes() if s.edits == "forbidden"] == ["passport"]
    assert id_sizes.recorded() == date(2026, 11, 22)


@pytest.mark.parametrize("each", sizes(), ids=lambda each: each.name)
def test_pixels_and_millimetres_of_a_size_agree(each: id_sizes.IdSize) -> None:
    """Within three pixels, which is how far the lists themselves round."""
    for pixels, mm in zip(each.px, each.mm, strict=True):
        assert abs(pixels - mm * each.px_per_mm) <= 3.1


def test_a_size_is_found_by_any_of_its_names() -> None:
    assert {size(n).name for n in ("id_card", "id-card", "身份证", "居民身份证")} == {"id_card"}
    names = [name for s in sizes() for name in (s.name, s.zh, *s.also)]
    assert len(names) == len(set(names))
    with pytest.raises(IdSizeUnknownError):
        size("一丈")


def test_millimetres_of_a_rule_become_pixels_of_the_file() -> None:
    low, high = size("passport").span("head_height") or (0, 0)
    assert (round(low), round(high)) == (331, 390)
    assert size("schengen_visa").span("head_height") == pytest.approx((371.7, 424.8))
    assert size("one_inch").span("head_height") is None


@pytest.mark.parametrize(
    ("given", "colour"),
    [
        ("white", (255, 255, 255)),
        ("blue", (67, 142, 219)),
        ("red", (255, 0, 0)),
        ("light-grey", (242, 240, 240)),
        ("dark_blue", (75, 97, 144)),
        ("#628BCE", (98, 139, 206)),
        ("keep", None),
    ],
)
def test_a_background_is_a_name_or_a_colour(given: str, colour: tuple[int, int, int] | None) -> None:
    assert background(given) == colour


@pytest.mark.parametrize("given", ["", "#12345", "#12345g", "sky", "255,255,255"])
def test_anything_else_is_no_background(given: str) -> None:
    with pytest.raises(BackgroundUnknownError):
        background(given)


@pytest.mark.parametrize("language", words.languages())
def test_every_measure_fault_and_reminder_has_words_in_both_languages(language: str) -> None:
    codes = [f"id_{measure}" for measure in MEASURES]
    codes += ["id_file_small", "id_file_large", "id_quality", "id_exposed", "id_enlarged", "id_crown_cut"]
    codes += ["id_crown_unsure", "id_body_cut", "id_background_other", "id_size_doubtful"]
    codes += [f"id_edits_{each.edits}" for each in sizes()] + [f"id_ask_{a}" for s in sizes() for a in s.asks]
    assert {code for code in codes if not words.fields(code, language) >= {"what", "fix"}} == set()
    assert {c for c in UNFIT if not words.fields(c, language) >= {"what", "why", "fix"}} == set()
    assert {f"idphoto_evidence_{each.evidence}" for each in sizes()} <= words.codes(language)
