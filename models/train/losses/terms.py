"""What "painted like this, of that" means in numbers: the losses of Gatys et al. 2016 and Johnson
et al. 2016.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def halved(image: Tensor) -> Tensor:
    return F.avg_pool2d(image, 2)


def gram(features: Tensor) -> Tensor:
    """Which features occur together, wherever that is: G = F Fᵀ / (h w), one matrix per picture
    (Gatys et al. 2015).
    """
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return torch.bmm(flat, flat.transpose(1, 2)).float() / (h * w)


def style_loss(features: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
    """Distance of the Gram matrices, each relative to its target, so that no layer drowns the
    others; mean of the layers.

    Several pictures are parts of one. A painting has even regions and busy ones, and so has a
    frame: where every part is held to the statistics of a whole painting, an even sky is filled
    with blobs of all its colours.
    """
    return apart({layer: gram(features[layer]).mean(0, keepdim=True) for layer in targets}, targets)


def apart(grams: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
    """Of Gram matrices, the style loss."""
    return sum(distance(grams[layer], target) for layer, target in targets.items()) / len(targets)


def distance(seen: Tensor, aim: Tensor) -> Tensor:
    """Squared distance, in squares of the aim: of feature maps, the content loss."""
    return (seen - aim).square().sum() / aim.square().sum()


def variation(image: Tensor) -> Tensor:
    """Mean squared difference of neighbours (the total variation of Johnson et al. 2016): salt, and
    a weave of pixels.
    """
    return (image.diff(dim=2)).square().mean() + (image.diff(dim=3)).square().mean()


def tone(image: Tensor, cell: int = 16) -> Tensor:
    """Luma (Rec. 709 weights), with brush strokes averaged away."""
    weights = torch.tensor([0.2126, 0.7152, 0.0722], device=image.device).view(1, 3, 1, 1)
    return F.avg_pool2d((image * weights).sum(1, keepdim=True), cell)


def tone_loss(painted: Tensor, plate: Tensor, power: Tensor) -> Tensor:
    """Light stays light and dark stays dark, against the plate's tone, to a power: black stays
    black, white stays white.

    The other losses do not see it: a style's norms make one brightness of day and night, and of a
    face and the dark behind it.
    """
    return F.mse_loss(tone(painted), tone(plate) ** power)


def lattice(image: Tensor, cell: int = 8) -> Tensor:
    """How much the pixels of every two by two differ by their place in them, on the average of a
    cell: a grid of two pixels, which a network that makes four pixels of one falls into, and which
    nothing else has.
    """
    phases = F.pixel_unshuffle(image, 2).unflatten(1, (-1, 4))
    return F.avg_pool2d((phases - phases.mean(2, keepdim=True)).flatten(1, 2), cell).square().mean()
