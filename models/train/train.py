#!/usr/bin/env python3
"""Trains a network to paint like every painting of the bank. The same arguments on the same machine
give the same weights.

python3 models/train/train.py --out build/train/painter.pt
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from losses import eye, terms
from network.painter import STRIDE, Painter, noise
from data.paintings import BANK, Painting
from data.pictures import Frames, View, data_folder
from losses.weights import Weights
from soap import Soap

# How far the second view of a picture may be moved, in pixels: every place within the network's
# stride.
SHIFT = STRIDE - 1
# A GPU where torch sees one; CUDA_VISIBLE_DEVICES= hides it.
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
# Longer gradients are shortened to this. Most are 10 to 40 long; where all are shortened, every
# step counts alike.
CLIP = 60.0
# How much faster than the shared weights vectors learn: few steps meet each, and it has few
# numbers, which bear long strides.
VECTOR_RATE = 10
# How far a picture's tone goes from the plate's to the painting's.
TOWARDS = 0.3
# How many of the pictures are painted in a mixture of two styles, so that what lies between styles
# is trained too.
MIXED = 0.3


class Target(NamedTuple):
    """A painting's Gram matrices by layer, seen at half its size, where a stroke fits into a
    feature, at a quarter, where a swirl does, and at all of it: brush and edges (Snelgrove 2017,
    High-Resolution Multi-Scale Neural Texture Synthesis).
    """

    half: dict[str, Tensor]
    coarse: dict[str, Tensor]
    fine: dict[str, Tensor]
    tone: Tensor


def add_arguments(p: argparse.ArgumentParser, steps: int) -> None:
    """What training a network and training one style have in common."""
    p.add_argument(
        "--data",
        type=Path,
        default=data_folder(),
        help="folder of photographs, paintings and loss networks",
    )
    p.add_argument("--steps", type=int, default=steps)
    p.add_argument(
        "--batch", type=int, default=2, help="parts of a frame that are painted together"
    )
    p.add_argument(
        "--side", type=int, default=320, help="of the parts, in pixels, a multiple of 16"
    )
    p.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    Weights.add_arguments(p)
    p.add_argument(
        "--bfloat16",
        action="store_true",
        help="convolve in bfloat16: faster on processors that compute in it",
    )
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)


class Trainer:
    """Network, optimiser and data of one run, at some step of its schedule. It trains what asks for
    a gradient.
    """

    def __init__(
        self, a: argparse.Namespace, network: Painter, paintings: tuple[Painting, ...]
    ) -> None:
        self.a, self.weights = a, Weights.of(a)
        self.network = network.to(DEVICE, memory_format=torch.channels_last)
        self.trained = [p for p in network.parameters() if p.requires_grad]
        groups = [
            {
                "params": [p],
                "times": VECTOR_RATE if p is network.styles or p is network.light else 1,
            }
            for p in self.trained
        ]
        self.optimiser = Soap(groups, lr=a.rate)
        self.step = 0
        self.seconds = 0.0
        self.frames = Frames(a.data, a.side + SHIFT, a.seed)
        # It is never trained, and so may be kept in what it is computed in.
        self.kind = torch.bfloat16 if a.bfloat16 else torch.float32
        self.eye = eye.LossNetwork(a.data / eye.VGG16, eye.STYLE_LAYERS).to(DEVICE, self.kind)
        self.targets = [self._target(painting) for painting in paintings]

    def _target(self, painting: Painting) -> Target:
        with torch.no_grad():
            full = painting.picture(self.a.data).to(DEVICE)
            half = terms.halved(full)
            return Target(
                self._grams(half),
                self._grams(terms.halved(half)),
                self._grams(full, eye.FINE_LAYERS),
                terms.tone(full).mean(),
            )

    def _grams(
        self, picture: Tensor, layers: tuple[str, ...] = eye.STYLE_LAYERS
    ) -> dict[str, Tensor]:
        return {
            layer: terms.gram(features) for layer, features in self.see(picture, layers).items()
        }

    def see(self, picture: Tensor, layers: tuple[str, ...] = eye.STYLE_LAYERS) -> dict[str, Tensor]:
        shown = eye.for_vgg(picture).to(self.kind).contiguous(memory_format=torch.channels_last)
        return self.eye(shown, layers)

    def advance(self) -> dict[str, float]:
        """One step; returns the parts of the loss, unweighted."""
        a = self.a
        random = torch.Generator().manual_seed(a.seed * 1_000_003 + self.step)
        styled = shares(random, 1, len(self.network.styles)).to(DEVICE)
        wide = self.view(self.step)
        grained = wide.crops + noise(len(wide.crops), a.side + SHIFT, a.side + SHIFT, random).to(
            DEVICE
        )
        image = wide.crops[..., : a.side, : a.side]
        moved, dy, dx = self._second_view(View(grained, wide.small), random)
        vector = styled @ self.network.styles
        norms = self.network.statistics(torch.cat([wide.small, moved.small]), vector.expand(2, -1))
        norms = torch.cat([norms[:1].expand(a.batch, -1), norms[1:]])
        shown = torch.cat([grained[..., : a.side, : a.side], moved.crops])
        with self.precision():
            painted = self.network.paint_with(
                shown.contiguous(memory_format=torch.channels_last), norms
            ).float()
        painted, again = painted.split((a.batch, 1))
        with torch.no_grad():
            content = self.see(terms.halved(image), (eye.CONTENT_LAYER,))[eye.CONTENT_LAYER].float()
        half = terms.halved(painted)
        seen, coarse = self.see(half), self.see(terms.halved(half))
        # A quarter of every part at full size, from wherever in it.
        top, left = (int(torch.randint(a.side // 2 + 1, (), generator=random)) for _ in range(2))
        fine = self.see(
            painted[..., top : top + a.side // 2, left : left + a.side // 2], eye.FINE_LAYERS
        )
        bright = sum(share * t.tone for share, t in zip(styled[0].tolist(), self.targets))
        power = (
            1
            - TOWARDS
            + TOWARDS * bright.log() / terms.tone(wide.small).mean().clamp(0.02, 0.9).log()
        )
        parts = {
            "content": terms.distance(seen[eye.CONTENT_LAYER].float(), content),
            "style": terms.style_loss(seen, blended(styled, [t.half for t in self.targets])),
            "coarse": terms.style_loss(coarse, blended(styled, [t.coarse for t in self.targets])),
            "fine": terms.style_loss(fine, blended(styled, [t.fine for t in self.targets])),
            "tone": terms.tone_loss(painted, image, power),
            "stability": unlike(painted[:1], again, dy, dx),
            "variation": terms.variation(painted),
            "lattice": terms.lattice(painted),
        }
        loss = self.weights.total(parts)
        for group in self.optimiser.param_groups:
            group["lr"] = group["times"] * scheduled(a.rate, self.step, a.steps)
        self.optimiser.zero_grad()
        loss.backward()
        # One odd crop must not undo a hundred steps.
        length = nn.utils.clip_grad_norm_(self.trained, CLIP)
        self.optimiser.step()
        self.step += 1
        return {
            "loss": loss.item(),
            **{name: part.item() for name, part in parts.items()},
            "gradient": length.item(),
        }

    def precision(self) -> torch.autocast:
        """Of the convolutions; norms, statistics and losses are float32 always."""
        return torch.autocast(DEVICE.type, torch.bfloat16, enabled=self.a.bfloat16)

    def view(self, step: int) -> View:
        """What a step sees: parts of one frame."""
        return View(*(part.to(DEVICE) for part in self.frames.parts(step, self.a.batch)))

    def _second_view(self, wide: View, random: torch.Generator) -> tuple[View, int, int]:
        """The first part a few pixels on, noise and all, with grain and a slightly other light:
        what the next frame of a film is.
        """
        dy, dx = torch.randint(SHIFT + 1, (2,), generator=random).tolist()
        light = 1 + 0.03 * torch.randn((), generator=random)
        crop = wide.crops[:1, :, dy : dy + self.a.side, dx : dx + self.a.side] * light
        crop = crop + 0.02 * torch.randn(crop.shape, generator=random).to(DEVICE)
        return View(crop, (wide.small * light).clamp(0, 1)), dy, dx

    def save(self, path: Path) -> None:
        state = {
            "settings": self.network.settings,
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        beside = path.with_suffix(".tmp")
        torch.save(state, beside)
        os.replace(beside, path)

    def restore(self, path: Path) -> None:
        state = torch.load(path, map_location=DEVICE)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]

    def run(
        self, last: int, log: Path, checkpoint: Path | None = None, save_every: int = 250
    ) -> None:
        """Goes on to a step, with a progress bar; the losses, averaged over some thirty steps, go
        to the log as JSON lines.
        """
        mean: dict[str, float] = {}
        with (
            log.open("a" if self.step else "w") as lines,
            tqdm(total=self.a.steps, initial=self.step, unit="step") as bar,
        ):
            while self.step < last:
                start = time.monotonic()
                parts = self.advance()
                self.seconds += time.monotonic() - start
                mean = {
                    k: v if k not in mean else 0.97 * mean[k] + 0.03 * v for k, v in parts.items()
                }
                bar.update()
                if self.step % 10 == 0:
                    bar.set_postfix({k: f"{v:.4f}" for k, v in mean.items()})
                    lines.write(
                        json.dumps({"step": self.step, **{k: round(v, 6) for k, v in mean.items()}})
                        + "\n"
                    )
                    lines.flush()
                if checkpoint and (self.step % save_every == 0 or self.step == last):
                    self.save(checkpoint)


def scheduled(rate: float, step: int, steps: int) -> float:
    """A short warm-up, then half a cosine down to nothing (Loshchilov and Hutter 2017)."""
    return rate * min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))


def shares(random: torch.Generator, pictures: int, styles: int) -> Tensor:
    """How much of each style every picture is painted in: pictures x styles, rows add up to 1."""
    rows = torch.zeros(pictures, styles)
    for row in rows:
        first, second = torch.randint(styles, (2,), generator=random).tolist()
        amount, dice = torch.rand(2, generator=random).tolist()
        mixed = dice < MIXED
        row[first] += amount if mixed else 1
        row[second] += 1 - amount if mixed else 0
    return rows


def blended(styled: Tensor, grams: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Of the paintings' matrices, by layer, what a row of shares has."""
    return {
        layer: sum(share * gram[layer] for share, gram in zip(styled[0].tolist(), grams) if share)
        for layer in grams[0]
    }


