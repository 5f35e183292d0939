"""The image transformation network: one feed-forward pass paints a picture in any style of a bank.

The plan is that of Johnson et al. 2016 (Perceptual Losses for Real-Time Style Transfer): a strided
stem, residual blocks at low resolution, and a way back up, with one scale and shift per style in
every instance norm (Dumoulin et al. 2016, A Learned Representation For Artistic Style). It differs
where that network is slow, flickers or leaves marks:

- less than a tenth of the arithmetic. Most of it is done at an eighth of the resolution, where a brush stroke is a few
  samples long; what each level of the stem saw is added back on the way up. Channels come in the
  sixteens that CPUs compute at once;
- the norms take mean and variance from a small picture of the whole frame, not from the pixels being painted: every tile
  of a frame is painted alike, and so is every size of it;
- resize, then convolve, on the way up (Odena et al. 2016), both folded into one convolution at the lower resolution; the last
  begins as that, and learns all four pixels (Shi et al. 2016), for edges are as sharp as it can
  draw them;
- a faint noise lies over the frame, for strokes to begin from where a plate is even;
- how light the frame is moves every style's vector: the norms alone would paint day and night alike;
- reflection at every border, and a mirrored margin that is painted and cut off. Zeros there would tell the network where a
  picture ends, and it would paint a frame in the colours for which it finds no other place.
"""

from __future__ import annotations

from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from network.area import coverage

# Sides of the input must be multiples of this: the stem halves three times.
STRIDE = 8
# Pixels that are painted beyond every border and cut off again. Where a picture ends, a network
# repeats itself into dots; past the mirrored border they are out of sight.
MARGIN = 16
# Side of the small picture.
SMALL = 128
EPSILON = 1e-5
# Standard deviation of the pattern that lies over the small picture, of 1. Photographs have 0.2 to
# 0.25.
FAINT = 0.18
# How much noise lies over the frame, of 1, and how large its cells are, in pixels. They do not go
# into the stride: nothing shall lock to the network's own grid.
NOISE = 0.08
CELLS = (12, 48)

# What a norm does to the features of the layer with that index.
Norm = Callable[[Tensor, int], Tensor]


