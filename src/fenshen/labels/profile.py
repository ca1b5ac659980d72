"""The colour profile that every picture of ours carries: half a kilobyte that says sRGB."""

from functools import cache

from PIL import ImageCms


@cache
def srgb() -> bytes:
    """Little CMS's own sRGB profile, without the date of its making (bytes 24 to 35), which tells the hour.

    Screens guess sRGB without it; print shops and wide-gamut editors do not.
    """
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]
