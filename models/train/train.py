#!/usr/bin/env python3
"""Trains a network to paint like one painting. The same arguments on the same machine give the same weights.

python3 models/train/train.py --painting vangogh_starry_night.jpg --name starry-night --out build/train
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

import losses
from network import STRIDE, Painter
from pictures import Crops, data_folder, load

# How far the second view of a picture may be moved, in pixels: less than the stem's stride, where aliasing shows.
SHIFT = 4
# The lattice is looked for in windows of this side, in pixels: small enough that it cannot hide by changing its sign.
WINDOW = 48
# Near a border two views of a picture see different reflections, so they are not compared there.
BORDER = 16


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--painting", required=True, help="a file, or the name of one in the data folder's paintings/")
    p.add_argument("--name", required=True, help="name of the style: [a-z0-9-]+")
    p.add_argument("--out", type=Path, required=True, help="folder for NAME.pt and NAME.jsonl")
    p.add_argument(
        "--data", type=Path, default=data_folder(), help="folder of photographs, paintings and loss networks"
    )
    p.add_argument("--steps", type=int, default=5000)
    p.add_argument("--batch", type=int, default=2)
    p.add_argument("--side", type=int, default=192, help="of the crops, in pixels")
    p.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    p.add_argument("--width", type=int, default=40, help="channels at a quarter of the resolution")
    p.add_argument("--blocks", type=int, default=4)
    p.add_argument(
        "--painting-side", type=int, default=1100, help="shorter side of the painting: the size of the strokes"
    )
    p.add_argument("--median", type=int, default=3, help="filter against speckle in the painting's file; 1: none")
    p.add_argument("--content", type=float, default=1.0, help="weight of the content loss")
    p.add_argument("--style", type=float, default=10.0, help="weight of the style loss")
    p.add_argument("--tone", type=float, default=20.0, help="weight of: light stays light and dark stays dark")
    p.add_argument("--variation", type=float, default=2.0, help="weight of the total variation")
    p.add_argument("--lattice", type=float, default=200.0, help="weight of what repeats with the network's period")
    p.add_argument("--stability", type=float, default=20.0, help="weight of: a moved, noisy view is painted alike")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--resume", action="store_true", help="go on from NAME.pt where it exists")
    p.add_argument("--stop-at", type=int, help="stop after this step of the schedule, to be resumed later")
    p.add_argument("--save-every", type=int, default=250)
    return p.parse_args(argv)


class Trainer:
    """Network, optimiser and data of one run, at some step of its schedule."""

    def __init__(self, a: argparse.Namespace) -> None:
        self.a = a
        torch.manual_seed(a.seed)
        self.network = Painter(a.width, a.blocks)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=a.rate)
        self.step = 0
        self.seconds = 0.0
        self.crops = Crops(a.data, a.side + SHIFT, a.seed)
        layers = tuple(dict.fromkeys((*losses.STYLE_LAYERS, losses.CONTENT_LAYER)))
        self.eye = losses.LossNetwork(a.data / losses.NETWORK, layers)
        self.content_eye = losses.LossNetwork(a.data / losses.NETWORK, (losses.CONTENT_LAYER,))
        named = Path(a.painting)
        painting = load(named if named.exists() else a.data / "paintings" / named, a.painting_side, a.median)[None]
        with torch.no_grad():
            seen = self.eye(painting)
        self.tone = losses.tone(painting)
        self.targets = {layer: losses.statistics(seen[layer]) for layer in losses.STYLE_LAYERS}

    def rate(self) -> float:
        """A short warm-up, then half a cosine down to nothing (Loshchilov and Hutter 2017)."""
        warm = min(1.0, (self.step + 1) / 50)
        return self.a.rate * warm * 0.5 * (1 + math.cos(math.pi * self.step / self.a.steps))

    def advance(self) -> dict[str, float]:
        """One step; returns the parts of the loss, unweighted."""
        a = self.a
        wide = self.crops.batch(self.step, a.batch)
        image = wide[..., : a.side, : a.side]
        random = torch.Generator().manual_seed(a.seed * 1_000_003 + self.step)
        moved, dy, dx = self._second_view(wide[:1], random)
        painted = self.network(torch.cat([image, moved]))
        painted, again = painted[: a.batch], painted[a.batch :]
        with torch.no_grad():
            content = self.content_eye(image)[losses.CONTENT_LAYER]
        seen = self.eye(painted)
        parts = {
            "content": losses.content_loss(seen[losses.CONTENT_LAYER], content),
            "style": losses.style_loss(seen, self.targets),
            "tone": losses.tone_loss(painted, image, self.tone),
            "variation": losses.variation(painted),
            "lattice": losses.lattice(painted, STRIDE, WINDOW),
            "stability": unlike(painted[:1], again, dy, dx),
        }
        loss = sum(getattr(a, name) * part for name, part in parts.items())
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.optimiser.zero_grad()
        loss.backward()
        # One odd crop must not undo a hundred steps.
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        return {"loss": float(loss), **{name: float(part) for name, part in parts.items()}}

    def _second_view(self, wide: Tensor, random: torch.Generator) -> tuple[Tensor, int, int]:
        """The same picture a few pixels on, with grain and a slightly other light: what the next frame of a film is."""
        dy, dx = torch.randint(SHIFT + 1, (2,), generator=random).tolist()
        view = wide[..., dy : dy + self.a.side, dx : dx + self.a.side]
        light = 1 + 0.03 * torch.randn((), generator=random)
        return (view * light + 0.02 * torch.randn(view.shape, generator=random)).clamp(0, 1), dy, dx

    def save(self, path: Path) -> None:
        state = {
            "settings": self.network.settings,
            "arguments": {
                k: v for k, v in vars(self.a).items() if isinstance(v, (int, float)) or k in ("painting", "name")
            },
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        beside = path.with_suffix(".tmp")
        torch.save(state, beside)
        os.replace(beside, path)

    def restore(self, path: Path) -> None:
        state = torch.load(path)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]


def unlike(first: Tensor, second: Tensor, dy: int, dx: int) -> Tensor:
    """Mean squared difference of two painted views, the second of which looks dy, dx pixels further."""
    height, width = first.shape[-2:]
    a = first[..., BORDER + dy : height - BORDER, BORDER + dx : width - BORDER]
    b = second[..., BORDER : height - BORDER - dy, BORDER : width - BORDER - dx]
    return F.mse_loss(a, b)


def main(argv: list[str] | None = None) -> Path:
    a = arguments(argv)
    torch.set_num_threads(a.threads)
    a.out.mkdir(parents=True, exist_ok=True)
    checkpoint, log = a.out / f"{a.name}.pt", a.out / f"{a.name}.jsonl"
    trainer = Trainer(a)
    if a.resume and checkpoint.exists():
        trainer.restore(checkpoint)
    last = min(a.steps, a.stop_at or a.steps)
    mean: dict[str, float] = {}
    with log.open("a" if a.resume else "w") as lines, tqdm(total=a.steps, initial=trainer.step, unit="step") as bar:
        while trainer.step < last:
            start = time.monotonic()
            parts = trainer.advance()
            trainer.seconds += time.monotonic() - start
            mean = {k: v if k not in mean else 0.97 * mean[k] + 0.03 * v for k, v in parts.items()}
            bar.update()
            if trainer.step % 10 == 0:
                bar.set_postfix({k: f"{v:.4f}" for k, v in mean.items()})
                lines.write(json.dumps({"step": trainer.step, **{k: round(v, 6) for k, v in mean.items()}}) + "\n")
                lines.flush()
            if trainer.step % a.save_every == 0:
                trainer.save(checkpoint)
    trainer.save(checkpoint)
    return checkpoint


if __name__ == "__main__":
    main()
