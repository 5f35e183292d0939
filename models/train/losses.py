"""What "painted like this, of that" means in numbers: the losses of Gatys et al. 2016 and Johnson et al. 2016.

The loss network is an ONNX file. Its graph is small and plain, so it is walked here, node by node, with torch's functions.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Iterator, NamedTuple

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

# The distilled VGG-19 (Wang et al. 2020, Collaborative Distillation) has two kinds of outputs: its own thin feature maps, and
# those widened to stand for VGG's. The thin ones hold as much, and take a third of the time.
NETWORK = "encoders/cd_vgg19_16x_5SE_features_op13.onnx"
# With weights. A painter overshoots at the deepest layer first: it draws a plate's edges, and paints, too.
STYLE_LAYERS = {"relu1_1": 1.0, "relu2_1": 1.0, "relu3_1": 1.0, "relu4_1": 1.0, "relu5_1": 2.0}
CONTENT_LAYER = "relu3_1"
# How much the covariances count in the style loss, beside the Gram matrices' 1.
COVARIANCE = 0.1
# Bands of sizes that are compared: up to broad strokes, of which a part of a frame has many.
BANDS = 5
# A band below this mean square, a step of an 8-bit picture, is taken for an empty one.
SILENT = 1e-5
# Light, red against blue, magenta against green: Ohta et al. 1980, Color Information for Region Segmentation, at length 1.
OPPONENT = F.normalize(torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [1.0, -2.0, 1.0]]))
# How much of a painting's contrast there may be on an even wall, and from which band on: finer ones are of brush and canvas.
EVEN, EVEN_FROM = 0.2, 2


class Look(NamedTuple):
    """One way to show a picture to the loss network.

    A picture may be right for a network in one look only, and wrong in every other and for every other network. So each
    step compares plate, picture and painting in another one. Xie et al. 2019, Improving Transferability of Adversarial
    Examples with Input Diversity, do it to the opposite end.
    """

    scale: float
    on_its_side: bool
    red_for_blue: bool

    def at(self, image: Tensor) -> Tensor:
        if self.scale != 1:
            image = F.interpolate(
                image,
                scale_factor=self.scale,
                mode="bilinear",
                align_corners=False,
                antialias=True,
                recompute_scale_factor=False,
            )
        if self.on_its_side:
            image = image.transpose(2, 3)
        return image.flip(1) if self.red_for_blue else image


LOOKS = tuple(Look(*look) for look in itertools.product((1.0, 0.5, 0.7, 1.4), (False, True), (False, True)))


class LossNetwork(nn.Module):
    """The part of an ONNX feature extractor that the wanted outputs need, frozen, differentiable in its input."""

    def __init__(self, path: Path, outputs: tuple[str, ...]) -> None:
        super().__init__()
        graph = onnx.load(str(path)).graph
        self.outputs = outputs
        self.input = graph.input[0].name
        self.constants: dict[str, list[int]] = {}
        for tensor in graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            if value.is_floating_point():
                self.register_buffer(_key(tensor.name), value)
            else:
                self.constants[tensor.name] = value.tolist()
        needed, self.nodes = set(outputs), []
        for node in reversed(graph.node):
            if needed & set(node.output):
                needed |= set(node.input)
                attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
                self.nodes.insert(0, (node.op_type, list(node.input), node.output[0], attributes))
        # Where a tensor is needed last. What is kept longer adds up to gigabytes for a painting.
        self.last = {name: index for index, node in enumerate(self.nodes) for name in node[1]}

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        values = {self.input: image}
        for index, (op, inputs, output, attributes) in enumerate(self.nodes):
            values[output] = self._run(op, [values.get(name) for name in inputs], inputs, attributes)
            for name in inputs:
                if self.last[name] == index and name not in self.outputs:
                    values.pop(name, None)
        return {name: values[name] for name in self.outputs}

    def _run(self, op: str, x: list[Tensor], names: list[str], attributes: dict) -> Tensor:
        pads = attributes.get("pads", [0, 0, 0, 0])
        if op == "Conv" and len(set(pads)) == 1:
            weight, bias = (getattr(self, _key(name)) for name in names[1:])
            return F.conv2d(x[0], weight, bias, attributes.get("strides", 1), pads[0])
        if op == "Relu":
            return F.relu(x[0])
        if op == "Pad" and attributes["mode"] == b"reflect":
            top, left, bottom, right = (self.constants[names[1]][i] for i in (2, 3, 6, 7))
            return F.pad(x[0], [left, right, top, bottom], mode="reflect")
        if op == "MaxPool" and not any(pads):
            return F.max_pool2d(x[0], attributes["kernel_shape"], attributes["strides"])
        if op == "Concat":
            return torch.cat(x, attributes["axis"])
        if op == "Identity":
            return x[0]
        raise ValueError(f"a loss network may not contain {op} {attributes}")


def _key(name: str) -> str:
    """Buffers of a torch module may not have dots in their names."""
    return "w_" + name.replace(".", "_").replace("/", "_")


def gram(features: Tensor) -> Tensor:
    """Which features occur together, wherever that is: G = F Fᵀ / (h w), one matrix per picture (Gatys et al. 2015)."""
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return torch.bmm(flat, flat.transpose(1, 2)) / (h * w)


class Statistics(NamedTuple):
    """A layer's Gram matrix G, and the part of it that varies, C = G - m mᵀ, m being the means of the features.

    Nearly all of G's square is in m mᵀ (98 % at relu4_1), that is, in overall colour and contrast; brush strokes are in C.
    Apart, each has its say; C a small one, for it is hard to reach and all else would be given up for it. Li et al. 2017,
    Demystifying Neural Style Transfer, compare such statistics.
    """

    gram: Tensor
    covariance: Tensor


def statistics(features: Tensor) -> Statistics:
    mean, seen = features.mean((2, 3)), gram(features)
    return Statistics(seen, seen - mean[:, :, None] * mean[:, None, :])


def pooled(features: dict[str, Tensor]) -> dict[str, Tensor]:
    """The features of several parts of a frame as those of one picture, in which they lie side by side.

    A painting has even regions and busy ones, and so has a frame. Where every part is held to the statistics of a whole
    painting, an even sky is filled with blobs of all its colours; where parts of several frames are held to them together,
    a busy frame is painted too busy, and an even one makes up for it.
    """
    return {layer: beside(f) for layer, f in features.items()}


def beside(pictures: Tensor) -> Tensor:
    """Several pictures as one, 1 x c x n h x w."""
    return torch.cat(list(pictures), 1)[None]


def style_loss(features: dict[str, Tensor], targets: dict[str, Statistics]) -> Tensor:
    """Distance of the statistics, each relative to its target, so that no layer drowns the others.

    Targets are those of each picture, or one for all.
    """
    total = sum(STYLE_LAYERS[layer] * apart(statistics(features[layer]), target) for layer, target in targets.items())
    return total / sum(STYLE_LAYERS[layer] for layer in targets)


def apart(seen: Statistics, aim: Statistics) -> Tensor:
    """Squared distances of the matrices, in squares of the aim's; mean over pictures."""
    grams, covariances = (((s - a).square().sum((1, 2)) / a.square().sum((1, 2))).mean() for s, a in zip(seen, aim))
    return grams + COVARIANCE * covariances


