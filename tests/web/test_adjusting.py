"""A template's dials on the page of a portrait, and in an order of a program: what was turned reaches the job."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from fenshen.flow.later import order_of
from fenshen.store import jobs
from fenshen.templates.catalogue import template
from tests.fakes.belongings import Belongings
from tests.fakes.web import Visit


def last_order(visit: Visit) -> Any:
    with visit.studio.desk.store.begin() as connection:
        row = jobs.of_account(connection, visit.account)[-1]
    return order_of(json.loads(row.wanted))


def test_a_page_shows_a_slider_for_each_dial_where_it_stands(anna: Visit, annas: Belongings) -> None:
    page = anna.get(f"/portraits/{annas.portrait}").text
    for name, what in template("rembrandt").adjust.items():
        assert what.kind == "dial"
        slider = re.search(rf'<input type="range" name="set_{name}"[^>]*>', page)
        assert slider
        assert f'min="{what.minimum}"' in slider[0]
        assert f'value="{what.default}"' in slider[0]
        assert what.label.en in page


def test_what_is_turned_is_ordered_and_what_is_not_is_left_out(anna: Visit, annas: Belongings) -> None:
    sent = {"set_warmth": "0.3", "set_key": "0", "set_backdrop": "0.0"}
    assert anna.post(f"/portraits/{annas.portrait}/again", sent).status_code == 303
    order = last_order(anna)
    assert order.adjust == {"warmth": 0.3}
    assert order.templates == ["rembrandt"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [({"set_warmth": "7"}, "from -1 to 1"), ({"set_nosuch": "1"}, "backdrop, key, warmth")],
)
def test_what_a_page_never_sends_is_refused_with_the_range(
    anna: Visit, annas: Belongings, sent: dict[str, str], words: str
) -> None:
    answer = anna.post(f"/portraits/{annas.portrait}/again", sent)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_program_orders_with_dials(api: TestClient, anna: Visit, annas: Belongings) -> None:
    address = f"doubles/{annas.double}/portraits"
    body = {"templates": ["rembrandt", "butterfly"], "adjust": {"warmth": -0.5, "key": 1}}
    assert api.post(address, json=body).status_code == 202
    assert last_order(anna).adjust == {"warmth": -0.5, "key": 1}
    refused = api.post(address, json={"templates": ["rembrandt"], "adjust": {"warmth": 1.5}})
    assert (refused.status_code, refused.json()["code"]) == (422, "adjust_range")
    refused = api.post(address, json={"templates": ["rembrandt", "pencil"], "adjust": {"warmth": 0.5}})
    assert refused.json()["code"] == "adjust_unknown"


def test_a_program_is_told_what_there_is_to_adjust(api: TestClient) -> None:
    dials = api.get("templates/rembrandt").json()["adjust"]
    assert dials["warmth"]["minimum"] == -1
    assert "drives" not in dials["warmth"]
    walls = api.get("templates/id_blue").json()["adjust"]["wall"]
    assert [each["name"] for each in walls["options"]] == ["blue", "white", "red"]
    assert any(each["adjust"] for each in api.get("templates").json())
