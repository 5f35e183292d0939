"""The image transformation network: one feed-forward pass paints a picture.

The plan is that of Johnson et al. 2016 (Perceptual Losses for Real-Time Style Transfer): a strided stem, residual blocks
at a quarter of the resolution, and a way back up. It differs where that network is slow or leaves marks:

- about a tenth of the arithmetic: the stem halves at once, and full resolution is only visited by two thin convolutions;
- instance instead of batch normalisation (Ulyanov et al. 2016), with one scale and shift per style (Dumoulin et al. 2016,
  A Learned Representation For Artistic Style), so that a bank of styles shares every other weight;
- resize, then convolve, instead of transposed convolutions, which draw checkerboards (Odena et al. 2016);
- reflection at every border, because zeros there come out as a dark frame.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Sides of the input must be multiples of this: the stem halves twice.
STRIDE = 4


def conv(inputs: int, outputs: int, size: int, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    """A convolution that mirrors the picture at its borders."""
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, padding_mode="reflect", bias=bias)


def double(x: Tensor) -> Tensor:
    """Twice the size. Bilinear: with nearest neighbours the next convolution can tell odd pixels from even ones."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class StyleNorm(nn.Module):
    """Instance normalisation whose scale and shift belong to a style."""

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, style: int) -> Tensor:
        return F.instance_norm(x, weight=self.scale[style], bias=self.shift[style])


class NormedConv(nn.Module):
    """A convolution and its norm. No bias: the norm would take it away again."""

    def __init__(self, inputs: int, outputs: int, size: int, styles: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = conv(inputs, outputs, size, stride, bias=False)
        self.norm = StyleNorm(outputs, styles)

    def forward(self, x: Tensor, style: int) -> Tensor:
        return self.norm(self.conv(x), style)


class Residual(nn.Module):
    """Two convolutions beside a straight path; no activation after the sum (Gross and Wilber 2016)."""

    def __init__(self, width: int, styles: int) -> None:
        super().__init__()
        self.first = NormedConv(width, width, 3, styles)
        self.second = NormedConv(width, width, 3, styles)

    def forward(self, x: Tensor, style: int) -> Tensor:
        return x + self.second(F.relu(self.first(x, style)), style)


class Painter(nn.Module):
    """RGB in [0, 1], sRGB-encoded, NCHW, sides multiples of STRIDE; the output has the same shape and range."""

    def __init__(self, width: int = 40, blocks: int = 4, styles: int = 1) -> None:
        super().__init__()
        self.settings = {"width": width, "blocks": blocks, "styles": styles}
        half, full = width // 2, 12
        self.stem1 = NormedConv(3, half, 5, styles, stride=2)
        self.stem2 = NormedConv(half, width, 3, styles, stride=2)
        self.blocks = nn.ModuleList(Residual(width, styles) for _ in range(blocks))
        self.up1 = NormedConv(width, half, 3, styles)
        # One block at half the resolution costs what one at a quarter does, and here it can mend what doubling left.
        self.refine = Residual(half, styles)
        # No norm here: it would be the one that costs most, and the picture does not miss it.
        self.up2 = conv(half, full, 3)
        self.paint = conv(full, 3, 3)

    def forward(self, image: Tensor, style: int = 0) -> Tensor:
        x = F.relu(self.stem1(image, style))
        x = F.relu(self.stem2(x, style))
        for block in self.blocks:
            x = block(x, style)
        x = self.refine(F.relu(self.up1(double(x), style)), style)
        x = F.relu(self.up2(double(x)))
        return torch.sigmoid(self.paint(x))


def macs_per_pixel(network: nn.Module, height: int = 256, width: int = 256) -> float:
    """Multiply-accumulates of the convolutions per input pixel, counted while a picture passes."""
    total = 0

    def count(module: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal total
        total += output[0].numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        network(torch.zeros(1, 3, height, width))
    for hook in hooks:
        hook.remove()
    return total / (height * width)
