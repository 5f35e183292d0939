#!/usr/bin/env python3
"""Finds the vector with which a network paints least, and puts it into the network's package.

Unrealness leads from it to a style and beyond. A vector cannot undo a network, so it is not the
photograph: it has no brush strokes and little colour.

python3 models/train/plain.py --network models/styles/painter
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from add import STYLES, vectors
from export import read_network, write_manifest
from network.painter import Painter, noise
from network.packages import identity
from data.pictures import Frames, data_folder
from train import scheduled


def train(
    network: Painter, frames: Frames, start: Tensor, steps: int, batch: int, rate: float
) -> Tensor:
    """The vector that brings pictures back with the least squared error. The network stays as it
    is.
    """
    network.requires_grad_(False)
    vector = nn.Parameter(start.clone())
    optimiser = torch.optim.Adam([vector], lr=rate)
    with tqdm(range(steps), unit="step") as bar:
        for step in bar:
            view = frames.batch(step, batch)
            shown = view.crops + noise(
                batch, *view.crops.shape[2:], torch.Generator().manual_seed(step)
            )
            for group in optimiser.param_groups:
                group["lr"] = scheduled(rate, step, steps)
            painted = network.paint_with(
                shown, network.statistics(view.small, vector.expand(batch, -1))
            )
            loss = F.mse_loss(painted, view.crops)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([vector], 1.0)
            optimiser.step()
            bar.set_postfix(loss=f"{float(loss):.4f}")
    return vector.detach()


def put(vector: Tensor, package: Path) -> None:
    """Into the package of the network; the styles beside it that are this network's stay so."""
    path = package / "network.json"
    manifest, before = json.loads(path.read_text()), identity(package.name, path)
    file = package / f"{package.name}.plain.vector"
    file.write_bytes(vector.numpy().astype("<f4").tobytes())
    manifest["norms"]["plain"] = file.name
    write_manifest(
        path, manifest, [package / name for name in {**manifest["files"], file.name: ""}]
    )
    for style in package.parent.glob("*/style.json"):
        manifest = json.loads(style.read_text())
        if manifest.get("network") == before:
            manifest["network"] = identity(package.name, path)
            write_manifest(style, manifest, [style.with_name(name) for name in manifest["files"]])


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--data", type=Path, default=data_folder(), help="folder of photographs")
    p.add_argument(
        "--network", type=Path, default=STYLES / "painter", help="package of the network"
    )
    p.add_argument("--steps", type=int, default=400)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--side", type=int, default=192, help="of the crops, in pixels")
    p.add_argument("--rate", type=float, default=2e-2)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args(argv)
    frames = Frames(a.data, a.side, a.seed)
    start = vectors(a.network).mean(0, keepdim=True)
    put(train(read_network(a.network), frames, start, a.steps, a.batch, a.rate)[0], a.network)


if __name__ == "__main__":
    main()
