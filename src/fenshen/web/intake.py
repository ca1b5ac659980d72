"""Take bodies in, in memory only: what people send is sealed before it is written, so no parser may spool it to a disk.

Requests wait at the door while too much is in the house; once inside, each has its time, and then comes again in parts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from fenshen.errors import FenshenError
from fenshen.photos.container import LIMITS, MAX_BYTES, PhotoTooLargeError
from fenshen.web.guard import ALLOWANCE, LARGEST, Allowance

BUDGET: Final = 96 << 20  # bytes that may be on their way at once
PATIENCE: Final = 120.0  # seconds for one request to come in; a slower line sends parts


class TooSlowError(FenshenError):
    """The line is too slow for a photo in one piece. Nothing of it was kept; in parts it works."""

    code, retry = "too_slow", True


class NoPhotoError(FenshenError):
    """A form came without a file."""

    code = "no_photo"


class Door:
    """Lets in as many bytes as there is room for. Use one for a whole server."""

    def __init__(self, budget: int = BUDGET) -> None:
        """Begin empty."""
        self._left, self._budget = budget, budget
        self._room = asyncio.Condition()

    @asynccontextmanager
    async def room_for(self, wanted: int) -> AsyncIterator[None]:
        """Wait until there is room."""
        size = min(wanted, self._budget)
        async with self._room:
            await self._room.wait_for(lambda: self._left >= size)
            self._left -= size
        try:
            yield
        finally:
            async with self._room:
                self._left += size
                self._room.notify_all()


@asynccontextmanager
async def body_of(request: Request, door: Door, *, most: int = MAX_BYTES) -> AsyncIterator[bytes]:
    """Read a request's body whole; its room is free again when the block ends.

    Raises PhotoTooLargeError, TooSlowError, and TooMuchSentError when more comes than was said.
    """
    length = int(request.headers.get("content-length", most))
    if length > most:
        raise PhotoTooLargeError(**LIMITS)
    async with door.room_for(length):
        _allow(request, most)
        try:
            async with asyncio.timeout(PATIENCE):
                body = await request.body()
        except TimeoutError:
            raise TooSlowError from None
        yield body


@asynccontextmanager
async def files_of(
    request: Request, door: Door, name: str = "photo"
) -> AsyncIterator[tuple[list[bytes], FormData]]:
    """Read a form with files in it, without JavaScript's help. Their names are not looked at. Raises NoPhotoError."""
    length = min(int(request.headers.get("content-length", LARGEST)), LARGEST)
    async with door.room_for(length):
        _allow(request, LARGEST)
        parser = InMemory(request.headers, request.stream(), max_files=31, max_fields=40)
        try:
            async with asyncio.timeout(PATIENCE):
                form = await parser.parse()
        except TimeoutError:
            raise TooSlowError from None
        except MultiPartException:
            raise NoPhotoError from None
        found = [await each.read() for each in form.getlist(name) if isinstance(each, UploadFile)]
        found = [content for content in found if content]
        if not found:
            raise NoPhotoError
        yield found, form


def _allow(request: Request, most: int) -> None:
    allowance: Allowance = request.scope[ALLOWANCE]
    allowance.most = most


class InMemory(MultiPartParser):
    """A parser that never writes to a disk."""

    spool_max_size = LARGEST + 1
