"""Promise: a stranger checks receipt and log with one small file that knows nothing of the studio's program."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.source import ROOT, imported
from tests.fakes.rights import agree, desk_at

from fenshen.ids import SitterId
from fenshen.rights import audit, audit_check, erasure
from fenshen.rights.desk import Desk

VERIFIER = ROOT / "tools" / "verify_fenshen.py"
ANNA = SitterId("sitter_anna")


def ask(*arguments: str | Path) -> tuple[int, str]:
    """Run the verifier as a stranger would: isolated, so that nothing of ours can be imported by chance."""
    command = [sys.executable, "-I", str(VERIFIER), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path / "home")


@pytest.fixture
def key(desk: Desk) -> Path:
    return desk.signer.public_file


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def exported(desk: Desk, to: Path) -> Path:
    return write(to, b"".join(audit_check.exported(desk)))


def test_the_verifier_is_short_and_needs_nothing_of_ours() -> None:
    source = VERIFIER.read_text("utf-8")
    assert source.count("\n") < 300
    theirs = {name.split(".")[0] for name in imported(ast.parse(source))} - set(sys.stdlib_module_names)
    assert theirs == {"cryptography"}


@pytest.mark.slow
def test_a_genuine_receipt_holds_alone_and_in_the_log_and_an_edited_one_does_not(
    tmp_path: Path, desk: Desk, key: Path
) -> None:
    agree(desk, ANNA)
    receipt = erasure.erase(desk, ANNA)
    log = exported(desk, tmp_path / "log")
    assert ask("receipt", receipt.path, "--key", key)[0] == 0
    code, said = ask("receipt", receipt.path, "--key", key, "--log", log)
    assert (code, "in the log" in said) == (0, True)
    edited = write(tmp_path / "edited", receipt.data.replace(b"the person asked", b"the person begged"))
    code, said = ask("receipt", edited, "--key", key)
    assert (code, "signature does not fit" in said) == (1, True)


@pytest.mark.slow
def test_a_receipt_of_another_past_is_told_from_the_log(tmp_path: Path, desk: Desk, key: Path) -> None:
    agree(desk, ANNA)
    receipt = erasure.erase(desk, ANNA)
    empty = b"".join(audit_check.exported(desk)).splitlines(keepends=True)[:1]
    short = write(tmp_path / "short", b"".join(empty))
    assert ask("receipt", receipt.path, "--key", key, "--log", short)[0] == 1
    stranger = desk_at(tmp_path / "other").signer.public_file
    code, said = ask("receipt", receipt.path, "--key", stranger)
    assert (code, "another key" in said) == (1, True)


@pytest.mark.slow
def test_a_log_that_only_grew_is_told_from_one_that_was_rewritten(
    tmp_path: Path, desk: Desk, key: Path
) -> None:
    agree(desk, ANNA)
    earlier = exported(desk, tmp_path / "earlier")
    with desk.store.begin() as connection:
        head = audit.head(desk, connection)
    kept = write(tmp_path / "head.json", head.as_line())
    for n in range(4):
        agree(desk, SitterId(f"sitter_{n}"))
    later = exported(desk, tmp_path / "later")
    with desk.store.begin() as connection:
        newest = audit.head(desk, connection)
        proof = audit_check.grown(desk, connection, head, newest)
    answer = {"since": head.as_table(), "head": newest.as_table(), "proof": proof}
    shown = write(tmp_path / "proof.json", json.dumps(answer, indent=2).encode())
    for old in (earlier, kept):
        for new in (later, shown):
            code, said = ask("grown", old, new, "--key", key)
            assert (code, said) == (0, "grown from 1 to 5 entries; nothing before was changed\n")
    assert ask("grown", later, earlier, "--key", key)[0] == 1
    false = write(tmp_path / "false.json", json.dumps({**answer, "proof": proof[::-1]}).encode())
    code, said = ask("grown", kept, false, "--key", key)
    assert (code, "was rewritten" in said) == (1, True)
    assert ask("log", later, "--key", key) == (0, "whole: 5 entries, signed\n")
    cut = write(tmp_path / "cut", b"".join(later.read_bytes().splitlines(keepends=True)[1:]))
    assert ask("log", cut, "--key", key)[0] == 1
