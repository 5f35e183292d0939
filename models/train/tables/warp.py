"""Pairs of frames, and where each pixel of the first is in the second: by construction, disparity
or optical flow.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from data.pictures import load

# Pixels around a frame that motions may bring into it.
BORDER = 16


class Pair(NamedTuple):
    """Two frames, 1 x 3 x height x width; where: height x width x 2, x and y in the second; valid:
    seen in both.
    """

    first: Tensor
    second: Tensor
    where: Tensor
    valid: Tensor


class Motion(NamedTuple):
    """About the middle of the frame; degrees, pixels."""

    zoom: float = 1.0
    rotation: float = 0.0
    right: float = 0.0
    down: float = 0.0

    def __call__(self, points: Tensor, middle: Tensor) -> Tensor:
        angle = np.radians(self.rotation)
        turn = self.zoom * torch.tensor(
            [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        )
        return (
            (points - middle) @ turn.to(points)
            + middle
            + torch.tensor([self.right, self.down]).to(points)
        )

    def inverse(self, points: Tensor, middle: Tensor) -> Tensor:
        back = Motion(1 / self.zoom, -self.rotation)
        return back(points - torch.tensor([self.right, self.down]).to(points), middle)


# Half of what happens between two frames: the first is moved by the inverse, so that both are
# resampled alike.
MOTIONS = {
    "shift of 0.7 px": Motion(right=0.25, down=0.25),
    "shift of 3.7 px": Motion(right=1.65, down=-0.85),
    "zoom of 1 %": Motion(zoom=1.005),
    "zoom of 4 %": Motion(zoom=1.02),
    "turn of 0.5°": Motion(rotation=0.25),
    "turn of 2°": Motion(rotation=1.0),
}
GRAIN, LIGHT = "grain of 0.02", "5 % more light"


def grid(height: int, width: int) -> Tensor:
    """Every pixel's x and y. In double precision: a float32 picture must not be moved by rounding."""
    y, x = torch.meshgrid(
        *(torch.arange(side, dtype=torch.float64) for side in (height, width)), indexing="ij"
    )
    return torch.stack([x, y], 2)


def sample(image: Tensor, where: Tensor) -> Tensor:
    """The picture at these places, bicubic."""
    height, width = image.shape[-2:]
    scaled = where / torch.tensor([width - 1, height - 1]) * 2 - 1
    sampled = F.grid_sample(
        image.double(), scaled[None], mode="bicubic", padding_mode="reflection", align_corners=True
    )
    return sampled.float()


def inside(where: Tensor, height: int, width: int) -> Tensor:
    """Where all that a bicubic sample needs is within a picture."""
    x, y = where.unbind(2)
    return (x >= 1) & (x <= width - 2) & (y >= 1) & (y <= height - 2)


def moved(photograph: Tensor, motion: Motion) -> Pair:
    height, width = (side - 2 * BORDER for side in photograph.shape[-2:])
    points = grid(height, width)
    middle = torch.tensor([(width - 1) / 2, (height - 1) / 2], dtype=torch.float64)
    first = sample(photograph, motion.inverse(points, middle) + BORDER)
    second = sample(photograph, motion(points, middle) + BORDER)
    where = motion.inverse(motion.inverse(points, middle), middle)
    return Pair(first.clamp(0, 1), second.clamp(0, 1), where, inside(where, height, width))


def still(photograph: Tensor, change: str) -> Pair:
    """Nothing moves, but the second frame has grain, or more light."""
    first = photograph[..., BORDER:-BORDER, BORDER:-BORDER]
    if change == GRAIN:
        second = first + 0.02 * torch.randn(first.shape, generator=torch.Generator().manual_seed(0))
    else:
        second = first * 1.05
    height, width = first.shape[-2:]
    where = grid(height, width)
    return Pair(first, second.clamp(0, 1), where, inside(where, height, width))


def known(photograph: Tensor) -> dict[str, Pair]:
    """What can be done to a photograph, by name."""
    pairs = {name: moved(photograph, motion) for name, motion in MOTIONS.items()}
    return pairs | {change: still(photograph, change) for change in (GRAIN, LIGHT)}


def film(paths: list[Path]) -> list[Pair]:
    """Frames and their followers, by optical flow (Kroeger et al. 2016), without what is hidden or
    was.
    """
    frames = [load(path)[None] for path in paths]
    return [_flowing(a, b) for a, b in zip(frames, frames[1:])]


def _flowing(first: Tensor, second: Tensor) -> Pair:
    there, back = _flow(first, second), _flow(second, first)
    height, width = first.shape[-2:]
    where = grid(height, width) + there
    returned = sample(back.permute(2, 0, 1)[None], where)[0].permute(1, 2, 0)
    # A place that does not come back to itself is hidden in one of the frames; motions differ at
    # edges, where flow is not to be trusted. Both tests, and their numbers, are those of Sundaram
    # et al. 2010, as in Lai et al. 2018.
    lengths = there.square().sum(2) + returned.square().sum(2)
    hidden = (there + returned).square().sum(2) > 0.01 * lengths + 0.5
    slopes = sum(d.square().sum(2) for d in (there.roll(-1, 0) - there, there.roll(-1, 1) - there))
    edge = slopes > 0.01 * there.square().sum(2) + 0.002
    return Pair(first, second, where, inside(where, height, width) & ~hidden & ~edge)


def _flow(first: Tensor, second: Tensor) -> Tensor:
    """height x width x 2."""
    import cv2  # opencv-python-headless, which nothing else needs

    bytes_ = [
        (frame[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        for frame in (first, second)
    ]
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in bytes_]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)
    return torch.from_numpy(flow).double()


def stereo(left: Path, right: Path, disparity: Path) -> Pair:
    """Two views of a scene; a pixel of the left one is so many pixels further left in the right
    one.
    """
    first, second = load(left)[None], load(right)[None]
    (shift,) = np.load(disparity).values()
    measured = np.isfinite(shift)
    shift = np.where(measured, shift, 0).astype(np.float64)
    height, width = shift.shape
    where = grid(height, width)
    where[..., 0] -= torch.from_numpy(shift)
    # Of all that arrives at one place only the nearest is seen there.
    place = np.arange(height)[:, None], where[..., 0].round().long().clamp(0, width - 1).numpy()
    nearest = np.zeros_like(shift)
    np.maximum.at(nearest, place, shift)
    seen = torch.from_numpy(measured & (shift >= nearest[place] - 1))
    return Pair(first, second, where, inside(where, height, width) & seen)


def warping_error(pair: Pair, first: Tensor, second: Tensor) -> tuple[float, float]:
    """Mean squared difference of the painted first frame and the painted second one brought back to
    it, where both show the same (Lai et al. 2018, Learning Blind Video Temporal Consistency); and
    the first's variance there.
    """
    off = (first - sample(second, pair.where)).square().mean((0, 1))[pair.valid]
    return float(off.mean()), float(first[0][:, pair.valid].var(1, unbiased=False).mean())
