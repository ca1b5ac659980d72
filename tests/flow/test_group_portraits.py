"""Several doubles in, one labelled picture out: only while everybody agrees to be shown with the others."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.fakes.rights import agree as consent_to_all
from tests.fakes.rights import take_back
from tests.fakes.sitting import ANNA, Sat, snapshot, watched_writing
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderedGroup, RenderOptions
from fenshen.engines.studio.gathering import GroupStudio
from fenshen.errors import FenshenError, PermitRefusedError
from fenshen.flow import portray_group as story
from fenshen.flow.portray import NotForMinorsError
from fenshen.flow.portray_group import (
    GroupDelivered,
    GroupEngine,
    GroupOrder,
    SeatConsentError,
    SeatsError,
    portray_group,
)
from fenshen.ids import DoubleId, SitterId
from fenshen.labels.verify import State, verify
from fenshen.rights import consent, erasure, holdings, together
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.together import SamePersonTwiceError, TogetherNotAgreedError
from fenshen.store import doubles, exports, issued
from fenshen.templates.group import GroupTemplate, Layout, groups
from fenshen.vault.vault import DataClass

pytestmark = pytest.mark.xdist_group("sitting")
LIN = SitterId("sitter_lin")
LIN_DOUBLE = DoubleId("double_00000000000000aa")
ORDER = GroupOrder(template="couple", short_side=400)


@pytest.fixture
def pair(studio: Desk, anna: Sat) -> tuple[DoubleId, DoubleId]:
    """Give two people, each with a double of their own: the second looks like the first, which nobody minds here."""
    consent_to_all(studio, LIN)
    content = studio.vault.get(ANNA, DataClass.DOUBLE, anna.sitting.double)
    studio.vault.put(LIN, DataClass.DOUBLE, LIN_DOUBLE, content)
    with studio.store.begin() as connection:
        row = doubles.new(LIN_DOUBLE, LIN, studio.clock.now(), takes=5, format_version=1)
        doubles.add(connection, row)
    return anna.sitting.double, LIN_DOUBLE


def agreed(studio: Desk, *sitters: SitterId) -> str:
    group = together.propose(studio, sitters, ["couple"])
    for sitter in sitters:
        together.agree(studio, group, sitter, language="en")
    return group


def made(
    studio: Desk,
    ids: Sequence[DoubleId],
    folder: Path,
    order: GroupOrder = ORDER,
    engine: GroupEngine | None = None,
) -> GroupDelivered:
    return portray_group(ids, order, folder, desk=studio, engine=engine or GroupStudio())


def test_a_group_portrait_carries_every_label_and_says_how_like_each_person_is(
    studio: Desk, pair: tuple[DoubleId, DoubleId], home: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = tmp_path / "out"
    assert run(["together", "propose", *pair, "-t", "couple", "--json"]) == 0
    group = json.loads(capsys.readouterr().out)["group"]
    for double in pair:
        assert run(["together", "agree", group, double, "--consent", "--json"]) == 0
    capsys.readouterr()
    with watched_writing() as written:
        asked = ["portrait", *pair, "-t", "couple", "-o", str(out), "--short-side", "400", "--json"]
        assert run(asked) == 0
    (told,) = json.loads(capsys.readouterr().out)["portraits"]
    assert written.outside(home, out, Path("/dev")) == set()
    assert sorted(snapshot(out)) == ["couple.jpg"]
    assert [person["seat"] for person in told["people"]] == [1, 2]
    assert min(person["likeness"] for person in told["people"]) == told["likeness"] > 0.4
    file = Path(told["file"]).read_bytes()
    found = verify(file, public_key=(home / "keys" / "studio.pub").read_bytes(), producer="fenshen-studio")
    states = {mark.mark: mark.state for mark in found.marks}
    assert found.ours
    assert states["visible"] is states["tc260"] is states["signature"] is State.VALID
    for secret in (*pair, ANNA, LIN, group):
        assert secret.encode() not in file
    assert faces_in(home) == []


def test_the_export_is_in_everybodys_holdings_and_leaves_with_each(
    studio: Desk, pair: tuple[DoubleId, DoubleId], tmp_path: Path
) -> None:
    agreed(studio, ANNA, LIN)
    delivered = made(studio, pair, tmp_path / "out")
    for sitter in (ANNA, LIN):
        held = {each.id for each in holdings.holdings(studio, sitter) if each.kind == "export_record"}
        assert held == {delivered.export}
    erasure.erase(studio, LIN)
    with studio.store.begin() as connection:
        assert exports.every(connection, LIN) == []
        assert [row.id for row in exports.every(connection, ANNA)] == [delivered.export]
        assert [row.kind for row in issued.every(connection)] == ["together"]


def test_without_everybodys_yes_nothing_is_made_and_the_seat_is_told(
    studio: Desk, pair: tuple[DoubleId, DoubleId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    group = together.propose(studio, [ANNA, LIN], ["couple"])
    together.agree(studio, group, ANNA, language="en")
    assert run(["portrait", *pair, "-t", "couple", "-o", str(tmp_path / "out"), "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "together_not_agreed"
    assert "seat 2" in error["what"]
    for secret in (*pair, ANNA, LIN):
        assert secret not in error["what"]
    assert not (tmp_path / "out").exists()


def test_a_yes_to_be_shown_together_is_no_consent_to_portraits(
    studio: Desk, pair: tuple[DoubleId, DoubleId], tmp_path: Path
) -> None:
    agreed(studio, ANNA, LIN)
    take_back(studio, LIN, Purpose.RENDER_PORTRAIT)
    with pytest.raises(SeatConsentError) as refusal:
        made(studio, pair, tmp_path / "out")
    assert refusal.value.facts["seat"] == 2


@pytest.mark.parametrize("last", ["yes", "consent"])
def test_a_yes_taken_back_while_the_picture_is_made_keeps_it_from_leaving(
    last: str, studio: Desk, pair: tuple[DoubleId, DoubleId], tmp_path: Path
) -> None:
    group = agreed(studio, ANNA, LIN)

    class TakingBack(GroupStudio):
        def render(
            self,
            people: Sequence[OpenDouble],
            recipe: GroupTemplate,
            layout: Layout,
            options: RenderOptions,
            without: Sequence[tuple[int, ...]] = (),
            /,
        ) -> RenderedGroup:
            rendered = super().render(people, recipe, layout, options, without)
            if last == "yes":
                together.withdraw(studio, group, LIN)  # type: ignore[arg-type]
            else:
                take_back(studio, LIN, Purpose.RENDER_PORTRAIT)
            return rendered

    with pytest.raises((TogetherNotAgreedError, PermitRefusedError)):
        made(studio, pair, tmp_path / "out", engine=TakingBack())
    assert not (tmp_path / "out").exists()


class Untouched(GroupStudio):
    """An engine that nobody may reach."""

    def render(self, *_: object) -> RenderedGroup:
        raise AssertionError("rendered")


def test_bad_orders_are_refused_before_a_double_is_opened(
    studio: Desk, pair: tuple[DoubleId, DoubleId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed(studio, ANNA, LIN)
    grim = groups()["couple"].model_copy(update={"child_safe": False})
    orders: list[tuple[Sequence[DoubleId], type[FenshenError]]] = [
        ([pair[0], pair[0]], SamePersonTwiceError),
        ([pair[0]], SeatsError),
        ([*pair, pair[0]], SeatsError),
    ]
    for ids, error in orders:
        with pytest.raises(error):
            made(studio, ids, tmp_path / "out", engine=Untouched())
    consent.grant(
        studio, LIN, list(Purpose), adult=False, minor=consent.AgeBand.TEEN, is_self=False, language="en"
    )
    group = together.propose(studio, [ANNA, LIN], ["couple"])
    for sitter in (ANNA, LIN):
        together.agree(studio, group, sitter, language="en")
    monkeypatch.setattr(story, "group_template", lambda _: grim)
    with pytest.raises(NotForMinorsError):
        made(studio, pair, tmp_path / "out", engine=Untouched())
    assert not (tmp_path / "out").exists()


def test_what_is_for_one_person_is_refused_for_several(
    studio: Desk, pair: tuple[DoubleId, DoubleId], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert studio.settings.home.exists()
    for option in (["--later"], ["--label-free"], ["--smile", "0.5"], ["-n", "2"]):
        asked = ["portrait", *pair, "-t", "couple", "-o", str(tmp_path / "out"), *option, "--json"]
        assert run(asked) == 1
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_for_groups"


def test_a_person_sees_their_groups_and_can_say_no(
    studio: Desk, pair: tuple[DoubleId, DoubleId], capsys: pytest.CaptureFixture[str]
) -> None:
    group = agreed(studio, ANNA, LIN)
    assert run(["together", "list", pair[1], "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["group"], row["people"], row["agreed"]) == (group, 2, True)
    assert run(["together", "withdraw", group, pair[1]]) == 0
    assert run(["together", "agree", group, pair[0], "--json"]) == 1  # a flag or somebody to ask
    assert "consent_required" in capsys.readouterr().out
    assert run(["together", "list", pair[1], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run(["together", "templates"]) == 0
    assert "parent_and_child" in capsys.readouterr().out
