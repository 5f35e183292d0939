"""The paintings of the bank: what each style is made from."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, NamedTuple

import torch
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor
from torch.nn import functional as F
import numpy as np

from data.pictures import load, tensor

# A painting is as high as the frame, which has so many lines when it is painted.
LINES = 1080


class Painting(NamedTuple):
    """A style's origin.

    name, label: as in style.json; work: painter, title and year; file: in the data folder's
    paintings/ or paintings_more/, or a path; crop: left, top, right, bottom as fractions, for
    texture is chosen by cropping: what is left is as high as the frame; median: over so many pixels
    of the file each way, where a reproduction is sharpened, which the style loss takes for paint.
    """

    name: str
    label: str
    work: str
    file: str
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    median: int = 1

    def picture(self, data: Path, lines: int | None = None) -> Tensor:
        """1 x 3 x lines x width; LINES are usual."""
        lines = lines or LINES
        if self.file in MADE:
            return MADE[self.file](lines)[None]
        return load(self._path(data), lines, self.crop, self.median)[None]

    def _path(self, data: Path) -> Path:
        folders = (Path(), data / "paintings", data / "paintings_more")
        return next(
            (f / self.file for f in folders if (f / self.file).exists()), folders[1] / self.file
        )


# Frames of paintings, signatures of reproductions and watermarks are cropped off.
BANK = (
    Painting(
        "starry-night",
        "Starry Night (Van Gogh)",
        "Vincent van Gogh, The Starry Night, 1889",
        "vangogh_starry_night.jpg",
        (0.12, 0.0, 1.0, 0.66),
        median=3,
    ),
    Painting(
        "wheat-field",
        "Wheat Field with Cypresses (Van Gogh)",
        "Vincent van Gogh, Wheat Field with Cypresses, 1889",
        "vangogh_wheat_field_with_cypresses.jpg",
    ),
    Painting(
        "olive-trees",
        "Olive Trees (Van Gogh)",
        "Vincent van Gogh, Olive Trees, 1889",
        "vangogh_olive_trees.jpg",
        (0.0, 0.0, 1.0, 0.94),
    ),
    Painting(
        "cottages",
        "Thatched Cottages (Van Gogh)",
        "Vincent van Gogh, Houses at Auvers, 1890",
        "vangogh_thatched_cottages_1890.jpg",
    ),
    Painting(
        "night-cafe",
        "Night Café (Van Gogh)",
        "Vincent van Gogh, The Night Café, 1888",
        "vangogh_night_cafe_1888.jpg",
        (0.0, 0.0, 1.0, 0.94),
    ),
    Painting(
        "self-portrait",
        "Self-Portrait (Van Gogh)",
        "Vincent van Gogh, Self-Portrait, 1889",
        "vangogh_self_portrait_1889.jpg",
    ),
    Painting(
        "water-lilies",
        "Water Lilies (Monet)",
        "Claude Monet, Water Lilies, 1919",
        "monet_water_lilies_1919.jpg",
    ),
    Painting(
        "cliffs",
        "Cliffs at Étretat (Monet)",
        "Claude Monet, The Cliffs at Étretat, 1885",
        "monet_etretat_cliffs_1885.jpg",
    ),
    Painting(
        "river-bank",
        "River Landscape (Renoir)",
        "Pierre-Auguste Renoir, a landscape",
        "renoir_landscape.jpg",
    ),
    Painting(
        "great-wave",
        "Great Wave (Hokusai)",
        "Katsushika Hokusai, The Great Wave off Kanagawa, about 1831",
        "hokusai_great_wave.jpg",
    ),
    Painting(
        "scream",
        "The Scream (Munch)",
        "Edvard Munch, The Scream, 1893",
        "munch_scream_1893.jpg",
        (0.02, 0.02, 0.9, 0.98),
    ),
    Painting(
        "shipwreck",
        "Shipwreck (Turner)",
        "J. M. W. Turner, The Shipwreck of the Minotaur, about 1810",
        "turner_shipwreck_of_the_minotaur.jpg",
    ),
    Painting(
        "tahiti",
        "Tahitian Women (Gauguin)",
        "Paul Gauguin, Three Tahitian Women, 1896",
        "gauguin_three_tahitian_women_1896.jpg",
    ),
    Painting(
        "gold-screen",
        "Gold Screen (Hōitsu)",
        "Sakai Hōitsu, a folding screen with blossom",
        "sakai_hoitsu_flowers.jpg",
    ),
    Painting(
        "gouache",
        "Gouache",
        "made by models/train/paintings.py",
        "gouache",
    ),
    Painting(
        "ink",
        "Brush and Ink",
        "made by models/train/paintings.py",
        "ink",
    ),
    Painting(
        "metzinger",
        "Mosaic Portrait (Delaunay)",
        "Robert Delaunay, Portrait of Jean Metzinger, 1906",
        "delaunay_portrait_of_metzinger_1906.jpg",
    ),
    Painting(
        "composition",
        "Composition VII (Kandinsky)",
        "Wassily Kandinsky, Composition VII, 1913",
        "kandinsky_composition_vii_1913.jpg",
    ),
    Painting(
        "kiss",
        "The Kiss (Klimt)",
        "Gustav Klimt, The Kiss, 1908",
        "klimt_the_kiss_1908.jpg",
        (0.28, 0.14, 0.76, 0.68),
    ),
    Painting(
        "blue-horse",
        "Little Blue Horse (Marc)",
        "Franz Marc, The Little Blue Horse, 1912",
        "marc_little_blue_horse_1912.jpg",
    ),
    Painting(
        "udnie",
        "Udnie (Picabia)",
        "Francis Picabia, Udnie, 1913",
        "picabia_udnie_1913.jpg",
    ),
    Painting(
        "carceri",
        "Imaginary Prisons (Piranesi)",
        "Giovanni Battista Piranesi, a plate of Carceri d'invenzione, 1761",
        "piranesi_carceri_1761.jpg",
        (0.1, 0.3, 0.7, 0.9),
    ),
    Painting(
        "calanque",
        "The Calanque (Signac)",
        "Paul Signac, La Calanque, 1906",
        "signac_la_calanque_1906.jpg",
        (0.3, 0.15, 1.0, 0.85),
    ),
    Painting(
        "engraving",
        "Wood Engraving (Dalziel)",
        "Dalziel Brothers, Rob Roy in the Crypt, a wood engraving, before 1893",
        "dalziel_rob_roy_in_the_crypt_1800s.jpg",
    ),
)


class Stroke(NamedTuple):
    """path: n x (x, y), in pixels, as the width is; colour: RGB of 255."""

    path: np.ndarray
    width: int
    colour: np.ndarray


def gouache(side: int) -> Tensor:
    """Flat, broad strokes in night blue, teal, rose and ochre: the darks are cool, the lights are
    warm.

    Where neighbours in tone were opposite in hue, an even wall had room for both, and got patches.
    """
    palette = (
        (18, 38, 66),
        (22, 68, 92),
        (30, 104, 114),
        (126, 110, 122),
        (208, 126, 112),
        (228, 172, 90),
        (236, 216, 180),
    )
    sheet, draw = _sheet(side, palette[3])
    for stroke in _strokes(
        np.random.default_rng(7),
        side,
        palette,
        widths=(20, 76),
        lengths=(3, 6),
        count=side**2 // 500,
    ):
        _line(draw, stroke.path, stroke.colour, stroke.width)
        # Round joints and ends.
        for x, y in 2 * stroke.path:
            box = (x - stroke.width, y - stroke.width, x + stroke.width, y + stroke.width)
            draw.ellipse(box, _fill(stroke.colour))
    return _photographed(sheet, 1.5)


def ink(side: int) -> Tensor:
    """A brush of black ink, thinned more and more, on cream paper. Every hair draws a line, lighter
    or darker, and runs dry.
    """
    palette = (
        (26, 26, 38),
        (58, 58, 68),
        (104, 104, 112),
        (160, 156, 154),
        (206, 199, 186),
        (243, 233, 212),
    )
    hair = 4.5
    random = np.random.default_rng(11)
    sheet, draw = _sheet(side, palette[-1])
    for stroke in _strokes(
        random, side, palette, widths=(26, 80), lengths=(4, 9), count=side**2 // 2400
    ):
        length = len(stroke.path)
        if length < 3:
            continue
        along = np.gradient(stroke.path, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(*along.T)[:, None]
        # The brush is put down, pressed and lifted.
        across *= stroke.width / 2 * np.sin(np.pi * np.linspace(0.08, 0.98, length))[:, None] ** 0.4
        for place in np.linspace(-1, 1, int(stroke.width / hair)):
            first, last = (
                random.uniform(0, 0.12) * length * abs(place),
                random.uniform(0.75, 1.6) * length,
            )
            path = (stroke.path + place * across)[int(first) : int(last)]
            _line(draw, path, stroke.colour + random.normal(0, 14), hair * random.uniform(0.8, 1.7))
    return _photographed(sheet, 1.8)


def _sheet(side: int, colour: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Drawn twice as large: lines between pixels are smooth."""
    sheet = Image.new("RGB", (2 * side, 2 * side), colour)
    return sheet, ImageDraw.Draw(sheet)


