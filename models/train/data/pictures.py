"""The pictures that train the shipped weights, and what is done to them before the network sees
them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional as F

from network.painter import small

# Only pictures that may be used for anything: no research-only collections. Folder, files, licence.
# Paintings are plates, too, for what photographs have too little of: fine texture from border to
# border.
CONTENT = (
    (
        "photos/kodak",
        "kodim*.png",
        "Kodak PhotoCD PCD0992, released by Eastman Kodak for unrestricted usage",
    ),
    ("photos/skimage", "astronaut.png", "NASA, public domain"),
    ("photos/skimage", "rocket.jpg", "SpaceX, public domain (CC0)"),
    ("photos/skimage", "hubble_deep_field.jpg", "NASA and ESA, public domain"),
    ("photos/skimage", "chelsea.png", "Stéfan van der Walt, CC0"),
    ("photos/skimage", "coffee.png", "Rachel Michetti, CC0"),
    ("photos/cc0", "*.jpg", "CC0 or public domain: people, streets, interiors, night, sea"),
    ("paintings", "*.jpg", "the bank's, public domain"),
)
# Of those, what nothing is trained with: for tables and for looking.
HELD_OUT = (
    "people_woman_studio_portrait",
    "people_man_speaking",
    "people_smiling_woman",
    "people_grandfather_and_baby",
    "people_face_paint",
    "people_two_women_outdoors",
    "people_curies_in_laboratory",
    "night_street_corner",
    "night_japanese_shop",
    "interior_lounge",
    "interior_museum_hall",
    "sky_capitol_at_dusk",
    "vehicle_airplane_in_clouds",
    "vehicle_yellow_taxi",
    "landscape_mountain_lake",
    "landscape_desert_dunes",
    "sea_cliff_and_surf",
    "city_paris_eiffel_tower",
    "animal_golden_retriever",
    "flowers_tulips",
)
# How often the parts of a frame show as much of it as they can together. What is asked of a
# painting's statistics is asked of a whole frame then, and not of every part.
WHOLE = 0.3
# How often a frame is made much darker than it was taken: there are few photographs of nights.
DARK = 0.12


def data_folder() -> Path:
    """Where photographs, paintings and loss networks lie: $IMPASTO_DATA, or beside the repository."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return Path(os.environ.get("IMPASTO_DATA", beside))


def load(
    path: Path,
    lines: int | None = None,
    crop: tuple[float, float, float, float] = (0, 0, 1, 1),
    median: int = 1,
) -> Tensor:
    """A picture as float RGB in [0, 1], CHW; cropped, by fractions, and resized so that it is so
    many pixels high.
    """
    image = Image.open(path).convert("RGB")
    if median > 1:
        image = image.filter(ImageFilter.MedianFilter(median))
    image = image.crop([round(edge * size) for edge, size in zip(crop, image.size * 2)])
    if lines is not None:
        image = image.resize((round(image.width * lines / image.height), lines), Image.LANCZOS)
    return tensor(image)


def tensor(image: Image.Image) -> Tensor:
    """An RGB picture as floats in [0, 1], CHW."""
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255


def save(image: Tensor, path: Path) -> None:
    """Writes a CHW picture as 8-bit PNG."""
    Image.fromarray((image.clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).numpy()).save(path)


class View(NamedTuple):
    """Parts of frames, n x 3 x side x side, and the small pictures of all of them: n, or one where
    it is one frame.
    """

    crops: Tensor
    small: Tensor