def unlike(first: Tensor, second: Tensor, dy: int, dx: int) -> Tensor:
    """Mean squared difference of two painted views, the second of which looks dy, dx pixels
    further.

    Near a border the two see different reflections, so they are not compared there.
    """
    border = 2 * STRIDE
    height, width = first.shape[-2:]
    a = first[..., border + dy : height - border, border + dx : width - border]
    b = second[..., border : height - border - dy, border : width - border - dx]
    return F.mse_loss(a, b)


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    add_arguments(p, steps=20000)
    p.add_argument(
        "--out", type=Path, required=True, help="checkpoint; the log lies beside it, as .jsonl"
    )
    p.add_argument(
        "--widths", type=int, nargs=3, default=(24, 48, 64), help="channels at 1/2, 1/4 and 1/8"
    )
    p.add_argument(
        "--quarter", type=int, default=3, help="residual blocks at a quarter of the resolution"
    )
    p.add_argument(
        "--eighth", type=int, default=4, help="residual blocks at an eighth; 0: work at a quarter"
    )
    p.add_argument("--paintings", nargs="+", metavar="NAME", help="these of the bank alone")
    p.add_argument(
        "--start", type=Path, help="begin with the weights of this checkpoint, not with random ones"
    )
    p.add_argument(
        "--resume", action="store_true", help="go on from the checkpoint where it exists"
    )
    p.add_argument(
        "--stop-at", type=int, help="stop after this step of the schedule, to be resumed later"
    )
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    a.out.parent.mkdir(parents=True, exist_ok=True)
    paintings = tuple(
        painting for painting in BANK if not a.paintings or painting.name in a.paintings
    )
    trainer = Trainer(a, Painter(tuple(a.widths), a.quarter, a.eighth, len(paintings)), paintings)
    if a.start:
        trainer.network.load_state_dict(torch.load(a.start, map_location=DEVICE)["network"])
    if a.resume and a.out.exists():
        trainer.restore(a.out)
    trainer.run(min(a.steps, a.stop_at or a.steps), a.out.with_suffix(".jsonl"), a.out)


if __name__ == "__main__":
    main()
