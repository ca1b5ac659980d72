"""A folder may hold a friend's photo; the sitter is who most photos show."""

from pathlib import Path

from fenshen.clock import SystemClock
from fenshen.people import photos_of
from fenshen.photos.inspect import inspect_set
from fenshen.rights.consent import Purpose, for_this_run


def test_one_good_picture_of_a_friend_does_not_become_the_frontal(models: Path) -> None:
    friend = photos_of("anna")[:2]  # the first is as good a frontal as there is
    sitter = [
        photo
        for photo in photos_of("omar")
        if photo.name in {"01.jpg", "02.jpg", "06.jpg", "07.jpg", "18.jpg"}
    ]
    clock = SystemClock()
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    report = inspect_set([photo.read for photo in (*friend, *sitter)], permit, models, clock=clock)
    assert report.frontal is not None
    assert report.frontal >= len(friend)
    assert {report.photos[k].same_person for k in range(len(friend))} <= {"other", "unsure"}
    assert sum(photo.same_person in {"frontal", "same"} for photo in report.photos[len(friend) :]) >= 4
