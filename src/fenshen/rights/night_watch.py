"""See that photos do not outlive a run that is killed, not even until the next start.

A run that takes photos in begins a small process of its own session beside it, and holds one end of a pipe. When
the run ends well it says so, and the watch goes home. When the run dies, however it dies, the kernel closes the
pipe; the watch then sweeps, as the next start would: the photos' key is destroyed and the receipt signed within
seconds. Who kills a whole container or the power kills the watch, too; then the next start does it.

Nothing secret is handed over: the watch opens the studio by its settings, as any run does. A main key that only a
person at a terminal can open stays closed to it.
"""

import os
import subprocess
import sys
from contextlib import suppress

from fenshen.settings import Settings

WELL = b"well"  # what a run says that ended by itself


def begin(settings: Settings) -> "subprocess.Popen[bytes] | None":
    """Set a watch beside us. Where no process can be begun there is none, and the next start sweeps."""
    with suppress(OSError):
        return subprocess.Popen(
            [sys.executable, "-B", "-m", "fenshen.rights.night_watch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(settings),
            cwd="/",
            start_new_session=True,  # Ctrl-C and a closed terminal are for the run, not for its watch
        )
    return None


def dismiss(watch: "subprocess.Popen[bytes] | None") -> None:
    """Send the watch home: the photos are gone. One that died before us is fine."""
    if watch is not None:
        with suppress(OSError):
            watch.communicate(WELL)


def _environment(settings: Settings) -> dict[str, str]:
    """Point the watch at this run's studio, whatever the environment says."""
    own = {
        "FENSHEN_HOME": str(settings.home),
        "FENSHEN_MODELS": str(settings.models),
        "FENSHEN_KEY_FILE": str(settings.key_file),
        "FENSHEN_KEY": settings.key,
        "FENSHEN_PASSPHRASE_FILE": str(settings.passphrase_file or ""),
        "FENSHEN_KEY_MIRROR": str(settings.key_mirror or ""),
        "FENSHEN_BLOBS": settings.blobs,
        "FENSHEN_S3_ENDPOINT": settings.s3_endpoint,
        "FENSHEN_DATABASE": settings.database,
    }
    return {**os.environ, **own}


def main() -> None:
    """Wait for the run to end. If it does not say that it ended well, sweep."""
    if sys.stdin.buffer.read() == WELL:
        return
    from fenshen import settings
    from fenshen.rights import retention

    retention.start(settings.load())


if __name__ == "__main__":
    main()
