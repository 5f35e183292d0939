"""Gatys' objective, under the network that judged in training, and under one that nothing was
trained with.

Gatys et al. 2016, Image Style Transfer Using Convolutional Neural Networks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Callable, NamedTuple

import torch
from torch import Tensor

from losses import eye, terms
from data.paintings import Painting

# Pictures and paintings are judged at this height, in pixels.
LINES = 512


class Sight(NamedTuple):
    """A network, the layers that style and content are compared at, and what it wants to be shown."""

    network: str
    style: tuple[str, ...]
    content: str
    prepare: Callable[[Tensor], Tensor]


VGG16 = Sight(eye.VGG16, eye.STYLE_LAYERS, eye.CONTENT_LAYER, eye.for_vgg)
# SqueezeNet 1.1: style at a layer of every resolution, content at the second of an eighth. It wants
# BGR, 0 to 255, less a mean.
SQUEEZENET = Sight(
    "encoders/squeezenet11_features_f32.onnx",
    ("conv1_2", "fire2/concat_1", "fire4/concat_1", "fire6/concat_1"),
    "fire5/concat_1",
    lambda image: image.flip(1) * 255 - torch.tensor((104.0, 117.0, 123.0)).view(1, 3, 1, 1),
)

# How much style counts in a descent. With a tenth of it L-BFGS hardly leaves the photograph, with
# ten times as much it forgets it.
STYLE_WEIGHT = 10.0


class Photograph(NamedTuple):
    name: str
    image: Tensor


class Judge:
    """Compares feature maps and plain Gram matrices, every layer relative to what it is compared
    with, so that all have a say.
    """

    def __init__(self, data: Path, sight: Sight, bfloat16: bool = False) -> None:
        """In bfloat16 losses are the same to a hundredth, and there sooner on processors that
        compute in it.
        """
        self.sight, self.bfloat16 = sight, bfloat16
        self.contents: dict[str, Tensor] = {}
        self.network = eye.LossNetwork(
            data / sight.network, tuple(dict.fromkeys((*sight.style, sight.content)))
        )

    def see(self, image: Tensor) -> dict[str, Tensor]:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            seen = self.network(self.sight.prepare(image))
        return {layer: features.float() for layer, features in seen.items()}

    def content(self, image: Tensor) -> Tensor:
        with torch.no_grad():
            return self.see(image)[self.sight.content]

    def content_of(self, photograph: Photograph) -> Tensor:
        """Looked at once: every painter is compared with it."""
        if photograph.name not in self.contents:
            self.contents[photograph.name] = self.content(photograph.image)
        return self.contents[photograph.name]

    def grams(self, image: Tensor) -> dict[str, Tensor]:
        with torch.no_grad():
            seen = self.see(image)
            return {layer: terms.gram(seen[layer]) for layer in self.sight.style}

    def parts(
        self, image: Tensor, content: Tensor, targets: dict[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Content and style."""
        seen = self.see(image)
        return terms.distance(seen[self.sight.content], content), terms.style_loss(seen, targets)

    def descend(self, photograph: Tensor, targets: dict[str, Tensor], iterations: int) -> Tensor:
        """What the objective asks for: its own descent, by L-BFGS, from the photograph."""
        content = self.content(photograph)
        image = photograph.clone(memory_format=torch.contiguous_format).requires_grad_(True)
        descent = torch.optim.LBFGS(
            [image], max_iter=iterations, tolerance_grad=0, tolerance_change=0
        )

        def evaluation() -> Tensor:
            descent.zero_grad()
            content_part, style_part = self.parts(image, content, targets)
            total = content_part + STYLE_WEIGHT * style_part
            total.backward()
            return total

        descent.step(evaluation)
        return image.detach().clamp(0, 1)


class Target:
    """A painting's Gram matrices, made when they are first wanted."""

    def __init__(self, judge: Judge, painting: Painting, data: Path) -> None:
        self.judge, self.picture = judge, painting.picture(data, LINES)
        # Results are those of this very picture: its crop is part of a style.
        self.name = (
            f"{painting.name}@{hashlib.sha256(self.picture.numpy().tobytes()).hexdigest()[:12]}"
        )
        self.made: dict[str, Tensor] = {}

    def grams(self) -> dict[str, Tensor]:
        self.made = self.made or self.judge.grams(self.picture)
        return self.made
