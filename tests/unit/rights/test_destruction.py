"""An erasure that was promised happens, wherever the power fails; and its receipt tells the whole of it."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fakes.clock import NOON
from tests.fakes.rights import agree, desk_at

from fenshen.errors import DiskFullError, PermitRefusedError
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent, destruction, erasure, holdings, receipt_check, receipts, retention
from fenshen.rights.audit import AuditUnfitError
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk
from fenshen.rights.destruction import Reason
from fenshen.rights.erasure import ErasureWaitsError
from fenshen.store import doubles, erasures
from fenshen.store.database import Store
from fenshen.vault.keys import KeyStore, KeyUse
from fenshen.vault.vault import DataClass, Vault

ONE, TWO = DoubleId("double_0000000000000001"), DoubleId("double_0000000000000002")


class PowerCut(BaseException):
    """The power fails here."""


def keep(desk: Desk, sitter: SitterId, *names: DoubleId) -> None:
    agree(desk, sitter)
    for name in names:
        desk.vault.put(sitter, DataClass.DOUBLE, name, name.encode())
        with desk.store.begin() as connection:
            doubles.add(connection, doubles.new(name, sitter, NOON, takes=5, format_version=1))


def cut_power_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool) -> None:
    real: Callable[..., object] = getattr(owner, name)

    def failing(*args: object, **kwargs: object) -> object:
        if after:
            real(*args, **kwargs)
        raise PowerCut

    monkeypatch.setattr(owner, name, failing)


CUTS = [
    (erasures, "note"),
    (Vault, "destroy"),
    (KeyStore, "destroy"),
    (Store, "scrub"),
    (erasures, "anonymise"),
    (erasures, "found"),
    (receipts, "issue"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), CUTS, ids=[name for _, name in CUTS])
def test_what_was_promised_is_finished_and_certified_at_the_next_start(
    tmp_path: Path, desk: Desk, anna: SitterId, owner: object, name: str, *, after: bool
) -> None:
    keep(desk, anna, ONE, TWO)
    with pytest.MonkeyPatch.context() as world:
        cut_power_at(world, owner, name, after=after)
        with pytest.raises(PowerCut):
            erasure.erase(desk, anna)
    desk.vault._leases[anna].close() if anna in desk.vault._leases else None  # as the kernel does
    restarted = desk_at(tmp_path)
    retention.sweep(restarted)
    assert holdings.holdings(restarted, anna) == []
    assert all(anna.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    erased = [
        body
        for path in (tmp_path / "receipts").iterdir()
        if (body := receipt_check.verify(path.read_bytes(), desk.signer.public_pem()).body)["type"]
        == "erasure"
    ]
    (body,) = erased  # one receipt, however often it was begun
    counts = {each["kind"]: each["n"] for each in body["objects"]}
    assert (counts["double"], counts["double_record"], counts["consent"]) == (2, 2, len(Purpose))
    assert body["reason"] == "the person asked"
    assert len(body["dek_ids"]) == 2  # double, pseudonym


def test_from_the_promise_on_there_is_no_permit(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    with Custody(desk, anna) as at_work:
        photo = at_work.add(b"1", permit)
        destruction.promise(desk, anna, destruction.PERSON, Reason.ASKED, taken_back=tuple(Purpose))
        with pytest.raises(PermitRefusedError):
            at_work.get(photo, permit)
        with pytest.raises(PermitRefusedError):
            at_work.add(b"2", permit)


def test_one_order_for_one_thing(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    first = destruction.promise(desk, anna, destruction.PERSON, Reason.ASKED)
    assert destruction.promise(desk, anna, destruction.PERSON, Reason.EXPIRED) == first
    assert destruction.promise(desk, anna, DataClass.PHOTO, Reason.DONE) != first


def test_who_comes_second_finds_the_receipt_of_the_first(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    order = destruction.promise(desk, anna, destruction.PERSON, Reason.ASKED)
    first = destruction.carry_out(desk, order)
    assert destruction.carry_out(desk, order) == first


def test_an_erasure_stops_a_run_at_work_and_waits_for_it(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    at_work, stopped = desk_at(tmp_path), threading.Event()
    ready = threading.Event()

    def work() -> None:
        permit = consent.require(at_work, anna, Purpose.BUILD_DOUBLE)
        try:
            with Custody(at_work, anna) as photos:
                while True:
                    photos.add(b"1", permit)
                    ready.set()
                    time.sleep(0.01)
        except PermitRefusedError:
            stopped.set()

    run = threading.Thread(target=work)
    run.start()
    assert ready.wait(30)
    receipt = erasure.erase(desk, anna, patience=30)
    run.join(30)
    assert stopped.is_set()
    assert holdings.holdings(desk, anna) == []
    assert json.loads(receipt.data)["type"] == "erasure"


def test_who_does_not_wait_is_told_that_it_will_be_done_and_it_is(
    tmp_path: Path, desk: Desk, anna: SitterId
) -> None:
    keep(desk, anna, ONE)
    at_work = desk_at(tmp_path)
    at_work.vault.put(anna, DataClass.PHOTO, "photo_1", b"1")
    with pytest.raises(ErasureWaitsError):
        erasure.withdraw(desk, anna, [Purpose.KEEP_DOUBLE])
    assert consent.agreed(desk, anna) == set(Purpose) - {Purpose.KEEP_DOUBLE}
    assert [each.kind for each in holdings.holdings(desk, anna) if each.kind == "erasure_order"]
    assert retention.sweep(desk) == []  # still at work
    at_work.vault._leases[anna].close()
    (receipt,) = [each for each in retention.sweep(desk) if json.loads(each.data)["objects"]]
    assert json.loads(receipt.data)["reason"] == "consent withdrawn"
    assert holdings.holdings(desk, anna) == []


def test_a_time_that_ran_out_leaves_a_run_at_work_alone(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    at_work = desk_at(tmp_path)
    at_work.vault.put(anna, DataClass.PHOTO, "photo_1", b"1")
    with pytest.raises(ErasureWaitsError):
        erasure.erase(desk, anna, reason=Reason.EXPIRED)
    assert at_work.vault.get(anna, DataClass.PHOTO, "photo_1") == b"1"
    assert consent.agreed(desk, anna) == set(Purpose)


def test_without_room_for_an_order_the_photos_go_all_the_same(
    desk: Desk, anna: SitterId, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(desk, anna)
    desk.vault.put(anna, DataClass.PHOTO, "photo_1", b"1")

    def no_room(*_: object) -> None:
        raise DiskFullError

    monkeypatch.setattr(erasures, "add", no_room)
    with pytest.raises(DiskFullError):
        erasure.destroy(desk, anna, DataClass.PHOTO, reason=Reason.DONE)
    assert desk.vault.objects(anna, DataClass.PHOTO) == []


def test_one_double_s_order_leaves_the_key_of_the_others_alone_when_it_is_resumed(
    tmp_path: Path, desk: Desk, anna: SitterId
) -> None:
    keep(desk, anna, ONE, TWO)
    with pytest.MonkeyPatch.context() as world:
        cut_power_at(world, doubles, "remove", after=False)
        with pytest.raises(PowerCut):
            erasure.erase_double(desk, ONE)
    restarted = desk_at(tmp_path)
    (receipt,) = retention.sweep(restarted)
    body = json.loads(receipt.data)
    assert {each["kind"]: each["n"] for each in body["objects"]} == {"double": 1, "double_record": 1}
    living = {key.id for key in restarted.vault.keys.keys(anna, KeyUse.DOUBLE)}
    assert not living & set(body["dek_ids"])
    assert restarted.vault.get(anna, DataClass.DOUBLE, TWO) == TWO.encode()


def test_withdrawing_is_certified_by_itself(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    done = erasure.withdraw(desk, anna, [Purpose.RENDER_PORTRAIT])
    body = receipt_check.verify(done.receipt.data, desk.signer.public_pem()).body
    assert (body["type"], body["purposes"]) == ("withdrawal", [{"purpose": "render_portrait"}])
    assert done.erased is None
    assert desk.vault.get(anna, DataClass.DOUBLE, ONE) == ONE.encode()


def test_a_damaged_log_keeps_no_face_alive(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna, ONE)
    desk.vault.put(anna, DataClass.PHOTO, "photo_1", b"1")
    with desk.store.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_nodes SET hash = '00'")
    with pytest.raises(AuditUnfitError):
        erasure.destroy(desk, anna, DataClass.PHOTO, reason=Reason.DONE)
    assert desk.vault.objects(anna, DataClass.PHOTO) == []
    with pytest.raises(AuditUnfitError):
        erasure.erase(desk, anna)
    assert holdings.holdings(desk, anna) == []
