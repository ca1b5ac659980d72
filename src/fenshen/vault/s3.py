"""Blobs in a bucket that speaks S3. Only sealed bytes go there; whoever owns the bucket sees sizes and moments.

A put is one object or one multipart upload, which S3 shows whole or not at all. What a killed writer left of an upload
is sealed, invisible, and has no owner; give the bucket the rule AbortIncompleteMultipartUpload. In a versioned bucket
deleting hides: old versions stay, sealed under a key that is dead. Credentials and region are the usual AWS variables.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as ObjectMissingError
from obstore.store import S3Store

from fenshen.errors import FenshenError, NotFoundError
from fenshen.settings import S3_ADDRESS, Settings
from fenshen.vault.blobs import Blob, Blobs, LocalBlobs

PART = 8 << 20  # bytes; S3 takes no smaller part than 5 MiB but the last
TOGETHER = 2  # parts of one upload in flight


class BucketUnreachableError(FenshenError):
    """The bucket that holds the sealed faces did not answer, or refused. Facts: ``reason``."""

    code, retry = "bucket_unreachable", True


class S3Blobs:
    """Blobs in a bucket, below a prefix."""

    def __init__(self, bucket: str, prefix: str, endpoint: str) -> None:
        """Make ready; nothing is sent yet."""
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config={"endpoint": endpoint} if endpoint else None,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": "60s"},
            retry_config={"max_retries": 3},
        )

    def put(self, name: str, sealed: Iterable[bytes | memoryview]) -> None:
        """Keep a blob, given in parts, replacing one of the same name. Raises BucketUnreachableError."""
        with _naming():
            obstore.put(
                self._store,
                name,
                (bytes(part) for part in sealed),  # it sends several at once; see seal.sealed_frames
                use_multipart=True,
                chunk_size=PART,
                max_concurrency=TOGETHER,
            )

    def get(self, name: str) -> memoryview:
        """Give a blob back, without copying it. Raises NotFoundError, BucketUnreachableError."""
        with _naming(blob=name):
            return memoryview(obstore.get(self._store, name).bytes())

    def listing(self, folder: str) -> list[Blob]:
        """Give the blobs of one folder."""
        with _naming():
            found = [blob for page in obstore.list(self._store, prefix=folder) for blob in page]
        return [
            Blob(name=blob["path"].rpartition("/")[2], bytes=blob["size"], written_at=blob["last_modified"])
            for blob in found
        ]

    def folders(self) -> list[str]:
        """Give every folder, also those of dead keys."""
        with _naming():
            found = obstore.list_with_delimiter(self._store)["common_prefixes"]
        return sorted(name.strip("/") for name in found if name.strip("/").startswith("key_"))

    def delete(self, name: str) -> None:
        """Forget one blob."""
        with _naming():
            obstore.delete(self._store, name)

    def delete_folder(self, folder: str) -> None:
        """Forget a folder."""
        names = [f"{folder}/{blob.name}" for blob in self.listing(folder)]
        if names:
            with _naming():
                obstore.delete(self._store, names)

    def delete_halves(self, before: datetime) -> None:
        """Do nothing: a half upload is no object, and the bucket's own rule aborts it."""


def open_blobs(settings: Settings) -> Blobs:
    """Give the blobs where the settings say: below ``home``, or in a bucket."""
    found = S3_ADDRESS.fullmatch(settings.blobs) if settings.blobs else None
    if found is None:
        return LocalBlobs(settings.home / "blobs")
    return S3Blobs(found["bucket"], found["prefix"] or "", settings.s3_endpoint)


@contextmanager
def _naming(*, blob: str = "") -> Iterator[None]:
    """Put the store's faults into our words; its own text may name the bucket and is dropped."""
    try:
        yield
    except (FileNotFoundError, ObjectMissingError):
        if blob:
            raise NotFoundError(kind="blob", id=blob.rpartition("/")[2]) from None
    except (BaseError, OSError) as error:
        raise BucketUnreachableError(reason=type(error).__name__) from None