def _photographed(sheet: Image.Image, blur: float) -> Tensor:
    """What was drawn, its edges run by a radius in pixels."""
    small = sheet.resize((sheet.width // 2, sheet.height // 2), Image.LANCZOS)
    return tensor(small.filter(ImageFilter.GaussianBlur(blur)))


def _line(draw: ImageDraw.ImageDraw, path: np.ndarray, colour: np.ndarray, width: float) -> None:
    draw.line([tuple(point) for point in 2 * path], _fill(colour), int(2 * width), joint="curve")


def _fill(colour: np.ndarray) -> tuple[int, ...]:
    return tuple(int(v) for v in np.clip(colour, 0, 255))


def _strokes(
    random: np.random.Generator,
    side: int,
    palette: tuple[tuple[int, int, int], ...],
    widths: tuple[int, int],
    lengths: tuple[float, float],
    count: int,
) -> Iterator[Stroke]:
    """Strokes along a smooth flow, from the palette's darkest colour to its lightest; lengths are
    in widths.
    """
    tone, angle = _field(random, side, 4), _field(random, side, 3) * 2 * np.pi
    finest, broadest = widths
    for index in range(count):
        # Broad strokes first, finer ones over them.
        width = int((broadest - finest) * (1 - index / count) ** 1.5) + finest
        path = _path(random, angle, width * random.uniform(*lengths))
        x, y = path[0]
        shade = tone[int(y), int(x)] * 1.3 - 0.15 + random.normal(0, 0.05)
        colour = np.array(palette[int(np.clip(shade, 0, 0.999) * len(palette))]) + random.normal(
            0, 7
        )
        yield Stroke(path, width, colour)


MADE = {"gouache": gouache, "ink": ink}


def _field(random: np.random.Generator, side: int, cells: int) -> np.ndarray:
    """Smooth noise that fills 0 to 1."""
    coarse = torch.from_numpy(random.normal(size=(1, 1, cells + 2, cells + 2)))
    field = F.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=True)[
        0, 0
    ].numpy()
    return (field - field.min()) / (field.max() - field.min())


def _path(random: np.random.Generator, angle: np.ndarray, length: float) -> np.ndarray:
    """A path of that length along a field of directions, from anywhere."""
    side = len(angle)
    x, y = random.uniform(0, side, 2)
    path = [(x, y)]
    for _ in range(int(length // 4) + 1):
        direction = angle[min(int(y), side - 1), min(int(x), side - 1)]
        x, y = x + 4 * np.cos(direction), y + 4 * np.sin(direction)
        if not (0 <= x < side and 0 <= y < side):
            break
        path.append((x, y))
    return np.array(path)
