"""Networks and styles as they are shipped, run as the engine runs them: by ONNX Runtime and without
torch.

Pictures are float32 RGB in [0, 1], sRGB-encoded, 1 x 3 x height x width, of any size.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from network.area import coverage
from network.runtime import onnxruntime

# How many times as high as a frame a network's own lines may be: plugin/engine/size.go has the
# same.
MOST_LARGER = 4


def session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    """With the engine's options: no memory pattern, and threads that sleep while they wait."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def identity(name: str, path: Path) -> str:
    """Of what a manifest, or a graph without one, describes."""
    return f"{name}@{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


class Style(NamedTuple):
    identity: str
    label: str
    vector: np.ndarray


class Bank:
    """The network of a folder of packages, and its styles by name."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        networks = sorted(folder.glob("*/network.json"))
        if len(networks) != 1:
            raise ValueError(f"{folder} holds {len(networks)} networks, not one")
        manifest = json.loads(networks[0].read_text())
        self.identity = identity(manifest["name"], networks[0])
        self.multiple, self.minimum = manifest["input"]["multipleOf"], manifest["input"]["minimum"]
        self.size = manifest["norms"]["size"]
        self.painter = session(networks[0].with_name(manifest["graph"]), threads)
        self.statistics = session(networks[0].with_name(manifest["norms"]["graph"]), threads)
        self.names = manifest["input"]["name"], manifest["norms"]
        self.lines, self.noise = manifest.get("lines"), manifest.get("noise")
        plain = manifest["norms"].get("plain")
        self.plain = np.fromfile(networks[0].with_name(plain), "<f4") if plain else None
        self.styles = {}
        for path in sorted(folder.glob("*/style.json")):
            style = json.loads(path.read_text())
            if style.get("network") == self.identity:
                vector = np.fromfile(path.with_name(style["vector"]), "<f4")
                self.styles[style["name"]] = Style(
                    identity(style["name"], path), style["label"], vector
                )
        if not self.styles:
            raise ValueError(
                f"{folder} holds no style of {self.identity}: export network and styles together"
            )

    def paint(self, image: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """At the height that the network is made for, and back; where that is less the engine keeps
        the plate's edges, too.
        """
        height, width = image.shape[2:]
        lines = min(self.lines or height, MOST_LARGER * height)
        if height == lines:
            return self._paint(image, vector)
        high = resized(image, lines, round(width * lines / height))
        return resized(self._paint(high, vector), height, width)

    def _paint(self, image: np.ndarray, vector: np.ndarray) -> np.ndarray:
        picture, norms = self.names
        seen = {norms["picture"]: averaged(image, self.size), norms["style"]: vector}
        (found,) = self.statistics.run([norms["output"]], seen)
        height, width = image.shape[2:]
        wide = reflected(image, self.multiple, self.minimum)
        if self.noise:
            wide = wide + noise(*wide.shape[2:], self.noise["amount"], self.noise["cells"])
        (painted,) = self.painter.run(None, {picture: wide, norms["input"]: found})
        return painted[..., :height, :width]


class Classic:
    """A network as they were made from 2016 on: 0 to 255, sides are rounded up to a multiple of 4. What it takes beside the
    frame, which of its styles, is the first."""

    def __init__(self, graph: Path, threads: int = 2) -> None:
        self.session = session(graph, threads)
        self.identity = identity(graph.stem, graph)
        self.picture, *beside = self.session.get_inputs()
        self.beside = {
            i.name: np.eye(1, np.prod(i.shape), dtype=np.float32).reshape(i.shape) for i in beside
        }

    def paint(self, image: np.ndarray) -> np.ndarray:
        height, width = image.shape[2:]
        wide = reflected(image, 4, 4) * np.float32(255)
        (painted,) = self.session.run(None, {self.picture.name: wide, **self.beside})
        return painted[..., :height, :width].clip(0, 255) / np.float32(255)


def resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """By the spline of Catmull and Rom, stretched where the picture becomes smaller."""
    planes = [Image.fromarray(plane).resize((width, height), Image.BICUBIC) for plane in image[0]]
    return np.stack([np.asarray(plane) for plane in planes])[None].clip(0, 1)


def noise(height: int, width: int, amount: float, cells: list[int]) -> np.ndarray:
    """What the engine puts over a frame: plugin/pixels/noise.go has the same."""

    def scrambled(x: np.ndarray) -> np.ndarray:
        # Wellons' lowbias32, a hash of 32 bits (Prospecting for Hash Functions, 2018).
        x = (x ^ x >> np.uint32(16)) * np.uint32(0x7FEB352D)
        x = (x ^ x >> np.uint32(15)) * np.uint32(0x846CA68B)
        return x ^ x >> np.uint32(16)

    def between(length: int, cell: int) -> tuple[np.ndarray, np.ndarray]:
        at = (np.arange(length) + 0.5) / cell
        return at.astype(np.uint32), (at % 1).astype(np.float32)

    total = np.zeros((1, 3, height, width), np.float32)
    for octave, cell in enumerate(cells):
        (rows, down), (columns, across) = between(height, cell), between(width, cell)
        y, x = np.arange(rows[-1] + 2, dtype=np.uint32)[:, None], np.arange(
            columns[-1] + 2, dtype=np.uint32
        )
        for channel in range(3):
            key = scrambled(np.array([3 * octave + channel], np.uint32))
            corners = scrambled(x + scrambled(y + key)).astype(np.int32) / np.float32(2**31)
            lines = corners[rows] + down[:, None] * (corners[rows + 1] - corners[rows])
            total[0, channel] += amount * (
                lines[:, columns] + across * (lines[:, columns + 1] - lines[:, columns])
            )
    return total


def mixed(first: np.ndarray, second: np.ndarray, mix: float) -> np.ndarray:
    """The vector of what lies between two styles, 0 being the first and 1 the second."""
    return np.float32(1 - mix) * first + np.float32(mix) * second


def strength(unrealness: float) -> float:
    """How far on the way from the network's plain vector to a style's an unrealness is:
    plugin/look/look.go has the same.
    """
    return (unrealness + 2) / 6 if unrealness <= 4 else 1 + (unrealness - 4) / 8


def reflected(image: np.ndarray, multiple: int, minimum: int) -> np.ndarray:
    """Sides are rounded up to a multiple, and to a minimum, by reflection."""
    more = [max(-(-side // multiple) * multiple, minimum) - side for side in image.shape[2:]]
    return (
        np.pad(image, ((0, 0), (0, 0), (0, more[0]), (0, more[1])), mode="reflect")
        if any(more)
        else image
    )


def averaged(image: np.ndarray, size: int) -> np.ndarray:
    """size x size cells, each the mean of the area of the picture that it covers."""
    rows, columns = (coverage(side, size) for side in image.shape[2:])
    return rows @ (image @ columns.T)
