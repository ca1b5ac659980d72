"""``fenshen receipt verify``: is this receipt genuine, and what does it prove? Works offline, without a studio."""

from pathlib import Path
from typing import Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, tell, told
from fenshen.errors import FenshenError

app = new_app(group=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help=told("receipt_file"))]
PublicKey = Annotated[Path | None, typer.Option("--public-key", help=told("receipt_public_key"))]


class FileUnreadableError(FenshenError):
    """A file the user named cannot be read. Facts: ``file``."""

    code = "file_unreadable"


@app.command("verify", help=told("receipt_verify"))
def verify_receipt(receipt: File, public_key: PublicKey = None, *, as_json: Json = False) -> None:
    """Check a receipt against a studio's public key: this studio's own, or the one given."""
    from fenshen.rights import receipt_check

    key_file = public_key or settings.load().home / "keys" / "studio.pub"
    checked = receipt_check.verify(read_file(receipt), read_file(key_file))
    if as_json:
        print_json(
            {
                "genuine": True,
                "receipt": checked.body,
                "log": {"index": checked.log.index, "size": checked.log.head.size},
                "proves": list(checked.proves),
                "does_not_prove": list(checked.does_not_prove),
            }
        )
        return
    tell(f"{told('receipt_holds')} ({checked.body['type']}, {checked.body['at']})", style="bold green")
    tell(told("receipt_in_log", n=checked.log.index + 1, count=checked.log.head.size))
    for heading, codes in (
        ("receipt_proves", checked.proves),
        ("receipt_does_not_prove", checked.does_not_prove),
    ):
        tell(f"\n{told(heading)}", style="bold")
        for code in codes:
            tell(f"  · {told(code)}")


def read_file(path: Path) -> bytes:
    """Read a file the user named. Raises FileUnreadableError."""
    try:
        return path.read_bytes()
    except OSError:
        raise FileUnreadableError(file=path.name) from None
