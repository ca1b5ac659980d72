"""Blobs in a bucket keep the same promises as blobs on a disk; seen at a real server that speaks S3."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.key_services import AWS
from tests.fakes.rights import agree, settings_at

from fenshen.errors import NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.rights import erasure, terms
from fenshen.rights.desk import open_desk
from fenshen.rights.purposes import Purpose
from fenshen.settings import load
from fenshen.vault.blobs import Blobs, LocalBlobs
from fenshen.vault.s3 import BucketUnreachableError, S3Blobs, open_blobs
from fenshen.vault.vault import DataClass

BUCKET = "faces"
ANNA = SitterId("sitter_anna")


@pytest.fixture
def bucket(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=aws_server)
    client.create_bucket(Bucket=BUCKET)
    yield client
    for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=each["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture(params=["disk", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "disk":
        return LocalBlobs(tmp_path)
    request.getfixturevalue("bucket")
    return S3Blobs(BUCKET, "studio", request.getfixturevalue("aws_server"))


def test_a_blob_comes_back_and_can_be_replaced(blobs: Blobs) -> None:
    blobs.put("key_1/a", [b"one"])
    blobs.put("key_1/a", [b"an", b"other"])
    assert bytes(blobs.get("key_1/a")) == b"another"
    assert [(blob.name, blob.bytes) for blob in blobs.listing("key_1")] == [("a", 7)]


def test_a_blob_of_many_parts_comes_back_whole(blobs: Blobs) -> None:
    parts = [os.urandom(1 << 20) for _ in range(19)]
    blobs.put("key_1/large", iter(parts))
    assert bytes(blobs.get("key_1/large")) == b"".join(parts)


def test_what_is_not_there_is_named_and_forgetting_it_is_fine(blobs: Blobs) -> None:
    with pytest.raises(NotFoundError):
        blobs.get("key_1/a")
    blobs.delete("key_1/a")
    blobs.delete_folder("key_1")
    blobs.delete_halves(datetime.now(UTC))
    assert blobs.listing("key_1") == []


def test_folders_are_told_apart_and_forgotten_whole(blobs: Blobs) -> None:
    for name in ("key_1/a", "key_1/b", "key_11/a"):
        blobs.put(name, [b"x"])
    assert blobs.folders() == ["key_1", "key_11"]
    blobs.delete_folder("key_1")
    assert blobs.folders() == ["key_11"]


def test_a_writer_that_breaks_off_leaves_the_older_blob_as_it_was(blobs: Blobs) -> None:
    def broken() -> Iterator[bytes]:
        yield os.urandom(9 << 20)
        raise KeyError("the sealing broke off")

    blobs.put("key_1/a", [b"older"])
    with pytest.raises(Exception, match=r"."):
        blobs.put("key_1/a", broken())
    assert bytes(blobs.get("key_1/a")) == b"older"


def test_a_whole_studio_lives_on_a_bucket_and_only_sealed_bytes_go_there(
    bucket: Any, aws_server: str, tmp_path: Path
) -> None:
    here = replace(settings_at(tmp_path), blobs=f"s3://{BUCKET}/studio", s3_endpoint=aws_server)
    desk, canary = open_desk(here), b"canary pixels of one face" * 1000
    agree(desk, ANNA)
    desk.vault.put(ANNA, DataClass.DOUBLE, "double_1", canary)
    (held,) = bucket.list_objects_v2(Bucket=BUCKET)["Contents"]
    sealed = bucket.get_object(Bucket=BUCKET, Key=held["Key"])["Body"].read()
    assert b"canary" not in sealed
    assert "anna" not in held["Key"]
    assert not (tmp_path / "blobs").exists()
    assert desk.vault.get(ANNA, DataClass.DOUBLE, "double_1") == canary
    bucket.put_object(Bucket=BUCKET, Key=held["Key"], Body=sealed[:-1])
    with pytest.raises(SealBrokenError):
        desk.vault.get(ANNA, DataClass.DOUBLE, "double_1")
    erasure.erase(desk, ANNA)
    assert "Contents" not in bucket.list_objects_v2(Bucket=BUCKET)


def test_who_keeps_the_blobs_has_a_hand_in_the_data_and_consent_says_so(tmp_path: Path) -> None:
    here = replace(settings_at(tmp_path), blobs="s3://faces", key="aws-kms://key-1")
    told = terms.terms(Purpose.KEEP_DOUBLE, here).processors
    assert told == ("sealed blobs: s3://faces at Amazon S3", "keys: aws-kms")


def test_a_bucket_that_does_not_answer_is_named_without_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BucketUnreachableError) as refusal:
        S3Blobs(BUCKET, "", "http://127.0.0.1:9").listing("key_1")
    assert BUCKET not in str(refusal.value)


def test_the_settings_say_where(tmp_path: Path) -> None:
    assert isinstance(open_blobs(load({"FENSHEN_HOME": str(tmp_path)})), LocalBlobs)
    chosen = load({"FENSHEN_HOME": str(tmp_path), "FENSHEN_BLOBS": "s3://faces/studio/", "AWS_REGION": "x"})
    assert chosen.blobs == "s3://faces/studio/"
