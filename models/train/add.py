#!/usr/bin/env python3
"""Adds a style to a network that is there: only its vector is trained, in minutes, from one
picture.

python3 models/train/add.py painting.jpg --name my-painting --label "My painting" --out build/train
impasto models add build/train/my-painting
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from losses import terms
from export import read_network, write_style
from network.packages import Bank
from data.paintings import Painting
from train import DEVICE, Trainer, add_arguments

STYLES = Path(__file__).resolve().parents[1] / "styles"


def vectors(network: Path) -> torch.Tensor:
    """The vectors of the styles that lie beside a network: styles x length."""
    return torch.from_numpy(
        np.stack([style.vector for style in Bank(network.parent).styles.values()])
    )


def nearest(trainer: Trainer, there: torch.Tensor) -> torch.Tensor:
    """Of the styles that are there, the one whose pictures are most like the painting: training
    starts with it.
    """
    view = trainer.view(0)
    image = view.crops[..., : trainer.a.side, : trainer.a.side]
    with torch.no_grad():
        far = []
        for style in there:
            norms = trainer.network.statistics(view.small, style[None]).expand(len(image), -1)
            painted = terms.halved(trainer.network.paint_with(image, norms))
            far.append(terms.style_loss(trainer.see(painted), trainer.targets[0].half))
    return there[int(torch.stack(far).argmin())].clone()


def main(argv: list[str] | None = None) -> Path:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("painting", help="a picture, or the name of one in the data folder's paintings/")
    p.add_argument("--name", required=True, help="name of the style: [a-z0-9-]+")
    p.add_argument("--label", help="what an artist reads in the menu; the name by default")
    p.add_argument("--work", help="one sentence: what the picture is, and whose")
    p.add_argument(
        "--crop",
        type=float,
        nargs=4,
        default=(0, 0, 1, 1),
        help="left, top, right, bottom of the part to use, 0 to 1; it is as high as the frame",
    )
    p.add_argument(
        "--network", type=Path, default=STYLES / "painter", help="package of the network"
    )
    p.add_argument(
        "--out", type=Path, required=True, help="folder for the package of the style, and the log"
    )
    add_arguments(p, steps=400)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    a.out.mkdir(parents=True, exist_ok=True)
    painting = Painting(a.name, a.label or a.name, a.work or a.painting, a.painting, tuple(a.crop))
    network = read_network(a.network).requires_grad_(False)
    there = vectors(a.network).to(DEVICE)
    network.styles = nn.Parameter(there[:1])
    trainer = Trainer(a, network, (painting,))
    network.styles.data = nearest(trainer, there)[None]
    trainer.run(a.steps, a.out / f"{a.name}.jsonl")
    folder = write_style(painting, network.styles[0].cpu(), a.network, a.out)
    print(f"{folder}: trained in {trainer.seconds / 60:.1f} minutes; impasto models add {folder}")
    return folder


if __name__ == "__main__":
    main()
