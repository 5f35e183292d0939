"""Averages of areas: how a frame becomes its small picture, in training, in evaluation and by the
engine's formula.
"""

from __future__ import annotations

import numpy as np


def coverage(length: int, cells: int) -> np.ndarray:
    """cells x length, float32: which part of a cell every pixel of a side is."""
    pixels, cell = np.arange(length), np.arange(cells)[:, None] * (length / cells)
    overlap = np.minimum(pixels + 1, cell + length / cells) - np.maximum(pixels, cell)
    return (overlap.clip(0) * (cells / length)).astype(np.float32)
