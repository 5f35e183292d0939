"""What "painted like this, of that" means in numbers: the losses of Gatys et al. 2016 and Johnson et al. 2016.

The loss network is an ONNX file. Its graph is small and plain, so it is walked here, node by node, with torch's functions.
"""

from __future__ import annotations

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

# VGG-16 (Simonyan and Zisserman 2015), with the layers that Johnson et al. took of it.
VGG16 = "encoders/vgg16_features.onnx"
STYLE_LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
CONTENT_LAYER = "relu3_3"
# The layers of brush and edges, which are compared at full size, too.
FINE_LAYERS = STYLE_LAYERS[:2]


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
        self.nodes = [
            (
                node.op_type,
                list(node.input),
                node.output[0],
                {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute},
            )
            for node in graph.node
        ]

    def forward(self, image: Tensor, outputs: tuple[str, ...] | None = None) -> dict[str, Tensor]:
        """By name, what is wanted: all that it was made for, or less."""
        outputs = outputs or self.outputs
        needed, steps = set(outputs), []
        for node in reversed(self.nodes):
            if node[2] in needed:
                needed |= set(node[1])
                steps.insert(0, node)
        # Where a tensor is needed last. What is kept longer adds up to gigabytes for a painting.
        last = {name: index for index, step in enumerate(steps) for name in step[1]}
        values = {self.input: image}
        for index, (op, inputs, output, attributes) in enumerate(steps):
            values[output] = self._run(op, [values.get(name) for name in inputs], inputs, attributes)
            for name in inputs:
                if last[name] == index and name not in outputs:
                    values.pop(name, None)
        return {name: values[name] for name in outputs}

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


def for_vgg(image: Tensor) -> Tensor:
    """RGB in [0, 1], as the published weights want it: 0 to 255, less the mean of the pictures that they learnt from."""
    return image * 255 - torch.tensor((123.68, 116.779, 103.939), device=image.device).view(1, 3, 1, 1)


def halved(image: Tensor) -> Tensor:
    return F.avg_pool2d(image, 2)


def gram(features: Tensor) -> Tensor:
    """Which features occur together, wherever that is: G = F Fᵀ / (h w), one matrix per picture (Gatys et al. 2015)."""
    n, c, h, w = features.shape
    flat = features.reshape(n, c, h * w)
    return torch.bmm(flat, flat.transpose(1, 2)).float() / (h * w)


def style_loss(features: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
    """Distance of the Gram matrices, each relative to its target, so that no layer drowns the others; mean of the layers.

    Several pictures are parts of one. A painting has even regions and busy ones, and so has a frame: where every part is held
    to the statistics of a whole painting, an even sky is filled with blobs of all its colours.
    """
    return apart({layer: gram(features[layer]).mean(0, keepdim=True) for layer in targets}, targets)


def apart(grams: dict[str, Tensor], targets: dict[str, Tensor]) -> Tensor:
    """Of Gram matrices, the style loss."""
    return sum(distance(grams[layer], target) for layer, target in targets.items()) / len(targets)


def distance(seen: Tensor, aim: Tensor) -> Tensor:
    """Squared distance, in squares of the aim: of feature maps, the content loss."""
    return (seen - aim).square().sum() / aim.square().sum()


def variation(image: Tensor) -> Tensor:
    """Mean squared difference of neighbours (the total variation of Johnson et al. 2016): salt, and a weave of pixels."""
    return (image.diff(dim=2)).square().mean() + (image.diff(dim=3)).square().mean()


def tone(image: Tensor, cell: int = 16) -> Tensor:
    """Luma (Rec. 709 weights), with brush strokes averaged away."""
    weights = torch.tensor([0.2126, 0.7152, 0.0722], device=image.device).view(1, 3, 1, 1)
    return F.avg_pool2d((image * weights).sum(1, keepdim=True), cell)


def tone_loss(painted: Tensor, plate: Tensor, shift: Tensor) -> Tensor:
    """Light stays light and dark stays dark, against the plate's tone, shifted.

    The other losses do not see it: a style's norms make one brightness of day and night, and of a face and the dark behind it.
    """
    return F.mse_loss(tone(painted), (tone(plate) + shift).clamp(0, 1))
