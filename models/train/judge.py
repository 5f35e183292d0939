"""Gatys' objective, under a network that nothing was trained with, and under the one that was.

Gatys et al. 2016, Image Style Transfer Using Convolutional Neural Networks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
import torch
from torch import Tensor

import losses
from paintings import Painting


class Sight(NamedTuple):
    """A network, the layers that style and content are compared at, and what it wants to be shown.

    As Gatys et al. do with VGG, style is compared at the first layer of every resolution.
    """

    network: str
    style: tuple[str, ...]
    content: str
    prepare: Callable[[Tensor], Tensor]


# SqueezeNet 1.1: content at the second layer of an eighth. It wants BGR, 0 to 255, less a mean.
SQUEEZENET = Sight(
    "encoders/squeezenet11_features_f32.onnx",
    ("conv1_2", "fire2/concat_1", "fire4/concat_1", "fire6/concat_1"),
    "fire5/concat_1",
    lambda image: image.flip(1) * 255 - torch.tensor((104.0, 117.0, 123.0)).view(1, 3, 1, 1),
)
# The one that judges in training.
TRAINED_WITH = Sight(losses.NETWORK, tuple(losses.STYLE_LAYERS), losses.CONTENT_LAYER, lambda image: image)

# How much style counts. With a tenth of it L-BFGS hardly leaves the photograph, with ten times as much it forgets it.
STYLE_WEIGHT = 10.0
ITERATIONS = 50


class Judge:
    """Compares plain Gram matrices.

    Every layer's squared distance is relative to its target's square, so that all layers have a say, in all styles.
    """

    def __init__(self, data: Path, sight: Sight = SQUEEZENET) -> None:
        self.sight = sight
        self.network = losses.LossNetwork(data / sight.network, tuple(dict.fromkeys((*sight.style, sight.content))))

    def see(self, image: Tensor) -> dict[str, Tensor]:
        return self.network(self.sight.prepare(image))

    def content(self, image: Tensor) -> Tensor:
        with torch.no_grad():
            return self.see(image)[self.sight.content]

    def grams(self, image: Tensor) -> dict[str, Tensor]:
        seen = self.see(image)
        return {layer: losses.gram(seen[layer]) for layer in self.sight.style}

    def parts(self, image: Tensor, content: Tensor, targets: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Content and style."""
        seen = self.see(image)
        style = sum(losses.distance(losses.gram(seen[layer]), target) for layer, target in targets.items())
        return losses.distance(seen[self.sight.content], content), style / len(targets)

    def descend(self, photograph: Tensor, targets: dict[str, Tensor]) -> Tensor:
        """What the objective asks for: its own descent, from the photograph."""
        content = self.content(photograph)
        image = photograph.clone().requires_grad_(True)
        descent = torch.optim.LBFGS([image], max_iter=ITERATIONS, tolerance_grad=0, tolerance_change=0)

        def evaluation() -> Tensor:
            descent.zero_grad()
            content_part, style_part = self.parts(image, content, targets)
            total = content_part + STYLE_WEIGHT * style_part
            total.backward()
            return total

        descent.step(evaluation)
        return image.detach().clamp(0, 1)


def objective(parts: np.ndarray) -> np.ndarray:
    return parts[..., 0] + STYLE_WEIGHT * parts[..., 1]


class Target:
    """A painting's Gram matrices, made when they are first wanted."""

    def __init__(self, judge: Judge, painting: Painting, data: Path) -> None:
        self.judge, self.picture = judge, painting.picture(data)
        # Results are those of this very picture: size and crop are part of a style.
        self.name = f"{painting.name}@{hashlib.sha256(self.picture.numpy().tobytes()).hexdigest()[:12]}"
        self.made: dict[str, Tensor] = {}

    def grams(self) -> dict[str, Tensor]:
        if not self.made:
            with torch.no_grad():
                self.made = self.judge.grams(self.picture)
        return self.made
