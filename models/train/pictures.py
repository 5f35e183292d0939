"""The pictures that train the shipped weights, and what is done to them before the network sees them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional as F

# Only pictures that may be used for anything: no research-only collections. Folder, files, licence.
CONTENT = (
    ("photos/kodak", "kodim*.png", "Kodak PhotoCD PCD0992, released by Eastman Kodak for unrestricted usage"),
    ("photos/skimage", "astronaut.png", "NASA, public domain"),
    ("photos/skimage", "rocket.jpg", "SpaceX, public domain (CC0)"),
    ("photos/skimage", "hubble_deep_field.jpg", "NASA and ESA, public domain"),
    ("photos/skimage", "chelsea.png", "Stéfan van der Walt, CC0"),
    ("photos/skimage", "coffee.png", "Rachel Michetti, CC0"),
)


def data_folder() -> Path:
    """Where photographs, paintings and loss networks lie: $IMPASTO_DATA, or beside the repository."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return Path(os.environ.get("IMPASTO_DATA", beside))


def load(path: Path, short_side: int | None = None, median: int = 1) -> Tensor:
    """A picture as float RGB in [0, 1], CHW; resized so that its shorter side has the given length.

    The median, over so many pixels of the file each way, takes away the sharpening and compression noise of reproductions,
    which the style loss takes for paint.
    """
    image = Image.open(path).convert("RGB")
    if median > 1:
        image = image.filter(ImageFilter.MedianFilter(median))
    if short_side is not None:
        scale = short_side / min(image.size)
        image = image.resize([round(s * scale) for s in image.size], Image.LANCZOS)
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1).float() / 255


def save(image: Tensor, path: Path) -> None:
    """Writes a CHW picture as 8-bit PNG."""
    Image.fromarray((image.clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).numpy()).save(path)


class Crops:
    """Random crops of the content pictures. Step n's are the same whichever steps were made before it: resuming is exact."""

    def __init__(self, folder: Path, side: int, seed: int) -> None:
        paths = [p for sub, pattern, _ in CONTENT for p in sorted((folder / sub).glob(pattern))]
        if not paths:
            raise FileNotFoundError(f"no content pictures under {folder}")
        self.side, self.seed = side, seed
        # Half-size copies: small scales without aliasing, and cheap.
        self.pictures = [load(p) for p in paths]
        self.halves = [F.avg_pool2d(p, 2) for p in self.pictures]

    def batch(self, step: int, count: int) -> Tensor:
        random = np.random.default_rng([self.seed, step])
        return torch.stack([self._one(random) for _ in range(count)])

    def _one(self, random: np.random.Generator) -> Tensor:
        if random.random() < 0.08:
            image = sky(random, self.side)
        else:
            image = self._crop(random)
        if random.random() < 0.5:
            image = image.flip(2)
        return jitter(image, random)

    def _crop(self, random: np.random.Generator) -> Tensor:
        index = random.integers(len(self.pictures))
        # How much of the picture is seen, in its own pixels: from twice enlarged to all that fits.
        source = self.pictures[index]
        most = min(source.shape[1:])
        extent = min(most, int(self.side * np.exp(random.uniform(np.log(0.5), np.log(2.0)))))
        if extent > 1.5 * self.side:
            source, extent = self.halves[index], extent // 2
        y = random.integers(source.shape[1] - extent + 1)
        x = random.integers(source.shape[2] - extent + 1)
        crop = source[None, :, y : y + extent, x : x + extent]
        return F.interpolate(crop, size=(self.side, self.side), mode="bilinear", align_corners=False)[0]


def sky(random: np.random.Generator, side: int) -> Tensor:
    """Smooth pictures, which photographs have too few of: a gradient, sometimes with clouds of noise, sometimes flat.

    A network that never saw an empty region fills it with whatever its norms amplify.
    """
    ends = torch.from_numpy(random.uniform(0, 1, (2, 3, 1, 1)).astype(np.float32))
    angle = random.uniform(0, 2 * np.pi)
    axis = torch.linspace(-1, 1, side)
    ramp = (axis[None, :] * np.cos(angle) + axis[:, None] * np.sin(angle)).mul(0.5).add(0.5)
    image = ends[0] + (ends[1] - ends[0]) * ramp * random.uniform(0, 1)
    clouds = torch.zeros(1, 1, side, side)
    for octave in range(2, 7):
        noise = torch.from_numpy(random.normal(size=(1, 1, 2**octave, 2**octave)).astype(np.float32))
        clouds += F.interpolate(noise, size=(side, side), mode="bicubic", align_corners=False) / 2**octave
    return image + clouds[0] * random.choice([0.0, 0.2, 0.6])


def jitter(image: Tensor, random: np.random.Generator) -> Tensor:
    """Another exposure, contrast, saturation and white balance, and now and then grain."""
    image = image.clamp(0, 1) ** float(np.exp(random.normal(0, 0.25)))
    grey = image.mean(0, keepdim=True)
    image = grey + (image - grey) * random.uniform(0.5, 1.4)
    gain = torch.from_numpy(random.normal(1, 0.06, (3, 1, 1)).astype(np.float32)) * random.uniform(0.8, 1.15)
    image = image * gain
    if random.random() < 0.25:
        image = image + torch.from_numpy(random.normal(0, 0.03, image.shape).astype(np.float32))
    return image.clamp(0, 1).float()
