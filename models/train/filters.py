"""Random filters: a loss network that nobody trained.

A picture may have a painting's Gram matrices by the network that it was made with, and by no other. Filters made by chance
share their blind spots with none, and one layer of them, on a picture at several sizes, sees most of what a texture is
made of (Ustyuzhaninov et al. 2016, Texture Synthesis Using Shallow Convolutional Networks with Random Filters).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from losses import beside, distance, gram

FILTERS = 32
# Side of a filter, in pixels, and the sizes at which it looks: up to an eighth, where it covers a brush stroke.
SIDE = 7
SCALES = (1.0, 0.5, 0.25, 0.125)
# Smaller pictures have no place for a filter at the smallest of sizes.
LEAST = 112
# What is black to a filter: a photograph's mean.
MIDDLE = 0.45
# How much of its own mean a filter is rid of: most look for edges and lines, and all see some colour.
EDGES = 0.7
# Of photographs, what filters see has a standard deviation of 0.6 to 1 then, at all scales.
GAIN = 5.6


class RandomFilters(nn.Module):
    """Pictures, n x 3 x height x width, to the Gram matrices of all of them together, 1 x FILTERS x FILTERS.

    Pictures are sRGB-encoded, 0 to 1; there is a matrix for every scale.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        random = torch.Generator().manual_seed(seed)
        # Every seed looks at other sizes, too.
        size = 1 - 0.5 * torch.rand((), generator=random).item()
        self.scales = tuple(size * scale for scale in SCALES)
        for index in range(len(SCALES)):
            weight = torch.randn(FILTERS, 3, SIDE, SIDE, generator=random)
            weight = weight - EDGES * weight.mean((2, 3), keepdim=True)
            self.register_buffer(f"weight{index}", GAIN * weight / (3 * SIDE * SIDE) ** 0.5)

    def forward(self, image: Tensor) -> list[Tensor]:
        grams = []
        for weight, scale in zip(self.buffers(), self.scales):
            resized = F.interpolate(image, scale_factor=scale, mode="bilinear", antialias=True)
            grams.append(gram(beside(F.relu(F.conv2d(resized - MIDDLE, weight)).float())))
        return grams


def texture_loss(seen: list[Tensor], aim: list[Tensor]) -> Tensor:
    """Distance of the matrices, mean over scales."""
    return torch.stack([distance(s, a) for s, a in zip(seen, aim)]).mean()
