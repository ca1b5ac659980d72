"""One's own data: seen, taken away, and all of it gone with the account, letters too."""

import io
import zipfile

from fenshen.ids import ComplaintId, SitterId
from fenshen.rights import complaints, holdings
from fenshen.vault.vault import DataClass
from tests.fakes.web import Visit
from tests.web.conftest import sitters_of


def letter_of(visitor: Visit) -> ComplaintId:
    page = visitor.post("/complain", {"topic": "my_data", "text": "What do you keep?"}).text
    return ComplaintId("complaint_" + page.partition("complaint_")[2][:16])


def test_what_is_kept_is_listed_one_by_one(anna: Visit) -> None:
    (sitter,) = sitters_of(anna)
    held = holdings.holdings(anna.studio.desk, sitter)
    page = anna.get(f"/sitters/{sitter}/held").text
    assert held
    assert all(each.id in page for each in held)


def test_everything_can_be_taken_away_letters_opened(anna: Visit) -> None:
    letter_of(anna)
    with zipfile.ZipFile(io.BytesIO(anna.post("/mine/export").content)) as archive:
        assert "What do you keep?" in archive.read("account.json").decode()
        assert {f"{sitter}.zip" for sitter in sitters_of(anna)} <= set(archive.namelist())


def test_a_letter_is_read_by_its_account_and_by_whoever_holds_its_code(anna: Visit, omar: Visit) -> None:
    page = anna.post("/complain", {"topic": "my_data", "text": "What do you keep?"}).text
    number = "complaint_" + page.partition("complaint_")[2][:16]
    code = page.split('<dd class="code">')[2].partition("<")[0]
    assert "What do you keep?" in anna.get(f"/complaints/{number}").text
    assert omar.get(f"/complaints/{number}").status_code == 404
    assert "What do you keep?" in omar.post("/complaints/read", {"number": number, "code": code}).text
    assert omar.post("/complaints/read", {"number": number, "code": "guess"}).status_code == 404


def test_an_account_that_leaves_takes_its_letters_and_its_people_along(anna: Visit) -> None:
    desk, letter, (sitter,) = anna.studio.desk, letter_of(anna), sitters_of(anna)
    assert desk.vault.objects(SitterId(letter), DataClass.COMPLAINT)
    assert "sure" in anna.post("/mine/leave").text  # once more, before what cannot be undone
    page = anna.post("/mine/leave", {"sure": "yes"}).text
    assert "data:application/json;base64," in page
    assert desk.vault.objects(SitterId(letter), DataClass.COMPLAINT) == []
    assert holdings.holdings(desk, sitter) == []
    assert anna.get("/mine").headers["location"] == "/sign-in"


def test_a_complaint_has_a_date_and_an_answer_with_reasons(anna: Visit) -> None:
    letter = letter_of(anna)
    row = complaints.answer(
        anna.studio.desk, letter, complaints.ComplaintState.DECLINED, "Nothing but this letter."
    )
    assert f"{row.at:%a} {row.due_at:%a %Y-%m-%d}" == "Sun Fri 2026-12-11"  # fifteen working days
    assert "Nothing but this letter." in anna.get(f"/complaints/{letter}").text
