#!/usr/bin/env python3
"""Makes the gallery: two plates in every style of a bank, and a strip from one style to another.

python3 models/train/gallery.py --styles models/styles --out models/gallery.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

import plates
from packages import Bank, mixed

# Plates are painted at twice the size at which they are shown.
WIDTH, HEIGHT = 408, 272
STYLES_A_ROW = 2
GAP, CAPTION = 8, 26
MIX = ("starry-night", "great-wave")
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
PAPER, INK = (250, 249, 246), (40, 40, 44)
# Debian's fonts-dejavu-core; it has the letters of the painters' names.
FONT = "DejaVuSans.ttf"


def paint(bank: Bank, plate: Image.Image, vector: np.ndarray) -> Image.Image:
    image = (np.asarray(plate, np.float32) / 255).transpose(2, 0, 1)[None]
    painted = bank.paint(image, vector)[0].transpose(1, 2, 0)
    return Image.fromarray((painted * 255 + 0.5).astype(np.uint8))


class Sheet:
    """Pictures with captions."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.font = ImageFont.truetype(FONT, 15)

    def put(self, picture: Image.Image, left: int, top: int, caption: str = "") -> None:
        """The caption stands below the picture."""
        self.image.paste(picture, (left, top))
        self.draw.text((left, top + picture.height + 4), caption, INK, self.font)


def gallery(bank: Bank, order: list[str], pair: tuple[str, str]) -> Image.Image:
    made = [plates.landscape(2 * WIDTH, 2 * HEIGHT), plates.still_life(2 * WIDTH, 2 * HEIGHT)]
    across = STYLES_A_ROW * len(made)
    width = across * (WIDTH + GAP) + GAP
    # The plates as they are come first, then the styles, then the strip.
    strip = 1 + -(-len(order) // STYLES_A_ROW)
    wide = (width - GAP) // len(STEPS) - GAP
    top = GAP + strip * (HEIGHT + CAPTION)
    sheet = Sheet(width, top + round(wide * HEIGHT / WIDTH) + CAPTION + GAP)
    place = lambda column, row: (GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + CAPTION))
    for column, plate in enumerate(made):
        middle = column + (across - len(made)) // 2
        sheet.put(_shown(plate, WIDTH), *place(middle, 0), "" if column else "The plates")
    for index, name in enumerate(tqdm(order, unit="style")):
        style = bank.styles[name]
        row, first = 1 + index // STYLES_A_ROW, index % STYLES_A_ROW * len(made)
        for column, plate in enumerate(made):
            caption = "" if column else style.label
            sheet.put(_shown(paint(bank, plate, style.vector), WIDTH), *place(first + column, row), caption)
    start, end = (bank.styles[name] for name in pair)
    for step, m in enumerate(STEPS):
        vector = mixed(start.vector, end.vector, m)
        caption = {0.0: start.label, 1.0: end.label}.get(m, f"style mix {m:g}")
        sheet.put(_shown(paint(bank, made[1], vector), wide), GAP + step * (wide + GAP), top, caption)
    return sheet.image


def _shown(picture: Image.Image, width: int) -> Image.Image:
    return picture.resize((width, round(picture.height * width / picture.width)), Image.LANCZOS)


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--styles", type=Path, required=True, help="folder of packages")
    p.add_argument("--out", type=Path, required=True, help="PNG")
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args(argv)
    bank = Bank(a.styles, a.threads)
    gallery(bank, list(bank.styles), MIX).save(a.out, optimize=True)


if __name__ == "__main__":
    main()
