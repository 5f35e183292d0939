"""The gallery's plates. Both are made here, so that they may be shipped: a landscape, the demo's, and a still life."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
from PIL import Image
from tqdm import tqdm

# x to the right, y up, z away from the viewer; n x 3.
Points = np.ndarray
Distance = Callable[[Points], np.ndarray]

SUN = np.array([-0.62, 0.66, -0.43])
EYE, AIM = np.array([0.0, 1.6, -4.9]), np.array([0.05, 0.92, 0.0])


def landscape(width: int, height: int) -> Image.Image:
    """The first frame of the demo's plate."""
    root = Path(__file__).resolve().parents[2]
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "plate.png"
        for arguments in (
            ("plate", folder, "1", str(width), str(height)),
            ("sheet", str(picture), "1", f"{folder}/plate.1001.exr"),
        ):
            subprocess.run(["go", "run", "./render/demo", *arguments], cwd=root, check=True)
        return Image.open(picture).convert("RGB")


class Thing(NamedTuple):
    """A solid: how far points are from it, and its colour (scene-linear) there; how much it shines."""

    distance: Distance
    colour: Callable[[Points], np.ndarray]
    shine: float = 0.0


class Group(NamedTuple):
    """Things within a ball."""

    middle: tuple[float, float, float]
    radius: float
    things: tuple[Thing, ...]


def still_life(width: int, height: int) -> Image.Image:
    """A jug of sunflowers, a bowl of fruit and a striped cloth in the light of a window; two by two samples a pixel."""
    rows = []
    # Few rows at a time stay in the processor's caches.
    for top in tqdm(range(0, height, 8), desc="still life", unit="rows", unit_scale=8):
        x, y = np.meshgrid(np.arange(2 * width) + 0.5, np.arange(2 * top, 2 * min(top + 8, height)) + 0.5)
        seen = _see(np.stack([x - width, height - y], 2).reshape(-1, 2) / (2 * height))
        rows.append(seen.reshape(-1, 2, width, 2, 3).mean((1, 3)))
    total = np.concatenate(rows)
    # Highlights roll off; then the sRGB curve.
    light = 1 - np.exp(-1.5 * total)
    encoded = np.where(light < 0.0031308, 12.92 * light, 1.055 * light.clip(1e-9) ** (1 / 2.4) - 0.055)
    return Image.fromarray((encoded * 255 + 0.5).astype(np.uint8))


def _see(screen: np.ndarray) -> np.ndarray:
    """The colours at points of the screen, whose height is 1."""
    ahead = (AIM - EYE) / np.linalg.norm(AIM - EYE)
    right = np.cross([0, 1, 0], ahead)
    right /= np.linalg.norm(right)
    rays = 1.75 * ahead + screen[:, :1] * right + screen[:, 1:] * np.cross(ahead, right)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    points = EYE + rays * _march(EYE + 0 * rays, rays, 12.0)[0][:, None]
    normals = _normals(points)
    nearest = np.argmin([thing.distance(points) for thing in THINGS], axis=0)
    colour, shine = np.zeros_like(points), np.zeros(len(points))
    for index, thing in enumerate(THINGS):
        here = nearest == index
        colour[here], shine[here] = thing.colour(points[here]), thing.shine
    sun = SUN / np.linalg.norm(SUN)
    lit = (normals @ sun).clip(0) * _march(points + 0.02 * normals, sun + 0 * rays, 6.0)[1]
    # What is close above a point takes its share of the room's light.
    open_ = np.prod([(_scene(points + d * normals) / d).clip(0.25, 1) for d in (0.08, 0.25)], axis=0)
    room = (0.5 + 0.5 * normals[:, 1]) * open_
    half = sun - rays
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    gloss = shine * (normals * half).sum(1).clip(0) ** 60 * (lit > 0.05)
    light = lit[:, None] * np.array([1.45, 1.22, 0.88]) + room[:, None] * np.array([0.20, 0.27, 0.42]) + 0.05
    return colour * light + gloss[:, None]


