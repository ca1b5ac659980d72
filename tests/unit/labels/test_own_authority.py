"""The studio's own certificates: whom they convince, how long they last, and that their keys stay inside."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from numpy.typing import NDArray

from fenshen.labels import c2pa_native
from fenshen.labels.c2pa_authority import LEAF_FILE, LEAF_LIFE, ROOT_FILE, CredentialsRefusedError, open_own
from fenshen.labels.c2pa_manifest import Trust
from fenshen.labels.c2pa_operator import anchors, open_credentials
from fenshen.labels.write import LabelledPicture
from fenshen.settings import Settings
from fenshen.vault.keys import KeyStore

Make = Callable[..., NDArray[np.uint8]]
Label = Callable[..., LabelledPicture]
NOW = datetime.now(UTC).replace(microsecond=0)


def read(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_the_first_start_makes_a_root_and_a_leaf_and_the_next_one_keeps_them(chosen: Settings) -> None:
    first = open_own(chosen, KeyStore(chosen), NOW)
    again = open_own(chosen, KeyStore(chosen), NOW + timedelta(days=400))
    assert (first.chain, first.anchor) == (again.chain, again.anchor)
    assert (chosen.home / "keys" / ROOT_FILE).read_text() == first.anchor == anchors(chosen)


def test_the_leaf_keeps_the_certificate_profile(chosen: Settings) -> None:
    open_own(chosen, KeyStore(chosen), NOW)
    leaf, root = (read(chosen.home / "keys" / name) for name in (LEAF_FILE, ROOT_FILE))
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert leaf.version is x509.Version.v3
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    authority = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert (
        authority.key_identifier
        == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    )
    leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)  # or it raises
    leaf.verify_directly_issued_by(root)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not any("OCSP" in str(e) or "http" in str(e) for e in leaf.extensions)  # nobody is to be asked


def test_what_is_signed_is_checked_with_the_certificate(chosen: Settings) -> None:
    made = open_own(chosen, KeyStore(chosen), NOW)
    raw = made.sign(b"a claim")
    signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = x509.load_pem_x509_certificate(made.chain.encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(signature, b"a claim", ec.ECDSA(hashes.SHA256()))


def test_the_private_keys_stand_nowhere_in_the_open(chosen: Settings) -> None:
    keys = KeyStore(chosen)
    open_own(chosen, keys, NOW)
    seeds = [keys.studio_secret(f"c2pa-{which}", 40) for which in ("root", "leaf")]
    files = [file for file in chosen.home.rglob("*") if file.is_file()]
    assert {"c2pa-root", "c2pa-leaf", ROOT_FILE, LEAF_FILE} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        assert not any(seed in content for seed in seeds)
        assert b"PRIVATE" not in content
        if file.suffix != ".pem":
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_the_leaf_is_renewed_while_half_its_life_is_left(chosen: Settings) -> None:
    keys = KeyStore(chosen)
    first = open_own(chosen, keys, NOW)
    assert open_own(chosen, keys, NOW + LEAF_LIFE / 2 - timedelta(days=1)).chain == first.chain
    later = NOW + LEAF_LIFE / 2 + timedelta(days=1)
    renewed = open_own(chosen, keys, later)
    assert renewed.chain != first.chain
    assert renewed.anchor == first.anchor
    leaf = x509.load_pem_x509_certificate(renewed.chain.encode())
    assert leaf.not_valid_after_utc == later + LEAF_LIFE


def test_a_new_name_of_the_studio_gives_a_new_leaf_under_the_same_root(chosen: Settings) -> None:
    keys = KeyStore(chosen)
    first = open_own(chosen, keys, NOW)
    renamed = open_own(replace(chosen, producer="another-name"), keys, NOW)
    assert renamed.anchor == first.anchor
    subject = x509.load_pem_x509_certificate(renamed.chain.encode()).subject
    assert subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "another-name"


def test_a_lost_or_damaged_certificate_is_made_anew_for_the_same_key(chosen: Settings) -> None:
    keys = KeyStore(chosen)
    first = open_own(chosen, keys, NOW)
    for name in (ROOT_FILE, LEAF_FILE):
        (chosen.home / "keys" / name).write_text("not a certificate")
    again = open_own(chosen, keys, NOW)
    for before, after in ((first.chain, again.chain), (first.anchor, again.anchor)):
        old, new = (x509.load_pem_x509_certificate(pem.encode()) for pem in (before, after))
        assert old.public_key() == new.public_key()


def test_a_portrait_signed_before_a_renewal_is_still_ours(
    chosen: Settings, backdrop: Make, fully_labelled: Label
) -> None:
    keys = KeyStore(chosen)
    before = open_own(chosen, keys, NOW - LEAF_LIFE / 2 - timedelta(days=30))
    portrait = fully_labelled(backdrop(300, 400), credentials=before)
    after = open_own(chosen, keys, NOW)
    assert after.chain != before.chain
    assert c2pa_native.read(portrait.data, "image/jpeg", after.anchor).trust is Trust.OURS


# ---- an operator's own


def bring(
    folder: Path, key: CertificateIssuerPrivateKeyTypes, *, leaf_key: object = None, **changed: object
) -> tuple[Path, Path]:
    """Write a chain and its key as an operator would; `changed` spoils something."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    name = [
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, who)]) for who in ("A notary", "An operator")
    ]
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip

    def made(subject: int, public: object, *, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name[subject])
            .issuer_name(name[0])
            .public_key(public)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=9))
            .not_valid_after(NOW + (timedelta(days=900) if ca else changed.get("ends", timedelta(days=90))))  # type: ignore[operator]
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **usage), critical=True
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(public),  # type: ignore[arg-type]
                critical=False,
            )
        )
        if not ca:
            purpose = changed.get("purpose", ExtendedKeyUsageOID.EMAIL_PROTECTION)
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)  # type: ignore[list-item]
            builder = builder.add_extension(identifier, critical=False)
        return builder.sign(root_key, hashes.SHA256())

    leaf, root = made(1, key.public_key(), ca=False), made(0, root_key.public_key(), ca=True)
    (folder / "chain.pem").write_bytes(leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
    written = (leaf_key or key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined]
    (folder / "key.pem").write_bytes(written)
    return folder / "chain.pem", folder / "key.pem"


KEYS: dict[str, Callable[[], CertificateIssuerPrivateKeyTypes]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ED25519": ed25519.Ed25519PrivateKey.generate,
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
}


@pytest.mark.parametrize("algorithm", KEYS)
def test_an_operator_s_certificate_signs_and_is_known(
    algorithm: str, chosen: Settings, tmp_path: Path, backdrop: Make, fully_labelled: Label
) -> None:
    certificate, key = bring(tmp_path, KEYS[algorithm]())
    theirs = replace(chosen, c2pa_certificate=certificate, c2pa_key=key)
    made = open_credentials(theirs, KeyStore(theirs), NOW)
    assert made.algorithm == algorithm
    portrait = fully_labelled(backdrop(300, 400), credentials=made)
    found = c2pa_native.read(portrait.data, "image/jpeg", anchors(theirs))
    assert (found.trust, found.signer) == (Trust.OURS, "An operator")


@pytest.mark.parametrize(
    "spoiled",
    [
        {"ends": timedelta(days=-1)},
        {"purpose": ExtendedKeyUsageOID.SERVER_AUTH},
        {"leaf_key": ec.generate_private_key(ec.SECP256R1())},
    ],
    ids=["ended", "for servers", "another key"],
)
def test_a_certificate_that_cannot_sign_portraits_is_refused_at_the_start(
    spoiled: dict[str, object], chosen: Settings, tmp_path: Path
) -> None:
    certificate, key = bring(tmp_path, ec.generate_private_key(ec.SECP256R1()), **spoiled)
    with pytest.raises(CredentialsRefusedError):
        open_credentials(replace(chosen, c2pa_certificate=certificate, c2pa_key=key), KeyStore(chosen), NOW)


def test_half_a_setting_or_an_unreadable_file_is_refused(chosen: Settings, tmp_path: Path) -> None:
    certificate, key = bring(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    both = replace(chosen, c2pa_certificate=certificate, c2pa_key=key)
    nowhere = tmp_path / "nowhere"
    for spoiled in (
        replace(both, c2pa_certificate=None),
        replace(both, c2pa_key=None),
        replace(both, c2pa_certificate=nowhere),
        replace(both, c2pa_key=nowhere),
    ):
        with pytest.raises(CredentialsRefusedError):
            open_credentials(spoiled, KeyStore(chosen), NOW)


def test_a_certificate_that_ended_since_it_was_opened_signs_nothing(
    chosen: Settings, backdrop: Make, fully_labelled: Label
) -> None:
    ended = open_own(chosen, KeyStore(chosen), NOW - LEAF_LIFE - timedelta(days=2))
    with pytest.raises(CredentialsRefusedError):
        fully_labelled(backdrop(300, 400), credentials=ended)
