"""Draws into a good photo what should not be there: codes, cards, screens, bars. Pictures are (H, W, 3) uint8 sRGB."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

EAN_LEFT = (
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
)
EAN_PARITY = (
    "LLLLLL",
    "LLGLGG",
    "LLGGLG",
    "LLGGGL",
    "LGLLGG",
    "LGGLLG",
    "LGGGLL",
    "LGLGLG",
    "LGLGGL",
    "LGGLGL",
)
DARK = (40, 40, 48)


def qr_code(side: int) -> Picture:
    """A QR code on white, of about this many px a side."""
    code = cv2.QRCodeEncoder.create().encode("https://example.org/ticket/20261122")
    code = np.pad(code, 2, constant_values=255)
    flat = np.asarray(cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.repeat(flat[..., None], 3, axis=2)


def bar_code(width: int, height: int) -> Picture:
    """An EAN-13 bar code on white; its bars are a whole number of px wide."""
    digits = [4, 0, 0, 6, 3, 8, 1, 3, 3, 3, 9, 3, 1]
    left = "".join(
        EAN_LEFT[d] if p == "L" else EAN_LEFT[d].translate(str.maketrans("01", "10"))[::-1]
        for d, p in zip(digits[1:7], EAN_PARITY[digits[0]], strict=True)
    )
    right = "".join(EAN_LEFT[d].translate(str.maketrans("01", "10")) for d in digits[7:])
    bits = np.array([int(bit) for bit in f"101{left}01010{right}101"], np.uint8)
    row = np.pad((1 - bits) * 255, 11, constant_values=255)
    wide = np.repeat(row, max(1, width // len(row)))
    flat = np.pad(np.tile(wide, (height, 1)), ((8, 8), (0, 0)), constant_values=255)
    return np.repeat(flat[..., None], 3, axis=2).astype(np.uint8)


def card(width: int, portrait: Picture | None = None, *, rows: int = 5) -> Picture:
    """A card of ID-1 size with rows of text and, if given, a small portrait on it."""
    height = round(width * 53.98 / 85.60)
    face = np.full((height, width, 3), (214, 226, 232), np.uint8)
    left = round(0.38 * width) if portrait is not None else round(0.06 * width)
    for row in range(rows):
        y = round((0.24 + 0.16 * row) * height)
        text = (
            "NAME  ZHANG SAN",
            "SEX  F   BORN 1990",
            "ADDRESS 12 LONG ST",
            "CITY QINGDAO",
            "NO 3702 0219 9001",
        )[row % 5]
        cv2.putText(
            face,
            text,
            (left, y),
            cv2.FONT_HERSHEY_SIMPLEX,
            width / 720,
            DARK,
            max(1, width // 260),
            cv2.LINE_AA,
        )
    if portrait is not None:
        tall = round(0.62 * height)
        wide = round(tall * portrait.shape[1] / portrait.shape[0])
        small = cv2.resize(portrait, (min(wide, round(0.3 * width)), tall), interpolation=cv2.INTER_AREA)
        y, x = round(0.18 * height), round(0.05 * width)
        face[y : y + tall, x : x + small.shape[1]] = small
    return face


def laid_on(picture: Picture, thing: Picture, x: float, y: float, *, angle: float = 0.0) -> Picture:
    """Lay a thing on a picture, its middle at shares x and y of the picture's sides, turned by degrees."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((thing.shape[1] / 2, thing.shape[0] / 2), angle, 1.0)
    turn[:, 2] += (x * width - thing.shape[1] / 2, y * height - thing.shape[0] / 2)
    laid = cv2.warpAffine(thing, turn, (width, height), flags=cv2.INTER_AREA)
    where = cv2.warpAffine(np.full(thing.shape[:2], 255, np.uint8), turn, (width, height))[..., None] / 255.0
    return np.asarray(np.round(laid * where + picture * (1 - where)), np.uint8)


def photographed_screen(picture: Picture, pitch: float, *, angle: float = 3.0, side: int = 900) -> Picture:
    """A photo of a screen that shows the picture: each of its pixels is three stripes, ``pitch`` px of ours wide."""
    sub = 9
    width, height = int(side / pitch * 1.2), int(side / pitch * 1.2)
    shown = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    dot = np.full((sub, sub, 3), 0.18, np.float32)
    for colour in range(3):
        dot[1:-1, colour * 3 : colour * 3 + 3, colour] = 2.2
    light = np.repeat(np.repeat(shown**2.2, sub, 0), sub, 1) * np.tile(dot, (height, width, 1)) / dot.mean()
    light = cv2.GaussianBlur(light, (0, 0), 0.45 * sub / pitch)
    turn = cv2.getRotationMatrix2D((width * sub / 2, height * sub / 2), angle, pitch / sub)
    turn[:, 2] = turn[:, 2] + (side / 2 - width * sub / 2, side / 2 - height * sub / 2)
    seen = cv2.warpAffine(np.minimum(light, 3), turn, (side, side), flags=cv2.INTER_LINEAR)
    grain = np.random.default_rng(5).normal(0, 2, seen.shape)
    coded: Picture = np.clip(np.clip(seen, 0, 1) ** (1 / 2.2) * 255 + grain, 0, 255).astype(np.uint8)
    return coded


def screenshot(picture: Picture, size: tuple[int, int] = (1080, 2340), *, dark: bool = True) -> Picture:
    """A telephone's screen that shows the picture, with a bar of the app above and below."""
    colour = (17, 17, 17) if dark else (250, 250, 250)
    shot = np.full((size[1], size[0], 3), colour, np.uint8)
    tall = round(picture.shape[0] * size[0] / picture.shape[1])
    inside = cv2.resize(picture, (size[0], tall), interpolation=cv2.INTER_LINEAR)[: size[1] - 500]
    top = (size[1] - inside.shape[0]) // 2
    shot[top : top + inside.shape[0]] = inside
    ink = (255 - colour[0],) * 3
    cv2.putText(shot, "9:41", (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.6, ink, 3, cv2.LINE_AA)
    cv2.rectangle(shot, (930, 35), (1010, 75), ink, 3)
    return shot