def distance(seen: Tensor, aim: Tensor) -> Tensor:
    """Squared distance, in squares of the aim."""
    return (seen - aim).square().sum() / aim.square().sum()


def content_loss(painted: Tensor, content: Tensor) -> Tensor:
    """Distance of the feature maps, relative to how much there is in the content's (its mean square)."""
    return distance(painted, content)


class Tone(NamedTuple):
    """Mean and spread of the coarse luminance of pictures, n x 1 x 1 x 1 both."""

    mean: Tensor
    spread: Tensor


def coarse_luminance(image: Tensor, cell: int = 8) -> Tensor:
    """Luma (Rec. 709 weights) with brush strokes averaged away."""
    weights = torch.tensor([0.2126, 0.7152, 0.0722], device=image.device).view(1, 3, 1, 1)
    return F.avg_pool2d((image * weights).sum(1, keepdim=True), cell)


def tone(image: Tensor) -> Tone:
    luminance = coarse_luminance(image)
    return Tone(luminance.mean((1, 2, 3), keepdim=True), luminance.std((1, 2, 3), keepdim=True))


def tone_loss(painted: Tensor, content: Tensor, aim: Tone) -> Tensor:
    """Light stays light and dark stays dark: the content's coarse luminance, moved and stretched to the painting's.

    The feature losses do not see this, and spread a painting's darkest paint over any even sky. Nearly flat pictures are
    stretched to at most twice their own contrast.
    """
    seen = tone(content)
    gain = (aim.spread / seen.spread.clamp(min=1e-6)).clamp(max=2)
    target = aim.mean + (coarse_luminance(content) - seen.mean) * gain
    return F.mse_loss(coarse_luminance(painted), target)


