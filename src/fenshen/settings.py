"""Where the studio keeps things and which language it speaks. Read once, from the environment only."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, Literal

from platformdirs import user_data_path

from fenshen.errors import SettingInvalidError

Language = Literal["zh", "en"]

KEY_ADDRESS: Final = re.compile(
    r"(?:file|passphrase):.+|(?:aws-kms|gcp-kms|aliyun-kms|vault-transit)://[^/\s]\S*"
)
DATABASE_ADDRESS: Final = re.compile(r"postgresql://\S+")
LANE: Final = re.compile(r"[a-z][a-z0-9-]{0,15}")
WHAT: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")  # a kind of job, or the name of an engine
LISTENING: Final = re.compile(r"[\w.-]+:\d{1,5}")
UNMOVED: Final = "webhook"  # deliveries are always light: what writes them knows no settings
REST: Final = 60.0  # seconds
ISSUER: Final = re.compile(r"https://[^\s?#]+|http://(?:localhost|127\.0\.0\.1)(?::\d+)?(?:/[^\s?#]*)?")
WEBHOOK_HOST: Final = re.compile(
    r"\*|(?:local:)?(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[1-9][0-9]{0,4})?"
)
S3_ADDRESS: Final = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]+)(?:/(?P<prefix>[^\s]*[^\s/]))?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may choose."""

    home: Path  # all that the studio keeps lies below it, weights included unless `models` says otherwise
    models: Path  # the pretrained weights
    key_file: Path  # the key that wraps every other key; mode 0600
    language: Language
    producer: str  # ASCII name of this service; written into every label (TC260 ContentProducer)
    operator: str = ""  # who runs the studio for others, with a contact; empty: whoever sits at this machine

    # Where keys and sealed faces live, when not below `home`.
    key: str = ""  # the key-encryption key, as an address; empty: the file `key_file`
    passphrase_file: Path | None = (
        None  # holds the passphrase of a protected key file; None: ask on the terminal
    )
    key_mirror: Path | None = None  # a folder on another disk with a second copy of every wrapped key
    blobs: str = ""  # s3://bucket/prefix; empty: the folder `home/blobs`
    s3_endpoint: str = ""  # of a store that speaks S3 but is not Amazon's

    templates: Path | None = None  # packs of one's own; None: the folder `home/templates`

    origin: str = ""  # https://… where people reach the web studio; empty: this machine alone
    proxies: str = ""  # addresses whose word on where a visitor comes from is taken; with commas
    oidc_issuer: str = (
        ""  # an OpenID Connect service that people may sign in with; empty: none, and nothing is fetched
    )
    oidc_client: str = ""  # the studio's name there
    oidc_secret_file: Path | None = None
    wechat_app: str = ""  # the studio's id as a web site of WeChat's; empty: none
    wechat_secret_file: Path | None = None
    webhook_hosts: str = ""  # with which hosts the studio may speak to tell of events; empty: with none
    webhook_ca: Path | None = None  # certificates (PEM) to trust besides the system's, for hosts of one's own
    database: str = ""  # postgresql://… for a studio of several machines; empty: SQLite below `home`

    # Long work and those who watch it.
    lanes: tuple[
        tuple[str, str], ...
    ] = ()  # (kind of job or engine, lane): what differs from the shipped ones
    worker_lanes: tuple[str, ...] = ()  # that a worker of this machine serves; empty: the shipped ones
    rest: float = REST  # seconds without work after which a worker lets its nets go
    metrics: str = ""  # host:port where figures are given; empty: nowhere
    metrics_secret_file: Path | None = None  # whoever asks for figures must say what is in it

    # Content credentials that the operator brings instead of the studio's own (PEM files).
    c2pa_certificate: Path | None = None
    c2pa_key: Path | None = None

    @property
    def template_folder(self) -> Path:
        """Give the folder of one's own packs."""
        return self.templates or self.home / "templates"

    @property
    def key_address(self) -> str:
        """Give the address of the key-encryption key."""
        return self.key or f"file:{self.key_file}"


