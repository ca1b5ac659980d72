"""Credentials an operator brings: a certificate that others already trust, and its key."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from fenshen.labels.c2pa_authority import ROOT_FILE, Credentials, CredentialsRefusedError, open_own, raw_ecdsa
from fenshen.settings import Settings
from fenshen.vault.keys import KeyStore

_CURVES: Final[dict[int, tuple[str, hashes.HashAlgorithm]]] = {
    256: ("ES256", hashes.SHA256()),
    384: ("ES384", hashes.SHA384()),
    521: ("ES512", hashes.SHA512()),
}
_LEAST_RSA: Final = 2048  # bits


def open_credentials(settings: Settings, keys: KeyStore, now: datetime) -> Credentials:
    """Give the operator's credentials when there are any, else the studio's own.

    Raises CredentialsRefusedError, DiskFullError and the errors of the key store.
    """
    if settings.c2pa_certificate is None and settings.c2pa_key is None:
        return open_own(settings, keys, now)
    if settings.c2pa_certificate is None or settings.c2pa_key is None:
        raise CredentialsRefusedError
    return brought(settings.c2pa_certificate, settings.c2pa_key, now)


def brought(certificate: Path, key: Path, now: datetime) -> Credentials:
    """Read a chain (PEM, leaf first, CA last) and the leaf's key (PEM, without password).

    1. read both  2. the key is the leaf's  3. the leaf keeps the C2PA certificate profile and stands today.
    Raises CredentialsRefusedError.
    """
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())  # (1)
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise CredentialsRefusedError from error
    leaf = chain[0]
    if leaf.public_key() != private.public_key() or not _keeps_the_profile(leaf, now):  # (2, 3)
        raise CredentialsRefusedError
    algorithm, sign = _signing(private)
    pems = [one.public_bytes(Encoding.PEM).decode() for one in chain]
    kept = [pem for pem, one in zip(pems, chain, strict=True) if one.issuer != one.subject]
    return Credentials(chain="".join(kept), anchor=pems[-1], algorithm=algorithm, sign=sign)


def anchors(settings: Settings) -> str:
    """Give the root certificates by which this studio's portraits are known, PEM; no key is opened.

    The studio's own stays one of them when an operator brings another, so that earlier portraits stay ours.
    Empty before the first start. Raises CredentialsRefusedError.
    """
    own = settings.home / "keys" / ROOT_FILE
    found = own.read_text() if own.exists() else ""
    if settings.c2pa_certificate is None:
        return found
    try:
        chain = x509.load_pem_x509_certificates(settings.c2pa_certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise CredentialsRefusedError from error
    return found + chain[-1].public_bytes(Encoding.PEM).decode()


def _signing(key: object) -> tuple[str, Callable[[bytes], bytes]]:
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.key_size in _CURVES:
        algorithm, digest = _CURVES[key.curve.key_size]
        return algorithm, lambda message: raw_ecdsa(key, message, digest)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ED25519", key.sign
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_RSA:
        salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256().digest_size)
        return "PS256", lambda message: key.sign(message, salted, hashes.SHA256())
    raise CredentialsRefusedError


def _keeps_the_profile(leaf: x509.Certificate, now: datetime) -> bool:
    """Tell whether it signs and is no CA, signed by another, for this use, and valid now (C2PA 2.x, 14.5.1)."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    stands = leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc
    suits = ExtendedKeyUsageOID.EMAIL_PROTECTION in purposes  # the one every validator accepts by default
    return stands and suits and usage.digital_signature and not constraints.ca and leaf.issuer != leaf.subject