def pyramid(pictures: Tensor) -> Iterator[Tensor]:
    """The bands of a Laplacian pyramid (Burt and Adelson 1983): lines a pixel wide, two pixels, four, up to 2^(BANDS - 1)."""
    for _ in range(BANDS):
        coarse = F.avg_pool2d(pictures, 2)
        yield pictures - F.interpolate(coarse, pictures.shape[-2:], mode="bilinear", align_corners=False)
        pictures = coarse


def bands(pictures: Tensor) -> Tensor:
    """How much pictures have of every size, all of them together: the mean squares of the pyramid's bands, BANDS x OPPONENT.

    In RGB light drowns colour: the same painters drew twice as much of green against magenta as there was in their paintings.
    """
    opponent = torch.einsum("oc,nchw->nohw", OPPONENT.to(pictures.device), pictures)
    return torch.stack([band.square().mean((0, 2, 3)) for band in pyramid(opponent)])


def bands_loss(seen: Tensor, aim: Tensor) -> Tensor:
    """How much more contrast the bands have than the painting's, relative to those.

    Heeger and Bergen 1995 match such bands; what is too little is left to the other losses, for a plate may be even. Feature
    losses hardly see how large something is that has the right shape, and a painter that they teach draws up to twice as
    much of the finest sizes as there is in a painting of broad strokes.
    """
    return F.relu(((seen + SILENT) / (aim + SILENT)).sqrt() - 1).square().mean()


def even_loss(painted: Tensor, wall: Tensor, aim: Tensor) -> Tensor:
    """How much more contrast there is anywhere on painted walls than the wall's own and EVEN of the painting's; aim is its bands.

    The style losses are glad of a painting's second colour wherever there is room for it, and an even wall or a clear sky
    has room: what little it varies by was raised to patches.
    """
    excess = []
    for band, own, most in itertools.islice(zip(pyramid(painted), pyramid(wall), aim.mean(1)), EVEN_FROM, None):
        contrast, plain = (((local(b) + SILENT) / (most + SILENT)).sqrt() for b in (band, own))
        excess.append(F.relu(contrast - plain - EVEN).square().mean())
    return torch.stack(excess).mean()


def local(band: Tensor) -> Tensor:
    """How much of a size is at each place, n x 1 x h x w: the mean square of a band about it."""
    return F.avg_pool2d(band.square().mean(1, keepdim=True), 3, 1, 1, count_include_pad=False)


def lattice(image: Tensor, period: int, window: int) -> Tensor:
    """What repeats with the network's own period: of all pixels of a window, the mean of those with the same place in a
    cell of period x period, and how much that varies with the place.

    A painting knows nothing of the grid that a network works on, so there this is next to nothing: 2e-4 for The Starry
    Night with cells of 4 and windows of 48. Networks left alone draw dots and weaves locked to the grid, however they
    upsample: 2e-3.
    """
    n, c, h, w = image.shape
    rows, columns, cells = h // window, w // window, window // period
    tiles = image[..., : rows * window, : columns * window].reshape(n, c, rows, cells, period, columns, cells, period)
    cell = tiles.mean((3, 6))
    return (cell - cell.mean((3, 5), keepdim=True)).square().mean()
