"""What happened to a person's double is entered once, with what happened, and cannot be taken back unseen."""

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.fakes.clock import NOON
from tests.fakes.rights import agree, desk_at

from fenshen.errors import DiskFullError
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import audit, audit_check, audit_head, erasure, holdings, merkle, receipts, retention
from fenshen.rights.audit import AuditDamagedError, AuditRolledBackError
from fenshen.rights.audit_check import AuditForkedError, AuditHeadMissingError, ReceiptNotInLogError
from fenshen.rights.audit_events import AuditEvent, AuditFactRefusedError
from fenshen.rights.audit_head import HeadForgedError, HeadUnreadableError, TreeHead
from fenshen.rights.desk import Desk
from fenshen.store import audit as rows
from fenshen.store import disk, doubles
from fenshen.vault.vault import DataClass

SUBJECT = "5" * 64


def enter(desk: Desk, times: int = 1, portraits: int = 1) -> TreeHead:
    for _ in range(times):
        with desk.store.begin() as connection:
            entered = audit.record(
                desk, connection, AuditEvent.DOUBLE_USED, subject=SUBJECT, portraits=portraits
            )
    return entered.head


def tampered(desk: Desk, statement: str) -> None:
    with desk.store.begin() as connection:
        assert connection.execute(text(statement)).rowcount


def enter_in_a_process(home: Path, times: int) -> None:
    enter(desk_at(home), times)


def test_an_empty_log_is_whole(desk: Desk) -> None:
    found = audit_check.verify(desk)
    assert (found.head.size, found.head.root) == (0, merkle.EMPTY.hex())


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 21])
def test_a_log_of_any_length_is_whole_and_every_entry_provable(desk: Desk, size: int) -> None:
    head = enter(desk, size)
    assert audit_check.verify(desk).head == head
    with desk.store.begin() as connection:
        for n, body in rows.every_entry(connection):
            proof = [bytes.fromhex(each) for each in audit.inclusion(connection, n, size)]
            assert merkle.includes(merkle.leaf_hash(body.encode()), n, size, proof, bytes.fromhex(head.root))


def test_an_entry_is_kept_with_what_it_tells_of_or_not_at_all(desk: Desk, anna: SitterId) -> None:
    enter(desk)
    row = doubles.new(DoubleId("double_0000000000000001"), anna, NOON, takes=7, format_version=1)

    def break_off() -> None:
        with desk.store.begin() as connection:
            doubles.add(connection, row)
            audit.record(desk, connection, AuditEvent.DOUBLE_MADE, subject=SUBJECT, takes=7)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert audit_check.verify(desk).head.size == 1
    kept = audit.kept_outside(desk.settings)
    assert kept is not None
    assert kept.size == 1


def test_what_may_not_stand_there_is_refused_and_nothing_is_entered(desk: Desk) -> None:
    with desk.store.begin() as connection:
        with pytest.raises(AuditFactRefusedError):
            audit.record(desk, connection, AuditEvent.DOUBLE_MADE, subject="anna", takes=7)
        assert rows.every_entry(connection) == []


def test_several_entries_of_one_transaction_stand_in_order(desk: Desk) -> None:
    with desk.store.begin() as connection:
        for takes in (3, 4, 5):
            audit.record(desk, connection, AuditEvent.DOUBLE_MADE, subject=SUBJECT, takes=takes)
    with desk.store.begin() as connection:
        told = [json.loads(body)["facts"]["takes"] for _, body in rows.every_entry(connection)]
    assert told == [3, 4, 5]
    assert audit_check.verify(desk).head.size == 3


@pytest.mark.slow
def test_several_processes_at_once_lose_nothing(tmp_path: Path, desk: Desk) -> None:
    spawn = multiprocessing.get_context("spawn")
    runs = [spawn.Process(target=enter_in_a_process, args=(tmp_path, 8)) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(timeout=100)
    assert [run.exitcode for run in runs] == [0, 0, 0]
    kept = audit.kept_outside(desk.settings)
    assert audit_check.verify(desk).head == kept
    assert kept is not None
    assert kept.size == 24


def test_after_erasure_the_log_names_nobody_and_still_proves_it(
    tmp_path: Path, desk: Desk, anna: SitterId
) -> None:
    agree(desk, anna)
    given = erasure.erase(desk, anna)
    log = b"".join(audit_check.exported(desk))
    assert anna.encode() not in log
    assert json.loads(given.data)["subject"].encode() in log
    assert audit_check.verify(desk, receipts=[given.data]).receipts == 1
    assert receipts.subject(desk, anna).encode() not in log  # the old pseudonym cannot be made again


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_nodes SET hash = replace(hash, substr(hash, 1, 1), 'z') WHERE level = 2 AND n = 0",
        "DELETE FROM audit_nodes WHERE level = 2 AND n = 0",
        "UPDATE audit_heads SET root = '" + "0" * 64 + "'",
        "UPDATE audit_heads SET size = 6",
        "INSERT INTO audit_heads SELECT size + 1, root, at, key, sig FROM audit_heads",
    ],
)
def test_the_studio_does_not_sign_on_top_of_a_log_that_was_altered(desk: Desk, attack: str) -> None:
    enter(desk, 7)
    tampered(desk, attack)
    for act in (lambda: enter(desk), lambda: audit_check.verify(desk)):
        with pytest.raises((AuditDamagedError, AuditRolledBackError)):
            act()


def test_a_database_that_is_emptied_is_noticed_at_the_next_entry(desk: Desk) -> None:
    enter(desk, 3)
    for table in ("audit_entries", "audit_nodes", "audit_heads"):
        tampered(desk, f"DELETE FROM {table}")  # noqa: S608  (three names of our own)
    for act in (lambda: enter(desk), lambda: audit_check.verify(desk)):
        with pytest.raises(AuditRolledBackError):
            act()