def _march(start: Points, rays: Points, far: float) -> tuple[np.ndarray, np.ndarray]:
    """How far rays get, and how freely: 0 is stopped, between is nearly (after Quilez: soft shadows)."""
    along, free = np.full(len(rays), 0.01), np.ones(len(rays))
    active = np.arange(len(rays))
    for _ in range(90):
        distance = _scene(start[active] + along[active, None] * rays[active])
        free[active] = np.minimum(free[active], (14 * distance / along[active]).clip(0))
        along[active] += distance
        active = active[(distance > 0.0008) & (along[active] < far)]
        if not len(active):
            break
    free[active] = 0
    return along, free


def _normals(points: Points) -> np.ndarray:
    slopes = [_scene(points + step) - _scene(points - step) for step in 0.002 * np.eye(3)]
    normals = np.stack(slopes, 1)
    return normals / np.linalg.norm(normals, axis=1, keepdims=True).clip(1e-9)


def _scene(points: Points) -> np.ndarray:
    """How far the nearest thing is. Groups are looked into only where they can be the nearest."""
    nearest = np.min([thing.distance(points) for thing in ROOM], axis=0)
    for group in GROUPS:
        near = np.linalg.norm(points - group.middle, axis=1) - group.radius < nearest
        seen = points[near]
        nearest[near] = np.min([nearest[near], *(thing.distance(seen) for thing in group.things)], axis=0)
    return nearest


# Solids.


def ball(x: float, y: float, z: float, radius: float, dimple: float = 0.0) -> Distance:
    def distance(p: Points) -> np.ndarray:
        q = p - [x, y, z]
        around = np.hypot(q[:, 0], q[:, 2])
        return np.linalg.norm(q, axis=1) - radius + dimple * np.exp(-((around / (0.35 * radius)) ** 2)) * (q[:, 1] > 0)

    return distance


def egg(x: float, y: float, z: float, radii: tuple[float, float, float], turn: float = 0.0) -> Distance:
    """An ellipsoid, turned about the vertical."""
    cos, sin = np.cos(turn), np.sin(turn)

    def distance(p: Points) -> np.ndarray:
        q = p - [x, y, z]
        q = np.stack([cos * q[:, 0] - sin * q[:, 2], q[:, 1], sin * q[:, 0] + cos * q[:, 2]], 1) / radii
        return (np.linalg.norm(q, axis=1) - 1) * min(radii)

    return distance


def turned(x: float, z: float, heights: tuple[float, ...], widths: tuple[float, ...]) -> Distance:
    """A solid of revolution that stands on the table; its outline has no corners."""
    fine = np.linspace(heights[0], heights[-1], 200)
    kernel = np.hanning(31) / np.hanning(31).sum()
    outline = np.convolve(np.pad(np.interp(fine, heights, widths), 15, mode="edge"), kernel, mode="valid")

    def distance(p: Points) -> np.ndarray:
        side = np.hypot(p[:, 0] - x, p[:, 2] - z) - np.interp(p[:, 1], fine, outline)
        return np.maximum(0.6 * side, np.maximum(p[:, 1] - heights[-1], heights[0] - p[:, 1]))

    return distance


def ring(x: float, y: float, z: float, radius: float, thick: float) -> Distance:
    """A torus that faces the viewer."""
    return lambda p: np.hypot(np.hypot(p[:, 0] - x, 0.8 * (p[:, 1] - y)) - radius, p[:, 2] - z) - thick


def rod(start: tuple[float, float, float], end: tuple[float, float, float], thick: float) -> Distance:
    a, ab = np.array(start), np.array(end) - np.array(start)

    def distance(p: Points) -> np.ndarray:
        part = ((p - a) @ ab / (ab @ ab)).clip(0, 1)
        return np.linalg.norm(p - a - part[:, None] * ab, axis=1) - thick

    return distance


