"""The studio's own certificates for C2PA: a root for whoever wants to check, and a leaf that signs portraits.

Both private keys are derived from wrapped secrets of the studio and never stand anywhere in the open; the
native library sees certificates and finished signatures only. On disk, below ``home/keys``, are public files::

    c2pa-root.pem    the anchor: give it to whoever shall check this studio's portraits
    c2pa-leaf.pem    the certificate in every portrait

The leaf keeps the C2PA certificate profile (C2PA 2.x, 14.5.1): version 3, critical key usage digitalSignature,
basicConstraints without CA, extended key usage emailProtection, authority and subject key identifiers.
It lives ten years and is renewed when less than half is left, because without a time-stamp a portrait's
credentials end with the certificate. Why: docs/decisions/0027-content-credentials-of-our-own.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fenshen.errors import FenshenError
from fenshen.settings import Settings
from fenshen.store import disk
from fenshen.vault.keys import KeyStore

ROOT_FILE: Final = "c2pa-root.pem"
LEAF_FILE: Final = "c2pa-leaf.pem"
ROOT_LIFE, LEAF_LIFE = timedelta(days=30 * 365), timedelta(days=10 * 365)
BACKDATED: Final = timedelta(days=1)  # so that a machine whose clock is a little behind trusts it too
_SEED: Final = (
    40  # bytes: 64 bits more than the order, so the remainder is as good as uniform (FIPS 186-5, A.2.1)
)
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5)
_LONGEST_NAME: Final = 64  # characters of an organisation's name (RFC 5280, A.1)


class CredentialsRefusedError(FenshenError):
    """A certificate or key cannot sign content credentials, or has ended."""

    code = "credentials_refused"
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What signs a manifest: certificates for everyone, and a signature on demand."""

    chain: str  # PEM, the leaf first; the root is left out, as who trusts it has it
    anchor: str  # PEM of what the chain ends in
    algorithm: str  # ES256, ES384, ES512, PS256, ED25519
    sign: Callable[[bytes], bytes] = field(repr=False)  # raw, as COSE wants it (RFC 9053)


def open_own(settings: Settings, keys: KeyStore, now: datetime) -> Credentials:
    """Give the studio's own credentials; root and leaf are made at first use and renewed in time.

    now: aware. Raises DiskFullError and the errors of the key store.
    """
    folder = settings.home / "keys"
    root_key, leaf_key = (_derived(keys.studio_secret(f"c2pa-{which}", _SEED)) for which in ("root", "leaf"))
    root = _standing(folder / ROOT_FILE, root_key, now, ROOT_LIFE / 2)
    if root is None:
        root = _self_signed(root_key, settings.producer, now)
        disk.write_durably(folder / ROOT_FILE, root.public_bytes(Encoding.PEM), mode=0o644)
    leaf = _standing(folder / LEAF_FILE, leaf_key, now, LEAF_LIFE / 2)
    if (
        leaf is None
        or leaf.issuer != root.subject
        or _organisation(leaf) != settings.producer[:_LONGEST_NAME]
    ):
        leaf = _issued(leaf_key, root, root_key, settings.producer, now)
        disk.write_durably(folder / LEAF_FILE, leaf.public_bytes(Encoding.PEM), mode=0o644)
    return Credentials(
        chain=leaf.public_bytes(Encoding.PEM).decode(),
        anchor=root.public_bytes(Encoding.PEM).decode(),
        algorithm="ES256",
        sign=lambda message: raw_ecdsa(leaf_key, message, hashes.SHA256()),
    )


def raw_ecdsa(key: ec.EllipticCurvePrivateKey, message: bytes, digest: hashes.HashAlgorithm) -> bytes:
    """Sign as COSE wants it: r and s side by side, each as long as the curve (RFC 9053, 2.1)."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size) + s.to_bytes(size)


def _derived(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key of 40 random bytes (FIPS 186-5, A.2.1)."""
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())


def _standing(
    file: Path, key: ec.EllipticCurvePrivateKey, now: datetime, left: timedelta
) -> x509.Certificate | None:
    """Read our certificate when it is there, belongs to the key, and has this much of its life left."""
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    begun = certificate.not_valid_before_utc <= now
    stands = begun and certificate.not_valid_after_utc - now >= left
    return certificate if stands and certificate.public_key() == key.public_key() else None


def _self_signed(key: ec.EllipticCurvePrivateKey, producer: str, now: datetime) -> x509.Certificate:
    name = _name(producer, "Fenshen studio root")
    return (
        _begun(name, name, key, now, ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _issued(
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    producer: str,
    now: datetime,
) -> x509.Certificate:
    name = _name(producer, "Fenshen content credentials")
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        _begun(name, root.subject, key, now, LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
        .add_extension(identifier, critical=False)
    )


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:_LONGEST_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _organisation(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
