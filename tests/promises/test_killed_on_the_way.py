"""Promise: killed anywhere on a sitter's real journey, the studio keeps no photo and finishes what it promised.

A real process with real nets and a bundled person, a real ``kill -9``. Seeded and short here: FENSHEN_TEST_KILLS says
how often; ``make bench-vault`` does it a hundred times.
"""

import os
from pathlib import Path

import pytest
from tests.fakes import journey
from tests.fakes.aftermath import Rooms, after, copied, furnish

KILLS = int(os.environ.get("FENSHEN_TEST_KILLS", "4"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + 60 * KILLS)]


def test_wherever_it_is_killed_no_photo_stays_and_what_was_begun_is_finished(
    models: Path, tmp_path: Path
) -> None:
    template, planted = furnish(Rooms.below(tmp_path / "template"), models), journey.canaries()
    rooms = copied(template, tmp_path / "rehearsal")
    rehearsal = journey.live(rooms.home, models, rooms.out, rooms.temp)
    assert set(journey.STAGES) <= set(rehearsal.said)
    assert list(after(rehearsal, rooms, models, planted).faults) == []
    for number, (stage, delay) in enumerate(journey.moments(rehearsal, KILLS, seed=11)):
        rooms = copied(template, tmp_path / str(number))
        killed = journey.live(rooms.home, models, rooms.out, rooms.temp, stage=stage, delay=delay)
        assert list(after(killed, rooms, models, planted).faults) == [], killed.said