class Frames:
    """Random frames of the content pictures. Step n's are the same whichever steps were made before
    it: resuming is exact.
    """

    def __init__(self, folder: Path, side: int, seed: int) -> None:
        paths = [
            p
            for sub, pattern, _ in CONTENT
            for p in sorted((folder / sub).glob(pattern))
            if p.stem not in HELD_OUT
        ]
        if not paths:
            raise FileNotFoundError(f"no content pictures under {folder}")
        self.side, self.seed = side, seed
        # In bytes, of which floats have four times as many.
        self.pictures = [(load(p) * 255).round().byte() for p in paths]

    def batch(self, step: int, count: int) -> View:
        """Parts of so many frames."""
        random = np.random.default_rng([self.seed, step])
        views = [self._parts(random, 1) for _ in range(count)]
        return View(*(torch.cat(parts) for parts in zip(*views)))

    def parts(self, step: int, count: int) -> View:
        """So many parts of one frame."""
        return self._parts(np.random.default_rng([self.seed, step]), count)

    def _parts(self, random: np.random.Generator, count: int) -> View:
        if random.random() < 0.08:
            source = sky(random, 2 * self.side)
        else:
            source = self.pictures[random.integers(len(self.pictures))].float() / 255
        # The frame is a part of the picture, of any shape from portrait to wide.
        top, bottom = _interval(random, source.shape[1])
        left, right = _interval(random, source.shape[2])
        frame = source[:, top:bottom, left:right]
        # How much of the frame a part shows, in its own pixels: from twice enlarged to all that
        # fits.
        most = min(frame.shape[1:])
        whole = count > 1 and random.random() < WHOLE
        extent = (
            most
            if whole
            else min(most, int(self.side * np.exp(random.uniform(np.log(0.5), np.log(2.0)))))
        )
        room = np.array(frame.shape[1:]) - extent
        crops = []
        for index in range(count):
            place = (
                np.rint(room * index / (count - 1)).astype(int)
                if whole
                else random.integers(room + 1)
            )
            y, x = (place + (top, left)).tolist()
            crop = source[None, :, y : y + extent, x : x + extent]
            crops.append(
                F.interpolate(
                    crop, [self.side] * 2, mode="bilinear", align_corners=False, antialias=True
                )
            )
        view = View(torch.cat(crops), small(frame)[None])
        if random.random() < 0.5:
            view = View(*(part.flip(3) for part in view))
        return jitter(view, random)


def _interval(random: np.random.Generator, length: int) -> tuple[int, int]:
    """A part of a side, half of it at least."""
    part = int(length * random.uniform(0.5, 1))
    start = int(random.integers(length - part + 1))
    return start, start + part


def sky(random: np.random.Generator, side: int) -> Tensor:
    """Smooth pictures, which photographs have too few of: a gradient, sometimes with clouds of
    noise, sometimes flat.

    A network that never saw an empty region fills it with whatever its norms amplify.
    """
    ends = torch.from_numpy(random.uniform(0, 1, (2, 3, 1, 1)).astype(np.float32))
    angle = random.uniform(0, 2 * np.pi)
    axis = torch.linspace(-1, 1, side)
    ramp = (axis[None, :] * np.cos(angle) + axis[:, None] * np.sin(angle)).mul(0.5).add(0.5)
    image = ends[0] + (ends[1] - ends[0]) * ramp * random.uniform(0, 1)
    clouds = torch.zeros(1, 1, side, side)
    for octave in range(2, 7):
        noise = torch.from_numpy(
            random.normal(size=(1, 1, 2**octave, 2**octave)).astype(np.float32)
        )
        clouds += (
            F.interpolate(noise, size=(side, side), mode="bicubic", align_corners=False) / 2**octave
        )
    return image + clouds[0] * random.choice([0.0, 0.2, 0.6])


def jitter(view: View, random: np.random.Generator) -> View:
    """Another exposure, contrast, saturation and white balance, and now and then grain."""
    gamma, saturation = float(np.exp(random.normal(0, 0.25))), random.uniform(0.5, 1.4)
    gain = torch.from_numpy(random.normal(1, 0.06, (3, 1, 1)).astype(np.float32)) * random.uniform(
        0.8, 1.15
    )
    if random.random() < DARK:
        gain *= random.uniform(0.15, 0.6)
    # Averaging leaves next to nothing of the grain in the small picture.
    grain = random.choice([0.0, 0.03], p=[0.6, 0.4])
    parts = []
    for image, noise in zip(view, (grain, 0.0)):
        image = image.clamp(0, 1) ** gamma
        grey = image.mean(-3, keepdim=True)
        image = (grey + (image - grey) * saturation) * gain
        if noise:
            image = image + torch.from_numpy(
                random.normal(0, noise, image.shape).astype(np.float32)
            )
        parts.append(image.clamp(0, 1).float())
    return View(*parts)
