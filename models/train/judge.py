"""Gatys' objective, under a network that nothing was trained with.

Gatys et al. 2016, Image Style Transfer Using Convolutional Neural Networks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import losses
from paintings import Painting

# SqueezeNet 1.1. As Gatys et al. do with VGG, style is compared at the first layer of every resolution, and content at
# the second one of an eighth.
NETWORK = "encoders/squeezenet11_features_f32.onnx"
MEAN = (104.0, 117.0, 123.0)
STYLE_LAYERS = ("conv1_2", "fire2/concat_1", "fire4/concat_1", "fire6/concat_1")
CONTENT_LAYER = "fire5/concat_1"
# How much style counts. With a tenth of it L-BFGS hardly leaves the photograph, with ten times as much it forgets it.
STYLE_WEIGHT = 10.0
ITERATIONS = 50


class Judge:
    """Compares plain Gram matrices.

    Every layer's squared distance is relative to its target's square, so that all layers have a say, in all styles.
    """

    def __init__(self, data: Path) -> None:
        self.network = losses.LossNetwork(data / NETWORK, (*STYLE_LAYERS, CONTENT_LAYER))
        self.mean = torch.tensor(MEAN).view(1, 3, 1, 1)

    def see(self, image: Tensor) -> dict[str, Tensor]:
        """The judge wants BGR, 0 to 255, less a mean."""
        return self.network(image.flip(1) * 255 - self.mean)

    def grams(self, image: Tensor) -> dict[str, Tensor]:
        seen = self.see(image)
        return {layer: losses.gram(seen[layer]) for layer in STYLE_LAYERS}

    def parts(self, image: Tensor, content: Tensor, targets: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Content and style."""
        seen = self.see(image)
        style = sum(_distance(losses.gram(seen[layer]), target) for layer, target in targets.items())
        return _distance(seen[CONTENT_LAYER], content), style / len(targets)

    def descend(self, photograph: Tensor, targets: dict[str, Tensor]) -> Tensor:
        """What the objective asks for: its own descent, from the photograph."""
        with torch.no_grad():
            content = self.see(photograph)[CONTENT_LAYER]
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


def _distance(seen: Tensor, target: Tensor) -> Tensor:
    return (seen - target).square().sum() / target.square().sum()


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
