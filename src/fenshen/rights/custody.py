"""Keep photos while a double is made, and not a moment longer."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import Self

from fenshen.errors import DiskFullError, PermitRefusedError
from fenshen.ids import PhotoId, SitterId, new_id
from fenshen.rights import consent, erasure, night_watch
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.rights.receipts import Receipt
from fenshen.vault.vault import DataClass

MAY_READ = frozenset({Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE})


def never(_: BaseException) -> bool:
    """Spare no photo, whatever happened."""
    return False


class Custody:
    """The photos of one sitter during one run, sealed; use it in a ``with``.

    However the block ends, the photos are destroyed, and ``receipt`` then says so (None when there were
    none); afterwards nothing more is taken in. Threads may share it. When the process is killed inside it, the
    night watch destroys them within seconds, or ``retention.sweep`` at the next start. Only photos of a job that waits
    or is at work stay, until it ends.
    """

    def __init__(
        self, desk: Desk, sitter: SitterId, *, spare: Callable[[BaseException], bool] = never
    ) -> None:
        """Prepare; nothing is kept before ``add``.

        spare: after which errors the photos stay for another attempt. A job that waits or is at work must have them,
        else the next sweep destroys them.
        """
        self._spare = spare
        self._desk, self._sitter = desk, sitter
        self.count = 0  # photos that are here; at the end, that were destroyed
        self.receipt: Receipt | None = None
        self._taking = Lock()
        self._is_over = False
        self._has_heir = False
        self._asked = desk  # through a connection that stays open while photos come

    def __enter__(self) -> Self:
        """Begin. Raises SitterBusyError when another run holds this sitter's photos."""
        self._desk.vault.hold(self._sitter)
        self._watch = night_watch.begin(self._desk.settings)
        self._open = ExitStack()
        self._asked = replace(self._desk, store=self._open.enter_context(self._desk.store.kept_open()))
        return self

    def add(self, content: bytes, permit: Permit) -> PhotoId:
        """Seal a photo, as it came. Raises PermitRefusedError, DiskFullError."""
        self._check(permit)
        photo_id = PhotoId(new_id("photo"))
        with self._taking:
            if self._is_over:  # a straggler: who would destroy its photo?
                raise PermitRefusedError(purpose=permit.purpose)
            self._desk.vault.put(self._sitter, DataClass.PHOTO, photo_id, content)
            self.count += 1
        return photo_id

    def hand_over(self) -> None:
        """Leave the photos, sealed, to the job that was submitted for them: they do not end with this block."""
        self._has_heir = True

    def get(self, photo_id: PhotoId, permit: Permit) -> bytes:
        """Open a photo. Raises PermitRefusedError, NotFoundError, SealBrokenError."""
        self._check(permit)
        return self._desk.vault.get(self._sitter, DataClass.PHOTO, photo_id)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Destroy the photos and keep the receipt."""
        reason = Reason.DONE if error is None else Reason.FAILED
        with self._taking:
            self._is_over = True
            self._asked = self._desk  # a straggler is still answered
        self._open.close()
        if self._has_heir or (error is not None and self._spare(error)):
            self._desk.vault.let_go(self._sitter)
            night_watch.dismiss(self._watch)
            return
        if error is None:
            self.count = len(self._desk.vault.objects(self._sitter, DataClass.PHOTO))
        try:
            self.receipt = erasure.destroy(self._desk, self._sitter, DataClass.PHOTO, reason=reason)
        except DiskFullError:
            # The photos are gone; only the receipt found no room. Do not hide what went wrong before it.
            if error is None:
                raise
        night_watch.dismiss(self._watch)  # not when something could not be destroyed: then it comes after us

    def _check(self, permit: Permit) -> None:
        """Let photos be opened to inspect them or to build the double, for their own sitter only."""
        if permit.sitter != self._sitter:
            raise PermitRefusedError(purpose=permit.purpose)
        purpose = permit.purpose if permit.purpose in MAY_READ else Purpose.BUILD_DOUBLE
        consent.still(self._asked, permit, purpose)  # a withdrawal stops the run at its next photo
