#!/usr/bin/env python3
"""Makes the pictures by which a bank is looked at.

python3 models/train/gallery.py --out models/gallery.jpg       two photographs in every style
python3 models/train/gallery.py --front docs/front.jpg          the README's first picture, a photograph in three styles
python3 models/train/gallery.py --icon c/net.impasto.StyleTransfer.png
python3 models/train/gallery.py --sheets build/train/sheets    every style on five photographs, of 1080 and of 2160 lines, at 1:1
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from network.packages import Bank, mixed
from data.pictures import data_folder, load

STYLES = Path(__file__).resolve().parents[1] / "styles"
ACROSS = 4
GAP, CAPTION = 8, 26
MIX = ("starry-night", "great-wave")
STEPS = (0.3, 0.6)
FRONT, FRONT_SIZE = ("starry-night", "scream", "metzinger"), (800, 500)
PAPER, INK = (250, 249, 246), (40, 40, 44)
# Debian's fonts-dejavu-core; it has the letters of the painters' names.
FONT = "DejaVuSans.ttf"


class Plate(NamedTuple):
    """A photograph of those that nothing is trained with, and the middle of what is shown of it, as
    fractions.
    """

    name: str
    x: float
    y: float

    def picture(self, data: Path, lines: int) -> np.ndarray:
        """1 x 3 x lines x width."""
        return load(data / "photos" / "cc0" / f"{self.name}.jpg", lines)[None].numpy()

    def shown(self, image: np.ndarray, width: int, height: int) -> Image.Image:
        """A part of it, at 1:1."""
        pixels = (image[0].clip(0, 1) * 255 + 0.5).astype(np.uint8).transpose(1, 2, 0)
        left, top = (
            min(max(round(at * have - want / 2), 0), have - want)
            for at, have, want in (
                (self.x, pixels.shape[1], width),
                (self.y, pixels.shape[0], height),
            )
        )
        return Image.fromarray(pixels[top : top + height, left : left + width])


# Nobody is in them who could be known: pictures of a README are an advertisement.
SHOWN = (Plate("city_paris_eiffel_tower", 0.5, 0.62), Plate("landscape_mountain_lake", 0.45, 0.45))
# A face, dark skin, a night street, an interior, a plain sky.
LOOKED_AT = (
    Plate("people_woman_studio_portrait", 0.58, 0.42),
    Plate("people_face_paint", 0.5, 0.4),
    Plate("night_street_corner", 0.6, 0.6),
    Plate("interior_lounge", 0.6, 0.6),
    Plate("vehicle_airplane_in_clouds", 0.5, 0.45),
)


class Sheet:
    """Pictures of one size with captions, in rows."""

    def __init__(self, count: int, width: int, height: int, across: int) -> None:
        self.width, self.height, self.across, self.used = width, height, across, 0
        rows = -(-count // across)
        size = across * (width + GAP) + GAP, rows * (height + CAPTION) + GAP
        self.image = Image.new("RGB", size, PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.font = ImageFont.truetype(FONT, 15)

    def put(self, picture: Image.Image, caption: str = "") -> None:
        """The caption stands below the picture."""
        row, column = divmod(self.used, self.across)
        left, top = GAP + column * (self.width + GAP), GAP + row * (self.height + CAPTION)
        self.image.paste(picture, (left, top))
        self.draw.text((left, top + self.height + 4), caption, INK, self.font)
        self.used += 1


def gallery(bank: Bank, data: Path, width: int, height: int, lines: int) -> Image.Image:
    """Two photographs, as they are and in every style, and the way from one style to another."""
    sheet = Sheet(2 + 2 * len(bank.styles) + len(STEPS), width, height, ACROSS)
    plates = [(plate, plate.picture(data, lines)) for plate in SHOWN]
    for plate, image in plates:
        sheet.put(plate.shown(image, width, height), "" if sheet.used else "The photographs")
    for style in tqdm(bank.styles.values(), unit="style"):
        for index, (plate, image) in enumerate(plates):
            painted = plate.shown(bank.paint(image, style.vector), width, height)
            sheet.put(painted, "" if index else style.label)
    if all(name in bank.styles for name in MIX):
        first, second = (bank.styles[name] for name in MIX)
        plate, image = plates[-1]
        for m in STEPS:
            painted = bank.paint(image, mixed(first.vector, second.vector, m))
            sheet.put(
                plate.shown(painted, width, height), f"{first.label}, {m:g} of {second.label}"
            )
    return sheet.image


def front(bank: Bank, data: Path) -> Image.Image:
    """A photograph and three pictures of it, at 1:1."""
    plate, (width, height) = SHOWN[-1], FRONT_SIZE
    image = plate.picture(data, 1080)
    sheet = Sheet(1 + len(FRONT), width, height, 2)
    sheet.put(plate.shown(image, width, height), "The plate")
    for name in FRONT:
        style = bank.styles[name]
        sheet.put(plate.shown(bank.paint(image, style.vector), width, height), style.label)
    return sheet.image


def icon(bank: Bank, data: Path) -> Image.Image:
    """What hosts show of the effect, 128 x 128."""
    plate = SHOWN[-1]
    painted = bank.paint(plate.picture(data, 1080), bank.styles[FRONT[0]].vector)
    return plate.shown(painted, 512, 512).resize((128, 128), Image.LANCZOS)


def sheets(bank: Bank, data: Path, out: Path, width: int, height: int) -> None:
    """A file a photograph and a size."""
    out.mkdir(parents=True, exist_ok=True)
    for plate in LOOKED_AT:
        for lines in (1080, 2160):
            image, sheet = plate.picture(data, lines), Sheet(
                1 + len(bank.styles), width, height, ACROSS
            )
            sheet.put(plate.shown(image, width, height), f"{plate.name}, {lines} lines")
            for style in tqdm(
                bank.styles.values(), unit="style", desc=f"{plate.name}, {lines} lines"
            ):
                sheet.put(plate.shown(bank.paint(image, style.vector), width, height), style.label)
            sheet.image.save(out / f"{plate.name}.{lines}.jpg", quality=90)


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--data", type=Path, default=data_folder())
    p.add_argument("--styles", type=Path, default=STYLES, help="folder of packages")
    p.add_argument("--out", type=Path, help="the gallery, JPEG")
    p.add_argument("--front", type=Path, help="a photograph in three styles, JPEG")
    p.add_argument("--icon", type=Path, help="PNG")
    p.add_argument("--sheets", type=Path, help="folder of the sheets")
    p.add_argument(
        "--width", type=int, default=480, help="of what is shown of every picture, in pixels"
    )
    p.add_argument("--height", type=int, default=360)
    p.add_argument("--lines", type=int, default=1080, help="how high the gallery's photographs are")
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args(argv)
    bank = Bank(a.styles, a.threads)
    if a.out:
        gallery(bank, a.data, a.width, a.height, a.lines).save(a.out, quality=88, optimize=True)
    if a.front:
        front(bank, a.data).save(a.front, quality=88, optimize=True)
    if a.icon:
        icon(bank, a.data).save(a.icon, optimize=True)
    if a.sheets:
        sheets(bank, a.data, a.sheets, a.width, a.height)


if __name__ == "__main__":
    main()