SIGN_IN: Final = (
    "proxies", "oidc_issuer", "oidc_client", "oidc_secret_file", "wechat_app", "wechat_secret_file",
)  # fmt: skip


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every setting of this house; ``docs/reference/settings.md`` names them.

    The language is FENSHEN_LANG, else that of LC_ALL or LANG, else English. Raises SettingInvalidError when the
    producer's name is empty or not printable ASCII, or when an address is of no known kind.
    """
    home = _folder(environ.get("FENSHEN_HOME")) or user_data_path("fenshen", appauthor=False)
    producer = environ.get("FENSHEN_PRODUCER", "fenshen-studio")
    if not producer.strip() or not (producer.isascii() and producer.isprintable()):
        raise SettingInvalidError(setting="FENSHEN_PRODUCER")
    key, blobs = environ.get("FENSHEN_KEY", ""), environ.get("FENSHEN_BLOBS", "")
    if key and not is_key_address(key):
        raise SettingInvalidError(setting="FENSHEN_KEY")
    if blobs and not S3_ADDRESS.fullmatch(blobs):
        raise SettingInvalidError(setting="FENSHEN_BLOBS")
    database = environ.get("FENSHEN_DATABASE", "")
    if database and not DATABASE_ADDRESS.fullmatch(database):
        raise SettingInvalidError(setting="FENSHEN_DATABASE")
    hosts = [
        each.strip().lower() for each in environ.get("FENSHEN_WEBHOOK_HOSTS", "").split(",") if each.strip()
    ]
    if not all(WEBHOOK_HOST.fullmatch(each) for each in hosts):
        raise SettingInvalidError(setting="FENSHEN_WEBHOOK_HOSTS")
    return Settings(
        home=home,
        models=_folder(environ.get("FENSHEN_MODELS")) or home / "models",
        key_file=_folder(environ.get("FENSHEN_KEY_FILE")) or home / "keys" / "kek",
        language=language_of(environ),
        producer=producer,
        operator=" ".join(environ.get("FENSHEN_OPERATOR", "").split()),
        key=key,
        passphrase_file=_folder(environ.get("FENSHEN_PASSPHRASE_FILE")),
        key_mirror=_folder(environ.get("FENSHEN_KEY_MIRROR")),
        blobs=blobs,
        s3_endpoint=environ.get("FENSHEN_S3_ENDPOINT", ""),
        templates=_folder(environ.get("FENSHEN_TEMPLATES")),
        database=database,
        webhook_hosts=",".join(hosts),
        webhook_ca=_folder(environ.get("FENSHEN_WEBHOOK_CA")),
        origin=environ.get("FENSHEN_ORIGIN", "").rstrip("/"),
        **_sign_in(environ),
        **_long_work(environ),
        c2pa_certificate=_folder(environ.get("FENSHEN_C2PA_CERTIFICATE")),
        c2pa_key=_folder(environ.get("FENSHEN_C2PA_KEY")),
    )


def _sign_in(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read how people may sign in elsewhere, and who stands before the studio. Raises SettingInvalidError."""
    told = {name: environ.get(f"FENSHEN_{name.upper()}", "").strip() for name in SIGN_IN}
    for names in (("oidc_issuer", "oidc_client", "oidc_secret_file"), ("wechat_app", "wechat_secret_file")):
        missing = [name for name in names if not told[name]]
        if missing and len(missing) < len(names):
            raise SettingInvalidError(setting=f"FENSHEN_{missing[0].upper()}")
    if told["oidc_issuer"] and not ISSUER.fullmatch(told["oidc_issuer"]):
        raise SettingInvalidError(setting="FENSHEN_OIDC_ISSUER")
    proxies = [each.strip() for each in told["proxies"].split(",") if each.strip()]
    try:
        for each in proxies:
            ip_network(each, strict=False)
    except ValueError:
        raise SettingInvalidError(setting="FENSHEN_PROXIES") from None
    files = {name: _folder(value) for name, value in told.items() if name.endswith("_file")}
    return {**told, **files, "proxies": ",".join(proxies)}


def _long_work(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read which lanes there are, and who may watch. Raises SettingInvalidError."""
    rules = tuple(rule.partition("=")[::2] for rule in environ.get("FENSHEN_LANES", "").split())
    if not all(WHAT.fullmatch(what) and what != UNMOVED and LANE.fullmatch(lane) for what, lane in rules):
        raise SettingInvalidError(setting="FENSHEN_LANES")
    served = tuple(environ.get("FENSHEN_WORKER_LANES", "").replace(",", " ").split())
    if not all(LANE.fullmatch(lane) for lane in served):
        raise SettingInvalidError(setting="FENSHEN_WORKER_LANES")
    rest = environ.get("FENSHEN_REST", str(REST))
    if not re.fullmatch(r"\d{1,6}(?:\.\d+)?", rest):
        raise SettingInvalidError(setting="FENSHEN_REST")
    metrics = environ.get("FENSHEN_METRICS", "")
    if metrics and not LISTENING.fullmatch(metrics):
        raise SettingInvalidError(setting="FENSHEN_METRICS")
    secret = _folder(environ.get("FENSHEN_METRICS_SECRET_FILE"))
    return {
        "lanes": rules,
        "worker_lanes": served,
        "rest": float(rest),
        "metrics": metrics,
        "metrics_secret_file": secret,
    }


def is_key_address(address: str) -> bool:
    """Tell whether this is of a form such as file:PATH, passphrase:PATH, aws-kms://KEY."""
    return bool(KEY_ADDRESS.fullmatch(address))


def language_of(environ: Mapping[str, str]) -> Language:
    """Give the language an environment asks for; anything but Chinese is English."""
    for name in ("FENSHEN_LANG", "LC_ALL", "LANG"):
        if value := environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _folder(value: str | None) -> Path | None:
    return Path(value).expanduser().absolute() if value else None
