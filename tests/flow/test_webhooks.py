"""Telling programs what happened: over real TLS to a receiver on loopback, signed, again until it arrives."""

import base64
import hmac
import json
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.receiver import Got, Receiver, authority
from tests.fakes.rights import agree, settings_at
from tests.scan import faces_in

from fenshen.errors import NotFoundError
from fenshen.flow.deliver import PAUSES, deliver
from fenshen.flow.later import queue_of
from fenshen.ids import AccountId, DoubleId, JobId, SitterId, WorkerId
from fenshen.jobs import courier
from fenshen.jobs.courier import Reason
from fenshen.jobs.destinations import WebhookAddressError, WebhooksOffError
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.outbox import Event
from fenshen.jobs.queue import Wish
from fenshen.jobs.states import JobKind, JobState, TooManyJobsError
from fenshen.jobs.worker import Worker
from fenshen.rights import account_holdings, destruction, erasure, webhooks
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.webhooks import (
    MOST,
    MOST_WAITING,
    PATIENCE,
    TooManyWebhooksError,
    Webhook,
    WebhookDisabledError,
)
from fenshen.store import accounts, doubles
from fenshen.store import jobs as rows
from fenshen.store import webhooks as webhook_rows
from fenshen.store.jobs import JobRow
from fenshen.vault.vault import DataClass

ANNA = AccountId("account_anna")
SITTER = SitterId("sitter_anna")


@pytest.fixture
def desk(tmp_path: Path, receiver: Receiver, clock: FakeClock) -> Desk:
    """A studio whose operator lets it speak to the receiver."""
    here = replace(settings_at(tmp_path / "home"), webhook_hosts=receiver.hosts, webhook_ca=receiver.ca)
    return open_desk(here, clock)


def hooked(desk: Desk, receiver: Receiver, *events: str) -> tuple[Webhook, str]:
    return webhooks.register(desk, ANNA, receiver.url, events or list(Event))


def ended(desk: Desk, state: JobState = JobState.DONE) -> JobId:
    """Let an order of Anna's end."""
    wish = Wish(
        kind=JobKind.PORTRAITS, account=ANNA, sitter=SITTER, double=DoubleId("double_1"), units=1, wanted={}
    )
    queue, me = queue_of(desk), WorkerId("worker_1")
    job = queue.submit(wish)
    assert queue.claim(me, [JobKind.PORTRAITS]) is not None
    assert queue.end(job.id, me, state)
    return job.id


def work(desk: Desk) -> None:
    """Let one worker tell all that is to be told now."""
    worker = Worker(
        queue=queue_of(desk), handlers={JobKind.WEBHOOK: partial(deliver, desk)}, keep_house=lambda: None,
        tell=lambda *_, **__: None,
    )  # fmt: skip
    worker.run(lambda _, body: Unwritten(body), once=True)


def deliveries(desk: Desk) -> list[JobRow]:
    with desk.store.begin() as connection:
        return [row for row in rows.recent(connection, 50) if row.kind == JobKind.WEBHOOK]


def advance(desk: Desk, by: timedelta) -> None:
    assert isinstance(desk.clock, FakeClock)
    desk.clock.advance(by)


def fares(desk: Desk, webhook: Webhook) -> tuple[bool, str | None]:
    row = webhooks.get(desk, webhook.row.id).row
    return row.disabled_at is not None, row.reason