def conv(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Conv2d:
    """No bias: the norm behind it would take it away again."""
    return nn.Conv2d(
        inputs, outputs, size, stride, padding=size // 2, padding_mode="reflect", bias=False
    )


class UpConv(nn.Module):
    """Bilinear doubling and a 3 x 3 convolution of the result, as one convolution at the lower
    resolution.

    A doubled row has two phases; each tap of the convolution falls between two samples. TAPS[phase,
    tap] are the weights of the samples to the left, here and to the right.
    """

    TAPS = torch.tensor(
        [
            [[0.75, 0.25, 0.0], [0.25, 0.75, 0.0], [0.0, 0.75, 0.25]],
            [[0.25, 0.75, 0.0], [0.0, 0.75, 0.25], [0.0, 0.25, 0.75]],
        ]
    )

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Conv2d(inputs, outputs, 3).weight
        self.register_buffer("taps", self.TAPS.clone(), persistent=False)

    def folded(self) -> Tensor:
        """Weights of the convolution whose outputs are, per channel, the four pixels that one
        becomes.
        """
        weight = torch.einsum("oikl,pky,qlx->opqiyx", self.weight, self.taps, self.taps)
        return weight.reshape(-1, *weight.shape[3:])

    def unfold(self, weight: Tensor) -> None:
        """Takes back what was folded: thirty-six equations for every nine unknowns."""
        system = torch.einsum("pky,qlx->pqyxkl", self.taps, self.taps).reshape(36, 9)
        known = weight.reshape(len(self.weight), 4, -1, 9).permute(1, 3, 0, 2).reshape(36, -1)
        found = torch.linalg.lstsq(system.double(), known.double()).solution
        self.weight.copy_(found.reshape(3, 3, *self.weight.shape[:2]).permute(2, 3, 0, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(F.conv2d(F.pad(x, [1] * 4, mode="reflect"), self.folded()), 2)


class SubPixel(nn.Module):
    """A convolution whose outputs are, per channel, the four pixels that one becomes."""

    def __init__(self, inputs: int, outputs: int, bias: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, 4 * outputs, 3, padding=1, padding_mode="reflect", bias=bias)

    @classmethod
    def of(cls, up: UpConv, bias: bool) -> SubPixel:
        """One that does, to begin with, what a folded one does."""
        made = cls(up.weight.shape[1], up.weight.shape[0], bias)
        made.conv.weight.data = up.folded().detach()
        if bias:
            nn.init.zeros_(made.conv.bias)
        return made

    def forward(self, x: Tensor) -> Tensor:
        return F.pixel_shuffle(self.conv(x), 2)


class Painter(nn.Module):
    """RGB in [0, 1], sRGB-encoded, NCHW, sides multiples of STRIDE; the output has the same shape
    and range.
    """

    def __init__(
        self,
        widths: tuple[int, int, int] = (24, 48, 64),
        quarter: int = 3,
        eighth: int = 4,
        styles: int = 1,
    ) -> None:
        super().__init__()
        # Without blocks at an eighth it goes down to a quarter only.
        self.settings = {"widths": widths, "quarter": quarter, "eighth": eighth, "styles": styles}
        a, b, c = widths
        self.stem = nn.ModuleList([conv(3, a, 5, 2), conv(a, b, 3, 2)])
        # Channels of the norms in the order in which a picture meets them.
        self.channels = [a, b]
        self.deep = nn.ModuleList(conv(c, c, 3) for _ in range(2 * eighth))
        if eighth:
            self.stem.append(conv(b, c, 3, 2))
            self.up1 = UpConv(c, b)
            self.channels += [c, *[c] * 2 * eighth, b]
        self.wide = nn.ModuleList(conv(b, b, 3) for _ in range(2 * quarter))
        self.up2 = UpConv(b, a)
        self.paint = SubPixel.of(UpConv(a, 3), bias=True)
        self.channels += [*[b] * 2 * quarter, a]
        # A row is the vector of a style: all scales, then all shifts.
        length = sum(self.channels)
        self.styles = nn.Parameter(
            torch.cat([torch.ones(styles, length), torch.zeros(styles, length)], 1)
        )
        # What is added to that for a frame that is lighter than middle grey, and taken off for a
        # darker one.
        self.light = nn.Parameter(torch.zeros(2 * length))
        self.register_buffer("faint", faint(), persistent=False)

    def statistics(self, picture: Tensor, style: Tensor) -> Tensor:
        """What the norms will do, for small pictures of frames and the vectors of their styles: n x
        (scales, shifts).
        """
        style = style + (picture.mean((1, 2, 3)) - 0.5)[:, None] * self.light
        scales, shifts = (v.split(self.channels, 1) for v in style.chunk(2, 1))
        seen_scales, seen_shifts = [], []

        def norm(x: Tensor, index: int) -> Tensor:
            mean = x.mean((2, 3))
            variance = (x - mean[:, :, None, None]).square().mean((2, 3))
            scale = scales[index] * (variance + EPSILON).rsqrt()
            shift = shifts[index] - mean * scale
            seen_scales.append(scale)
            seen_shifts.append(shift)
            return x * scale[:, :, None, None] + shift[:, :, None, None]

        self._features(picture + self.faint, norm)
        return torch.cat(seen_scales + seen_shifts, 1)

    def paint_with(self, image: Tensor, norms: Tensor) -> Tensor:
        """Paints n pictures with what `statistics` said of the frames that they are parts of."""
        scales, shifts = (v.split(self.channels, 1) for v in norms.chunk(2, 1))

        def norm(x: Tensor, index: int) -> Tensor:
            return x * scales[index][:, :, None, None] + shifts[index][:, :, None, None]

        return self.painted(image, norm)

    def painted(self, image: Tensor, norm: Norm) -> Tensor:
        painted = torch.sigmoid(self.paint(self._features(image, norm)))
        return painted[..., MARGIN:-MARGIN, MARGIN:-MARGIN]

    def forward(self, image: Tensor, style: Tensor) -> Tensor:
        """Whole frames."""
        return self.paint_with(image, self.statistics(small(image), style))

    def _features(self, image: Tensor, norm: Norm) -> Tensor:
        indices = iter(range(len(self.channels)))

        def layer(module: nn.Module, x: Tensor) -> Tensor:
            return norm(module(x), next(indices))

        def residuals(convs: nn.ModuleList, x: Tensor) -> Tensor:
            # No activation after the sum (Gross and Wilber 2016).
            for first, second in zip(convs[::2], convs[1::2]):
                x = x + layer(second, F.relu(layer(first, x)))
            return x

        x = F.pad(image, [MARGIN] * 4, mode="reflect")
        half = F.relu(layer(self.stem[0], x))
        quarter = F.relu(layer(self.stem[1], half))
        x = quarter
        if self.deep:
            x = residuals(self.deep, F.relu(layer(self.stem[2], x)))
            x = F.relu(layer(self.up1, x)) + quarter
        x = residuals(self.wide, x)
        return F.relu(layer(self.up2, x)) + half


def small(frame: Tensor, side: int = SMALL) -> Tensor:
    """The small picture of frames: SMALL x SMALL cells, each the mean of the area of the frame that
    it covers.
    """
    rows, columns = (torch.from_numpy(coverage(length, side)) for length in frame.shape[-2:])
    return rows @ frame @ columns.T


def noise(count: int, height: int, width: int, random: torch.Generator) -> Tensor:
    """What lies over the frame, count x 3 x height x width, from anywhere in it: for every colour values of up to NOISE at the
    corners of cells, bilinear between those, and as much in larger cells."""
    total = torch.zeros(count, 3, height, width)
    for cell in CELLS:
        rows, columns = height // cell + 2, width // cell + 2
        corners = 2 * torch.rand(count, 3, rows + 1, columns + 1, generator=random) - 1
        smooth = F.interpolate(
            corners, scale_factor=float(cell), mode="bilinear", align_corners=False
        )
        y, x = (int(torch.randint(cell, (), generator=random)) + cell // 2 for _ in range(2))
        total += NOISE * smooth[..., y : y + height, x : x + width]
    return total


def faint(side: int = SMALL) -> Tensor:
    """What the statistics of every frame have in them: a pattern of FAINT's strength in all colours
    and at all sizes.

    The small picture of a flat plate has no contrast and no grain. Norms that make one contrast of
    all would raise the plate's own grain, which they have not seen, to that of a painting. The
    pattern's amplitudes fall with the frequency, as those of photographs do (Field 1987), so that
    to the norms a flat plate is one of little contrast.
    """
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = np.inf
    noise = np.fft.rfft2(np.random.default_rng(0).normal(size=(3, side, side)))
    pattern = np.fft.irfft2(noise / frequency, (side, side))
    return torch.from_numpy(
        (FAINT * pattern / pattern.std((1, 2), keepdims=True)).astype(np.float32)
    )


def macs_per_pixel(network: Painter, height: int = 1080, width: int = 1920) -> float:
    """Multiply-accumulates of the convolutions per pixel of a frame, the small picture and the
    margin included.
    """
    total = 0

    def count(module: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal total
        # An UpConv is computed at the lower resolution, with four times the outputs: the same
        # number.
        total += output[0].numel() * module.weight[0].numel()

    hooks = [
        m.register_forward_hook(count)
        for m in network.modules()
        if isinstance(m, (nn.Conv2d, UpConv))
    ]
    with torch.no_grad():
        network(torch.zeros(1, 3, height, width), network.styles[:1])
    for hook in hooks:
        hook.remove()
    return total / (height * width)
