"""The network that judges what was painted.

It is an ONNX file. Its graph is small and plain, so it is walked here, node by node, with torch's
functions.
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
    """The part of an ONNX feature extractor that the wanted outputs need, frozen, differentiable in
    its input.
    """

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
            values[output] = self._run(
                op, [values.get(name) for name in inputs], inputs, attributes
            )
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
    """RGB in [0, 1], as the published weights want it: 0 to 255, less the mean of the pictures that
    they learnt from.
    """
    return image * 255 - torch.tensor((123.68, 116.779, 103.939), device=image.device).view(
        1, 3, 1, 1
    )
