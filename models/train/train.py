#!/usr/bin/env python3
"""Trains a network to paint like every painting of the bank. The same arguments on the same machine give the same weights.

python3 models/train/train.py --out build/train/painter.pt
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path
from typing import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

import losses
from filters import LEAST, RandomFilters, texture_loss
from network import STRIDE, Painter
from paintings import BANK, Painting
from pictures import Frames, View, data_folder, wall
from soap import Soap

# How far the second view of a picture may be moved, in pixels: every place within the network's stride.
SHIFT = STRIDE - 1
# The lattice is looked for in windows of this side, in pixels: small enough that it cannot hide by changing its sign, large
# enough that a picture's own detail averages out.
WINDOW = 12 * STRIDE
# A GPU where torch sees one; CUDA_VISIBLE_DEVICES= hides it.
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
# Longer gradients are shortened to this. Most are 10 to 50 long; where all are shortened, every step counts alike.
CLIP = 60.0
# How much faster than the shared weights vectors learn: few steps meet each, and it has few numbers, which bear long strides.
VECTOR_RATE = 10
# How many of the pictures are painted in a mixture of two styles, so that what lies between styles is trained too.
MIXED = 0.3
# How many sets of random filters there are, of which every step looks with one.
CHANCES = 16

# By layer, of so many paintings.
Targets = dict[str, losses.Statistics]


def add_arguments(p: argparse.ArgumentParser, steps: int) -> None:
    """What training a network and training one style have in common."""
    p.add_argument(
        "--data", type=Path, default=data_folder(), help="folder of photographs, paintings and loss networks"
    )
    p.add_argument("--steps", type=int, default=steps)
    p.add_argument("--batch", type=int, default=2, help="parts of a frame that are painted together")
    p.add_argument("--side", type=int, default=288, help=f"of the parts, in pixels; {LEAST} at least")
    p.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    p.add_argument("--content", type=float, default=8.0, help="weight of the content loss")
    p.add_argument("--style", type=float, default=20.0, help="weight of the style loss")
    p.add_argument("--texture", type=float, default=10.0, help="weight of the style loss by random filters")
    p.add_argument("--tone", type=float, default=100.0, help="weight of: light stays light and dark stays dark")
    p.add_argument("--bands", type=float, default=8.0, help="weight of: no more of any size than the painting has")
    p.add_argument("--even", type=float, default=8.0, help="weight of: an even wall stays even")
    p.add_argument("--lattice", type=float, default=200.0, help="weight of what repeats with the network's period")
    p.add_argument("--stability", type=float, default=25.0, help="weight of: a moved, noisy view is painted alike")
    p.add_argument(
        "--bfloat16", action="store_true", help="convolve in bfloat16: faster on processors that compute in it"
    )
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)


class Trainer:
    """Network, optimiser and data of one run, at some step of its schedule. It trains what asks for a gradient."""

    def __init__(self, a: argparse.Namespace, network: Painter, paintings: tuple[Painting, ...]) -> None:
        self.a, self.network = a, network.to(DEVICE)
        self.trained = [p for p in network.parameters() if p.requires_grad]
        groups = [{"params": [p], "times": VECTOR_RATE if p is network.styles else 1} for p in self.trained]
        self.optimiser = Soap(groups, lr=a.rate)
        self.step = 0
        self.seconds = 0.0
        self.frames = Frames(a.data, a.side + SHIFT, a.seed)
        layers = tuple(dict.fromkeys((*losses.STYLE_LAYERS, losses.CONTENT_LAYER)))
        self.eye = losses.LossNetwork(a.data / losses.NETWORK, layers).to(DEVICE)
        self.content_eye = losses.LossNetwork(a.data / losses.NETWORK, (losses.CONTENT_LAYER,)).to(DEVICE)
        self.paintings = [painting.picture(a.data).to(DEVICE) for painting in paintings]
        self.tone = losses.Tone(*(torch.cat(parts) for parts in zip(*map(losses.tone, self.paintings))))
        self.bands = torch.stack([losses.bands(painting) for painting in self.paintings])
        self.seen: dict[losses.Look, Targets] = {}
        self.chances = [RandomFilters(seed).to(DEVICE) for seed in range(CHANCES)]
        # By set of filters and scale: of all paintings.
        self.textures = [self._textures(filters) for filters in self.chances]

    def _textures(self, filters: RandomFilters) -> list[Tensor]:
        with torch.no_grad():
            return [torch.cat(grams) for grams in zip(*map(filters, self.paintings))]

    def targets(self, look: losses.Look) -> Targets:
        """Of all paintings, made when a look is first wanted."""
        if look not in self.seen:
            with torch.no_grad():
                each = [
                    {layer: losses.statistics(f) for layer, f in self.eye(look.at(painting)).items()}
                    for painting in self.paintings
                ]
            self.seen[look] = {
                layer: losses.Statistics(*(torch.cat(parts) for parts in zip(*(seen[layer] for seen in each))))
                for layer in losses.STYLE_LAYERS
            }
        return self.seen[look]

    def advance(self) -> dict[str, float]:
        """One step; returns the parts of the loss, unweighted."""
        a = self.a
        wide = self.view(self.step)
        random = torch.Generator().manual_seed(a.seed * 1_000_003 + self.step)
        styled = shares(random, 1, len(self.network.styles)).to(DEVICE)
        image = wide.crops[..., : a.side, : a.side]
        moved, dy, dx = self._second_view(wide, random)
        vector = styled @ self.network.styles
        norms = self.network.statistics(torch.cat([wide.small, moved.small]), vector.expand(2, -1))
        norms = torch.cat([norms[:1].expand(a.batch, -1), norms[1:], norms[:1]])
        plain = wall(random, image[0], a.side)[None].to(DEVICE)
        with self.precision():
            painted = self.network.paint_with(torch.cat([image, moved.crops, plain]), norms).float()
        painted, again, even = painted.split((a.batch, 1, 1))
        look = losses.LOOKS[torch.randint(len(losses.LOOKS), (), generator=random).item()]
        chance = torch.randint(CHANCES, (), generator=random).item()
        with self.precision():
            with torch.no_grad():
                content = self.content_eye(look.at(image))[losses.CONTENT_LAYER].float()
            seen = {layer: features.float() for layer, features in self.eye(look.at(painted)).items()}
            texture = self.chances[chance](painted)

        def wanted(parts: Iterable[Tensor]) -> list[Tensor]:
            """Of the paintings' numbers, what the step's style or mixture has."""
            return [torch.einsum("ns,s...->n...", styled, part) for part in parts]

        targets = {layer: losses.Statistics(*wanted(target)) for layer, target in self.targets(look).items()}
        (size,) = wanted([self.bands])[0]
        parts = {
            "content": losses.content_loss(seen[losses.CONTENT_LAYER], content),
            "style": losses.style_loss(losses.pooled(seen), targets),
            "texture": texture_loss(texture, wanted(self.textures[chance])),
            "tone": losses.tone_loss(losses.beside(painted), losses.beside(image), losses.Tone(*wanted(self.tone))),
            "bands": losses.bands_loss(losses.bands(painted), size),
            "even": losses.even_loss(even, plain, size),
            "lattice": losses.lattice(painted, STRIDE, WINDOW),
            "stability": unlike(painted[:1], again, dy, dx),
        }
        loss = sum(getattr(a, name) * part for name, part in parts.items())
        for group in self.optimiser.param_groups:
            group["lr"] = group["times"] * scheduled(a.rate, self.step, a.steps)
        self.optimiser.zero_grad()
        loss.backward()
        # One odd crop must not undo a hundred steps.
        nn.utils.clip_grad_norm_(self.trained, CLIP)
        self.optimiser.step()
        self.step += 1
        return {"loss": loss.item(), **{name: part.item() for name, part in parts.items()}}

    def precision(self) -> torch.autocast:
        """Of the convolutions; norms, statistics and losses are float32 always."""
        return torch.autocast(DEVICE.type, torch.bfloat16, enabled=self.a.bfloat16)

    def view(self, step: int) -> View:
        """What a step sees: parts of one frame."""
        return View(*(part.to(DEVICE) for part in self.frames.parts(step, self.a.batch)))

    def _second_view(self, wide: View, random: torch.Generator) -> tuple[View, int, int]:
        """The first picture a few pixels on, with grain and a slightly other light: what the next frame of a film is."""
        dy, dx = torch.randint(SHIFT + 1, (2,), generator=random).tolist()
        light = 1 + 0.03 * torch.randn((), generator=random)
        crop = wide.crops[:1, :, dy : dy + self.a.side, dx : dx + self.a.side] * light
        crop = crop + 0.02 * torch.randn(crop.shape, generator=random).to(DEVICE)
        return View(crop.clamp(0, 1), (wide.small * light).clamp(0, 1)), dy, dx

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

    def run(self, last: int, log: Path, checkpoint: Path | None = None, save_every: int = 250) -> None:
        """Goes on to a step, with a progress bar; the losses, averaged over some thirty steps, go to the log as JSON lines."""
        mean: dict[str, float] = {}
        with log.open("a" if self.step else "w") as lines, tqdm(
            total=self.a.steps, initial=self.step, unit="step"
        ) as bar:
            while self.step < last:
                start = time.monotonic()
                parts = self.advance()
                self.seconds += time.monotonic() - start
                mean = {k: v if k not in mean else 0.97 * mean[k] + 0.03 * v for k, v in parts.items()}
                bar.update()
                if self.step % 10 == 0:
                    bar.set_postfix({k: f"{v:.4f}" for k, v in mean.items()})
                    lines.write(json.dumps({"step": self.step, **{k: round(v, 6) for k, v in mean.items()}}) + "\n")
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


def unlike(first: Tensor, second: Tensor, dy: int, dx: int) -> Tensor:
    """Mean squared difference of two painted views, the second of which looks dy, dx pixels further.

    Near a border the two see different reflections, so they are not compared there.
    """
    border = 2 * STRIDE
    height, width = first.shape[-2:]
    a = first[..., border + dy : height - border, border + dx : width - border]
    b = second[..., border : height - border - dy, border : width - border - dx]
    return F.mse_loss(a, b)


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add_arguments(p, steps=12000)
    p.add_argument("--out", type=Path, required=True, help="checkpoint; the log lies beside it, as .jsonl")
    p.add_argument("--widths", type=int, nargs=3, default=(16, 32, 64), help="channels at 1/2, 1/4 and 1/8")
    p.add_argument("--quarter", type=int, default=2, help="residual blocks at a quarter of the resolution")
    p.add_argument("--eighth", type=int, default=5, help="residual blocks at an eighth")
    p.add_argument("--start", type=Path, help="begin with the weights of this checkpoint, not with random ones")
    p.add_argument("--resume", action="store_true", help="go on from the checkpoint where it exists")
    p.add_argument("--stop-at", type=int, help="stop after this step of the schedule, to be resumed later")
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    a.out.parent.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(a, Painter(tuple(a.widths), a.quarter, a.eighth, len(BANK)), BANK)
    if a.start:
        trainer.network.load_state_dict(torch.load(a.start, map_location=DEVICE)["network"])
    if a.resume and a.out.exists():
        trainer.restore(a.out)
    trainer.run(min(a.steps, a.stop_at or a.steps), a.out.with_suffix(".jsonl"), a.out)


if __name__ == "__main__":
    main()