def signed(got: Got, secret: str) -> bool:
    """Check a signature as a receiver would, by a way of its own."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    mac = base64.b64encode(hmac.new(key, told, sha256).digest()).decode()
    return f"v1,{mac}" in got.headers["webhook-signature"].split(" ")


def answering(status: int) -> Callable[[Got, Any], int]:
    return lambda _, __: status


def test_what_happened_is_told_signed_and_says_ids_and_states_only(desk: Desk, receiver: Receiver) -> None:
    webhook, secret = hooked(desk, receiver)
    job = ended(desk)
    work(desk)
    (got,) = receiver.got
    assert got.path == "/told?of=it"
    assert json.loads(got.body) == {
        "type": "portraits.ready", "timestamp": NOON.isoformat(),
        "data": {"job": job, "kind": "portraits", "state": "done", "code": None, "double": "double_1"},
    }  # fmt: skip
    assert got.headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert got.headers["content-type"] == "application/json"
    assert signed(got, secret)
    assert not signed(got, "whsec_" + base64.b64encode(bytes(32)).decode())
    assert [row.state for row in deliveries(desk)] == ["done"]
    assert webhooks.get(desk, webhook.row.id).row.delivered_at == NOON


def test_one_that_did_not_arrive_is_told_again_with_the_same_id_and_the_same_words(
    desk: Desk, receiver: Receiver
) -> None:
    webhook, secret = hooked(desk, receiver)
    ended(desk)
    receiver.answer = answering(500)
    work(desk)
    assert fares(desk, webhook) == (False, Reason.ANSWER)
    work(desk)  # it is not time yet
    assert len(receiver.got) == 1
    advance(desk, PAUSES[0])
    work(desk)
    receiver.answer = answering(204)
    advance(desk, PAUSES[1])
    work(desk)
    assert len(set(receiver.ids)) == 1
    assert len({each.body for each in receiver.got}) == 1
    assert len({each.headers["webhook-timestamp"] for each in receiver.got}) == 3
    assert all(signed(each, secret) for each in receiver.got)
    assert [row.state for row in deliveries(desk)] == ["done"]
    assert json.loads(deliveries(desk)[0].result or "") == {"status": 204, "tries": 3}
    assert fares(desk, webhook) == (False, None)


def test_it_is_given_up_after_a_day(desk: Desk, receiver: Receiver) -> None:
    hooked(desk, receiver)
    ended(desk)
    receiver.answer = answering(503)
    for pause in (*PAUSES, timedelta(0)):
        work(desk)
        advance(desk, pause)
    assert timedelta(hours=23) < sum(PAUSES, timedelta(0)) < timedelta(hours=25)
    assert len(receiver.got) == len(PAUSES) + 1
    assert [(row.state, row.code) for row in deliveries(desk)] == [("failed", "webhook_given_up")]


def test_a_webhook_that_fails_for_days_is_disabled_until_its_owner_mends_it(
    desk: Desk, receiver: Receiver
) -> None:
    webhook, _ = hooked(desk, receiver)
    receiver.answer = answering(500)
    ended(desk)
    work(desk)
    advance(desk, PATIENCE - timedelta(seconds=1))
    ended(desk)
    work(desk)
    assert fares(desk, webhook) == (False, Reason.ANSWER)
    advance(desk, timedelta(seconds=6))
    work(desk)
    assert fares(desk, webhook) == (True, Reason.ANSWER)
    before = len(receiver.got)
    ended(desk)  # nobody is told any more, nor is anything written for them
    work(desk)
    assert len(receiver.got) == before
    with pytest.raises(WebhookDisabledError):
        webhooks.test(desk, webhook.row.id)
    receiver.answer = answering(200)
    webhooks.enable(desk, webhook.row.id)
    ended(desk)
    work(desk)
    assert len(receiver.got) == before + 1
    assert fares(desk, webhook) == (False, None)


def test_one_that_nobody_mends_for_a_month_is_destroyed(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    other, _ = hooked(desk, receiver)
    webhooks.has_failed(desk, webhook.row.id, Reason.GONE)
    advance(desk, account_holdings.LIVES["webhook"])
    account_holdings.sweep(desk)
    assert len(webhooks.every(desk, ANNA)) == 2
    advance(desk, timedelta(seconds=1))
    account_holdings.sweep(desk)
    assert [each.row.id for each in webhooks.every(desk, ANNA)] == [other.row.id]


def test_one_delivery_that_arrives_forgives_what_failed_before(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    receiver.answer = answering(500)
    ended(desk)
    work(desk)
    receiver.answer = answering(200)
    advance(desk, PATIENCE)
    ended(desk)
    work(desk)
    assert fares(desk, webhook) == (False, None)


def test_who_says_that_it_wants_no_more_gets_no_more(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    receiver.answer = answering(410)
    ended(desk)
    work(desk)
    assert fares(desk, webhook) == (True, Reason.GONE)
    assert [row.code for row in deliveries(desk)] == ["webhook_disabled"]


def test_a_redirect_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    receiver.answer = answering(307)
    ended(desk)
    work(desk)
    assert len(receiver.got) == 1
    assert fares(desk, webhook) == (False, Reason.ANSWER)


def test_an_address_that_is_not_public_is_refused_unless_the_operator_called_it_local(
    desk: Desk, receiver: Receiver
) -> None:
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    work(replace(desk, settings=replace(desk.settings, webhook_hosts=receiver.hosts.removeprefix("local:"))))
    assert receiver.got == []
    assert fares(desk, webhook) == (False, Reason.NOT_PUBLIC)


def test_a_name_that_leads_inside_as_well_as_outside_is_refused(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    both = [(2, 1, 6, "", (ip, receiver.port)) for ip in ("93.184.215.14", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    work(replace(desk, settings=replace(desk.settings, webhook_hosts=receiver.hosts.removeprefix("local:"))))
    assert fares(desk, webhook) == (False, Reason.NOT_PUBLIC)


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers otherwise the second time (DNS rebinding) is asked once only, and its first answer stays."""
    hooked(desk, receiver)
    ended(desk)
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        return real(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    work(desk)
    names = [host for host in asked if host == "localhost"]
    assert len(receiver.got) == len(names) == 1
    assert set(asked) <= {"localhost", "127.0.0.1", "::1"}


def test_a_certificate_of_another_name_or_of_nobody_known_is_refused(
    desk: Desk, receiver: Receiver, tmp_path: Path
) -> None:
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    other = tmp_path / "other.pem"
    authority(other, tmp_path / "c.pem", tmp_path / "k.pem")
    work(replace(desk, settings=replace(desk.settings, webhook_ca=other)))
    assert receiver.got == []
    assert fares(desk, webhook) == (False, Reason.CERTIFICATE)


def test_a_receiver_that_never_answers_or_drips_is_hung_up_on(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "EACH", 0.3)
    monkeypatch.setattr(courier, "WHOLE", 1.0)
    webhook, _ = hooked(desk, receiver)

    def silent(_: Got, __: Any) -> None:
        time.sleep(1.5)

    def dripping(_: Got, handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 ")
        for _letter in range(40):
            try:
                handler.wfile.write(b"o")
            except (OSError, ssl.SSLError):
                return
            time.sleep(0.1)

    for answer in (silent, dripping):
        receiver.answer = answer
        ended(desk)
        work(desk)
        assert fares(desk, webhook) == (False, Reason.TIME)
        advance(desk, timedelta(hours=1))


def test_nobody_there_or_no_such_name_is_a_reason_like_any_other(desk: Desk, receiver: Receiver) -> None:
    from tests.fakes.postgres import free_port

    port = free_port()
    here = replace(desk.settings, webhook_hosts=f"local:localhost:{port},local:nowhere.invalid")
    desk = replace(desk, settings=here)
    webhook, _ = webhooks.register(desk, ANNA, f"https://localhost:{port}/", list(Event))
    ended(desk)
    work(desk)
    assert fares(desk, webhook) == (False, Reason.CONNECTION)


def test_when_the_operator_switches_it_off_what_waits_is_not_sent(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    off = replace(desk, settings=replace(desk.settings, webhook_hosts=""))
    work(off)
    assert receiver.got == []
    assert [(row.state, row.code) for row in deliveries(desk)] == [("failed", "webhooks_off")]
    with pytest.raises(WebhooksOffError):
        hooked(off, receiver)
    with pytest.raises(WebhooksOffError):
        webhooks.test(off, webhook.row.id)


def test_a_host_that_the_operator_took_off_the_list_gets_nothing_more(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    work(replace(desk, settings=replace(desk.settings, webhook_hosts="hooks.example.com")))
    assert receiver.got == []
    assert fares(desk, webhook) == (False, Reason.NAME)
    with pytest.raises(WebhookAddressError):
        webhooks.register(desk, ANNA, "https://hooks.example.com/", list(Event))


def test_what_is_removed_is_told_nothing_more_and_its_secret_is_gone(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    webhooks.remove(desk, webhook.row.id)
    work(desk)
    assert receiver.got == []
    assert deliveries(desk) == []
    assert desk.vault.people(DataClass.WEBHOOK) == []
    with pytest.raises(NotFoundError):
        webhooks.get(desk, webhook.row.id)


def test_a_secret_that_is_exchanged_signs_for_another_day(desk: Desk, receiver: Receiver) -> None:
    webhook, old = hooked(desk, receiver)
    new = webhooks.rotate(desk, webhook.row.id)
    ended(desk)
    work(desk)
    advance(desk, timedelta(days=1))
    ended(desk)
    work(desk)
    both, later = receiver.got
    assert (signed(both, old), signed(both, new)) == (True, True)
    assert (signed(later, old), signed(later, new)) == (False, True)


def test_address_and_secret_lie_sealed_and_go_with_the_account(
    desk: Desk, receiver: Receiver, tmp_path: Path
) -> None:
    _, secret = hooked(desk, receiver)
    with desk.store.begin() as connection:
        accounts.add(connection, accounts.AccountRow(id=ANNA, created_at=NOON, seen_at=NOON))
    ended(desk)
    written = b"".join(file.read_bytes() for file in (tmp_path / "home").rglob("*") if file.is_file())
    assert secret.encode() not in written
    assert b"/told" not in written
    told = json.loads(account_holdings.export_of(desk, ANNA))
    assert [each["url"] for each in told["webhooks"]] == [receiver.url]
    assert secret not in json.dumps(told)
    account_holdings.forget(desk, ANNA)
    work(desk)
    assert receiver.got == []
    assert desk.vault.people(DataClass.WEBHOOK) == []
    assert faces_in(tmp_path / "home", []) == []


def test_what_a_killed_registration_left_has_no_owner_and_is_destroyed(
    desk: Desk, receiver: Receiver
) -> None:
    webhook, _ = hooked(desk, receiver)
    with desk.store.begin() as connection:
        webhook_rows.remove(connection, webhook.row.id)
    webhooks.bury_unnoted(desk, NOON - timedelta(days=99_000))
    assert list(map(str, desk.vault.people(DataClass.WEBHOOK))) == [webhook.row.id]
    webhooks.bury_unnoted(desk, NOON + timedelta(days=99_000))
    assert desk.vault.people(DataClass.WEBHOOK) == []


def test_an_account_has_a_few_and_no_more(desk: Desk, receiver: Receiver) -> None:
    for _ in range(MOST):
        hooked(desk, receiver)
    with pytest.raises(TooManyWebhooksError):
        hooked(desk, receiver)
    assert len(desk.vault.people(DataClass.WEBHOOK)) == MOST


def test_an_erasure_is_told_by_its_receipt_and_names_nobody(desk: Desk, receiver: Receiver) -> None:
    hooked(desk, receiver)
    agree(desk, SITTER)
    with desk.store.begin() as connection:
        accounts.look_after(connection, ANNA, SITTER, NOON)
    ended(desk)
    receipt = erasure.erase(desk, SITTER)
    work(desk)
    (got,) = receiver.got  # of the order, which went with the person, nothing is told any more
    assert json.loads(got.body)["data"] == {"what": "person", "receipt": receipt.id, "double": ""}
    assert json.loads(got.body)["type"] == "erased"
    assert SITTER.encode() not in got.body


def test_a_double_that_is_destroyed_is_told_by_its_id(desk: Desk, receiver: Receiver) -> None:
    hooked(desk, receiver, Event.ERASED)
    agree(desk, SITTER)
    with desk.store.begin() as connection:
        accounts.look_after(connection, ANNA, SITTER, NOON)
        for name in ("double_1", "double_2"):
            double = DoubleId(name)
            desk.vault.put(SITTER, DataClass.DOUBLE, double, b"a double")
            doubles.add(connection, doubles.new(double, SITTER, NOON, takes=1, format_version=1))
    receipt = erasure.erase_double(desk, DoubleId("double_1"))
    work(desk)
    (got,) = receiver.got
    assert json.loads(got.body)["data"] == {"what": "double", "receipt": receipt.id, "double": "double_1"}


def test_an_erasure_that_is_cut_off_is_told_when_it_is_finished_and_not_before(
    desk: Desk, receiver: Receiver
) -> None:
    hooked(desk, receiver)
    agree(desk, SITTER)
    with desk.store.begin() as connection:
        accounts.look_after(connection, ANNA, SITTER, NOON)
    order = destruction.promise(desk, SITTER, destruction.PERSON, erasure.Reason.ASKED)
    work(desk)
    assert receiver.got == []
    (receipt,) = destruction.resume(desk)
    work(desk)
    assert json.loads(receiver.got[0].body)["data"]["receipt"] == receipt.id == order.receipt
    destruction.carry_out(desk, order)  # whoever comes second finds the receipt
    work(desk)
    assert len(receiver.got) == 1


def test_a_test_event_is_told_to_the_one_that_asked(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver, Event.ERASED)
    hooked(desk, receiver)
    event = webhooks.test(desk, webhook.row.id)
    work(desk)
    assert receiver.ids == [event]
    assert json.loads(receiver.got[0].body)["type"] == "test"


def test_nobody_fills_the_queue_with_tests(desk: Desk, receiver: Receiver) -> None:
    webhook, _ = hooked(desk, receiver)
    for _ in range(MOST_WAITING):
        webhooks.test(desk, webhook.row.id)
    with pytest.raises(TooManyJobsError):
        webhooks.test(desk, webhook.row.id)
    work(desk)
    assert len(set(receiver.ids)) == MOST_WAITING
    assert webhooks.test(desk, webhook.row.id)


def test_a_webhook_whose_sealed_part_is_lost_tells_its_owner_and_stops_nobody(
    desk: Desk, receiver: Receiver
) -> None:
    """As after a restore: a backup holds no key of it."""
    webhook, _ = hooked(desk, receiver)
    ended(desk)
    desk.vault.destroy(SitterId(webhook.row.id), DataClass.WEBHOOK)
    work(desk)
    assert webhooks.get(desk, webhook.row.id).url == ""
    assert fares(desk, webhook) == (False, Reason.NAME)