class Blossom(NamedTuple):
    """A sunflower that looks along its axis."""

    x: float
    y: float
    z: float
    radius: float
    axis: tuple[float, float, float]

    def local(self, p: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Distance from the axis, height along it, angle around it."""
        axis = np.array(self.axis) / np.linalg.norm(self.axis)
        right = np.cross([0, 1, 0], axis)
        right /= np.linalg.norm(right)
        q = p - [self.x, self.y, self.z]
        u, v = q @ right, q @ np.cross(axis, right)
        return np.hypot(u, v), q @ axis, np.arctan2(v, u)

    def distance(self, p: Points) -> np.ndarray:
        around, high, angle = self.local(p)
        edge = self.radius * (0.80 + 0.20 * np.cos(13 * angle + 40 * self.x))
        cup = 0.25 * around * around / self.radius + 0.012 * np.cos(13 * angle)
        petals = np.maximum(around - edge, np.abs(high - cup) - 0.018)
        heart = np.hypot(around * 0.55, high) - 0.24 * self.radius
        return 0.55 * np.minimum(petals, heart)

    def colour(self, p: Points) -> np.ndarray:
        around, _, angle = self.local(p)
        part = (around / self.radius)[:, None]
        petal = _mix(
            rgb(0.75, 0.28, 0.02), rgb(0.98, 0.62, 0.05), part * 1.3 - 0.3 + 0.25 * np.cos(26 * angle)[:, None]
        )
        seeds = rgb(0.10, 0.05, 0.02) * (1 + 0.8 * np.cos(160 * part) * np.cos(21 * angle)[:, None])
        return np.where(part < 0.43, seeds, petal)


# Colours, scene-linear.


def rgb(*values: float) -> np.ndarray:
    return np.array(values)


def _mix(a: np.ndarray, b: np.ndarray, part: np.ndarray) -> np.ndarray:
    return a + (b - a) * np.clip(part, 0, 1)


TABLE = np.random.default_rng(3).random((64, 64))


def noise(u: np.ndarray, v: np.ndarray, octaves: int = 4) -> np.ndarray:
    """Smooth noise in 0 to 1, a column."""
    total = np.zeros(len(u))
    for octave in range(octaves):
        x, y = u * 2**octave + 17 * octave, v * 2**octave + 31 * octave
        i, j = np.floor(x).astype(int), np.floor(y).astype(int)
        s, t = (3 * f * f - 2 * f**3 for f in (x - i, y - j))
        lower, upper = (TABLE[(j + b) % 64, i % 64] * (1 - s) + TABLE[(j + b) % 64, (i + 1) % 64] * s for b in (0, 1))
        total += (lower * (1 - t) + upper * t) / 2 ** (octave + 1)
    return (total / (1 - 0.5**octaves))[:, None]


def plain(*values: float, rough: float = 0.25) -> Callable[[Points], np.ndarray]:
    return lambda p: rgb(*values) * (1 - rough + 2 * rough * noise(9 * p[:, 0] + 5 * p[:, 2], 9 * p[:, 1]))


def apple(x: float, y: float, z: float) -> Callable[[Points], np.ndarray]:
    def colour(p: Points) -> np.ndarray:
        angle = np.arctan2(p[:, 2] - z, p[:, 0] - x)
        streaks = noise(7 * angle, 1.5 * (p[:, 1] - y) + 0 * angle)
        return _mix(rgb(0.62, 0.03, 0.03), rgb(0.72, 0.55, 0.10), 2.6 * streaks - 1.1 + 1.2 * (p[:, 1:2] - y))

    return colour


def ceramic(p: Points) -> np.ndarray:
    """Blue bands and a wreath on white glaze."""
    y, angle = p[:, 1:2], np.arctan2(p[:, 2:] - 0.35, p[:, :1] + 0.62)
    bands = np.abs(((y + 0.02) % 0.46) - 0.23) > 0.205
    wreath = np.abs(y - 0.47 - 0.07 * np.sin(9 * angle)) < 0.028
    return np.where(bands | wreath, rgb(0.04, 0.11, 0.42), rgb(0.62, 0.66, 0.66)) * (
        0.85 + 0.3 * noise(5 * p[:, 0], 5 * p[:, 1])
    )


def ground(p: Points) -> np.ndarray:
    """Planks, and on them a striped cloth with folds."""
    plank = np.floor(p[:, 2] * 2.2)
    grain = noise(1.3 * p[:, 0] + 7.3 * plank, 16 * p[:, 2], 5)
    gap = (np.abs((p[:, 2] * 2.2) % 1 - 0.5) > 0.485)[:, None]
    wood = _mix(rgb(0.16, 0.07, 0.025), rgb(0.42, 0.22, 0.09), 1.6 * grain - 0.3) * np.where(gap, 0.25, 1)
    u, v = _cloth(p)
    stripes = (np.abs(v % 0.30 - 0.15) < 0.035)[:, None]
    thin = (np.abs((v + 0.09) % 0.30 - 0.15) < 0.008)[:, None]
    linen = np.where(stripes, rgb(0.50, 0.05, 0.05), np.where(thin, rgb(0.06, 0.12, 0.36), rgb(0.72, 0.68, 0.58)))
    return np.where(_on_cloth(u, v)[:, None], linen, wood)


def _cloth(p: Points) -> tuple[np.ndarray, np.ndarray]:
    """Along and across it; it lies askew."""
    x, z = p[:, 0] - 0.75, p[:, 2] + 0.55
    return 0.86 * x + 0.51 * z, -0.51 * x + 0.86 * z


def _on_cloth(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (np.abs(u + 0.05 * np.sin(5 * v)) < 1.45) & (np.abs(v + 0.04 * np.sin(4 * u)) < 0.85)


def _table(p: Points) -> np.ndarray:
    u, v = _cloth(p)
    folds = 0.03 + 0.022 * np.sin(4.2 * u + 1.7 * np.sin(2 * v)) + 0.014 * np.sin(7 * v - 3 * u)
    edge = np.minimum(1.45 - np.abs(u), 0.85 - np.abs(v))
    return 0.8 * (p[:, 1] - np.maximum(folds, 0) * (edge / 0.15).clip(0, 1))


def wall(p: Points) -> np.ndarray:
    """Plaster, and a window onto hills."""
    x, y = p[:, 0], p[:, 1]
    plaster = _mix(rgb(0.24, 0.27, 0.20), rgb(0.36, 0.34, 0.22), 1.5 * noise(1.1 * x, 1.1 * y, 5) - 0.2)
    u, v = (x - 1.75) / 0.95, (y - 1.95) / 0.85
    hills = 0.10 * np.sin(2.3 * x + 0.5) + 0.05 * np.sin(6.1 * x) - 0.35
    clouds = (2.4 * noise(2.0 * x, 4.5 * y, 5) - 1.05).clip(0, 1)
    sky = _mix(
        _mix(rgb(0.85, 0.80, 0.62), rgb(0.16, 0.40, 0.85), v[:, None] * 0.8 + 0.45), rgb(1.1, 1.05, 0.95), clouds
    )
    far = _mix(rgb(0.10, 0.24, 0.10), rgb(0.32, 0.42, 0.12), 1.6 * noise(5 * x, 9 * y) - 0.3)
    view = np.where((v < hills)[:, None], far, sky) * 1.6
    bar = (np.abs(u) < 0.035) | (np.abs(v - 0.15) < 0.035)
    window = np.where(bar[:, None], rgb(0.30, 0.17, 0.08), view)
    size = np.maximum(np.abs(u), np.abs(v))[:, None]
    return np.where(size < 0.93, window, np.where(size < 1.06, rgb(0.34, 0.20, 0.10), plaster))


BLOSSOMS = (
    Blossom(-0.98, 1.72, 0.20, 0.34, (-0.45, 0.25, -1)),
    Blossom(-0.42, 1.98, 0.35, 0.36, (0.10, 0.45, -1)),
    Blossom(-0.18, 1.48, 0.10, 0.32, (0.50, 0.05, -1)),
    Blossom(-0.66, 1.42, 0.00, 0.30, (-0.05, -0.10, -1)),
    Blossom(-1.22, 1.28, 0.30, 0.25, (-0.75, -0.10, -1)),
)
GREEN = plain(0.08, 0.20, 0.04)

ROOM = (Thing(_table, ground), Thing(lambda p: 2.6 - p[:, 2], wall))
JUG = (
    Thing(turned(-0.62, 0.35, (0.0, 0.12, 0.42, 0.78, 0.98, 1.08), (0.22, 0.32, 0.40, 0.22, 0.18, 0.25)), ceramic, 0.9),
    Thing(ring(-1.05, 0.62, 0.35, 0.20, 0.045), ceramic, 0.9),
)
FLOWERS = (
    *(Thing(b.distance, b.colour) for b in BLOSSOMS),
    *(Thing(rod((-0.62, 0.9, 0.35), (b.x, b.y, b.z + 0.06), 0.02), GREEN) for b in BLOSSOMS),
    Thing(egg(-0.10, 1.12, 0.10, (0.24, 0.05, 0.11), 0.5), GREEN),
    Thing(egg(-1.08, 1.02, 0.15, (0.22, 0.05, 0.10), -0.6), GREEN),
    Thing(egg(-0.82, 2.02, 0.30, (0.20, 0.06, 0.10), 0.9), GREEN),
)
BOWL = (
    Thing(turned(0.72, 0.30, (0.0, 0.06, 0.20, 0.38), (0.26, 0.24, 0.52, 0.66)), plain(0.05, 0.27, 0.26), 0.7),
    Thing(ball(0.42, 0.53, 0.18, 0.23, 0.07), apple(0.42, 0.53, 0.18), 0.6),
    Thing(ball(0.88, 0.53, 0.12, 0.24), plain(0.85, 0.27, 0.02, rough=0.15), 0.25),
    Thing(ball(0.68, 0.60, 0.55, 0.26, 0.07), apple(0.68, 0.60, 0.55), 0.6),
    Thing(ball(1.14, 0.52, 0.42, 0.22), plain(0.80, 0.23, 0.02, rough=0.15), 0.25),
    Thing(egg(0.66, 0.74, 0.16, (0.22, 0.14, 0.14), 0.5), plain(0.88, 0.66, 0.05, rough=0.12), 0.3),
)
# Column, row and storey of each.
GRAPES = (
    (0, 0, 0),
    (1, 0, 0),
    (2, 0, 0),
    (0, 1, 0),
    (1, 1, 0),
    (2, 1, 0),
    (3, 1, 0),
    (1, 2, 0),
    (0, 0, 1),
    (1, 1, 1),
    (2, 1, 1),
)
ON_CLOTH = (
    Thing(ball(-0.12, 0.24, -0.62, 0.22, 0.07), apple(-0.12, 0.24, -0.62), 0.6),
    Thing(rod((-0.12, 0.40, -0.62), (-0.06, 0.56, -0.60), 0.014), plain(0.12, 0.07, 0.03)),
    Thing(egg(1.28, 0.18, -0.62, (0.23, 0.15, 0.15), -0.7), plain(0.88, 0.66, 0.05, rough=0.12), 0.3),
    *(
        Thing(
            ball(0.42 + 0.115 * i + 0.05 * (j % 2), 0.12 + 0.09 * k, -0.80 + 0.11 * j, 0.075),
            plain(0.13, 0.03, 0.16),
            0.7,
        )
        for i, j, k in GRAPES
    ),
)
GROUPS = (
    Group((-0.68, 0.55, 0.35), 0.85, JUG),
    Group((-0.68, 1.60, 0.25), 1.05, FLOWERS),
    Group((0.75, 0.45, 0.30), 0.85, BOWL),
    Group((0.60, 0.20, -0.65), 1.00, ON_CLOTH),
)
THINGS = (*ROOM, *(thing for group in GROUPS for thing in group.things))
