"""What paints, and of what, in the tables."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor

from data.paintings import BANK
from data.pictures import HELD_OUT, load
from network.packages import Bank, Classic
from tables.judge import LINES, Photograph

CLASSICS = ("ncnn_mosaic_dyn_op13.onnx", "ncnn_candy_dyn_op13.onnx")
PAINTINGS = {painting.name: painting for painting in BANK}

Paint = Callable[[Tensor], Tensor]


def held_out(data: Path, count: int) -> list[Photograph]:
    """The first photographs of those that nothing is trained with, LINES high."""
    return [
        Photograph(name, load(data / "photos" / "cc0" / f"{name}.jpg", LINES)[None])
        for name in HELD_OUT[:count]
    ]


def styles_of(bank: Bank, names: list[str] | None) -> dict[str, Paint]:
    """Those of these names, or all."""
    unknown = set(names or ()) - set(bank.styles)
    if unknown:
        raise ValueError(
            f"the bank has no style {', '.join(sorted(unknown))}; it has {', '.join(bank.styles)}"
        )
    return {name: painting_with(bank, bank.styles[name].vector) for name in names or bank.styles}


def painting_with(bank: Bank, vector: np.ndarray) -> Paint:
    return lambda image: torch.from_numpy(bank.paint(image.numpy(), vector))


def classics_of(a: argparse.Namespace) -> dict[str, Paint]:
    """By identity."""
    networks = [Classic(a.data / "models" / name, a.threads) for name in CLASSICS]
    return {
        n.identity: lambda image, n=n: torch.from_numpy(n.paint(image.numpy())) for n in networks
    }