def rolled_back(tmp_path: Path, desk: Desk) -> TreeHead:
    """Let five entries be made, save the database, make four more, and put the saved one back."""
    enter(desk, 5)
    desk.store.scrub()
    shutil.copy(tmp_path / "studio.db", tmp_path / "saved")
    lost = enter(desk, 4, portraits=2)
    desk.store.scrub()
    shutil.copy(tmp_path / "saved", tmp_path / "studio.db")
    return lost


def test_a_database_rolled_back_alone_is_noticed(tmp_path: Path, desk: Desk) -> None:
    rolled_back(tmp_path, desk)
    for act in (lambda: enter(desk), lambda: audit_check.verify(desk)):
        with pytest.raises(AuditRolledBackError):
            act()


def test_database_and_head_rolled_back_together_are_noticed_by_who_kept_a_later_head(
    tmp_path: Path, desk: Desk
) -> None:
    lost = rolled_back(tmp_path, desk)
    audit.outside_file(desk.settings).unlink()
    enter(desk)
    assert (
        audit_check.verify(desk).head.size == 6
    )  # by itself it looks whole: that is its limit, and we say so
    with pytest.raises(AuditRolledBackError):
        audit_check.verify(desk, since=lost)
    enter(desk, 10)
    with pytest.raises(AuditForkedError):
        audit_check.verify(desk, since=lost)


def test_a_backup_put_back_on_purpose_is_entered_and_the_loss_stays_provable(
    tmp_path: Path, desk: Desk
) -> None:
    lost = rolled_back(tmp_path, desk)
    with desk.store.begin() as connection:
        entered = audit.restored(desk, connection)
    assert entered is not None
    assert json.loads(entered.text)["facts"] == {"size": 9, "root": lost.root}
    enter(desk, 5)
    assert audit_check.verify(desk).head.size == 11
    with pytest.raises(AuditForkedError):
        audit_check.verify(desk, since=lost)
    with desk.store.begin() as connection:
        assert audit.restored(desk, connection) is None


def test_a_head_kept_earlier_shows_that_the_log_only_grew(desk: Desk) -> None:
    earlier = [enter(desk) for _ in range(9)]
    enter(desk, 4)
    for kept in earlier:
        assert audit_check.verify(desk, since=kept).since == kept.size
    with desk.store.begin() as connection:
        head = audit.head(desk, connection)
        for kept in earlier:
            proof = [bytes.fromhex(each) for each in audit_check.grown(desk, connection, kept, head)]
            roots = bytes.fromhex(kept.root), bytes.fromhex(head.root)
            assert merkle.extends(kept.size, roots[0], head.size, roots[1], proof)


def test_a_head_of_another_log_does_not_pass(tmp_path: Path, desk: Desk) -> None:
    enter(desk, 5)
    other = audit_head.sign(desk.signer, size=3, root=b"\1" * 32, at="2026-11-22T12:00:00Z")
    with pytest.raises(AuditForkedError):
        audit_check.verify(desk, since=other)
    with desk.store.begin() as connection, pytest.raises(AuditForkedError):
        audit_check.grown(desk, connection, other, audit.head(desk, connection))
    stranger = enter(desk_at(tmp_path / "other"), 2)
    with pytest.raises(HeadForgedError):
        audit_check.verify(desk, since=stranger)


def test_a_head_file_that_is_gone_or_damaged_is_told_and_heals(desk: Desk) -> None:
    enter(desk, 2)
    file = audit.outside_file(desk.settings)
    file.unlink()
    with pytest.raises(AuditHeadMissingError):
        audit_check.verify(desk)
    enter(desk)
    file.write_bytes(b"{")
    with pytest.raises(HeadUnreadableError):
        audit_check.verify(desk)
    enter(desk)
    assert audit_check.verify(desk).head.size == 4


def test_a_full_disk_beside_the_database_loses_no_entry(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> Path:
        raise DiskFullError

    enter(desk)
    with monkeypatch.context() as patch:
        patch.setattr(disk, "private_folder", full)
        enter(desk)
    assert audit_check.verify(desk).head.size == 2


def test_a_receipt_that_the_log_lacks_is_noticed(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    enter(desk, 5)
    desk.store.scrub()
    shutil.copy(tmp_path / "studio.db", tmp_path / "saved")
    agree(desk, anna)
    (given,) = (tmp_path / "receipts").glob("*.json")
    assert audit_check.verify(desk, receipts=[given.read_bytes()]).receipts == 1
    desk.store.scrub()
    shutil.copy(tmp_path / "saved", tmp_path / "studio.db")
    audit.outside_file(desk.settings).unlink()
    enter(desk, 3)
    with pytest.raises(ReceiptNotInLogError):
        audit_check.verify(desk, receipts=[given.read_bytes()])


def test_a_damaged_log_keeps_nobodys_photos_alive(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    gone_run = desk_at(tmp_path)
    for sitter in (anna, SitterId("sitter_omar")):
        gone_run.vault.put(sitter, DataClass.PHOTO, "photo_1", b"a photo of a run that was cut off")
        gone_run.vault._leases[sitter].close()  # as the kernel does for a process that dies
    enter(desk, 3)
    tampered(desk, "UPDATE audit_heads SET root = '" + "0" * 64 + "'")
    with pytest.raises(AuditDamagedError):
        retention.sweep(desk)
    assert desk.vault.people(DataClass.PHOTO) == []
    with pytest.raises(AuditDamagedError):
        erasure.erase(desk, anna)
    assert holdings.holdings(desk, anna) == []
