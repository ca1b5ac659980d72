"""The closed list of what a face may be used for. What is not in it cannot be asked for, agreed to or written down."""

from enum import StrEnum


class Purpose(StrEnum):
    """All that a face may ever be opened for."""

    INSPECT_PHOTOS = "inspect_photos"
    BUILD_DOUBLE = "build_double"
    RENDER_PORTRAIT = "render_portrait"
    KEEP_DOUBLE = "keep_double"
