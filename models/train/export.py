#!/usr/bin/env python3
"""Makes packages of a checkpoint: the network, its graphs checked against torch through ONNX
Runtime, and its styles.

python3 models/train/export.py build/train/painter.pt --out models/styles
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import inspect
import json
import math
import re
import warnings
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import torch
from onnx import ModelProto, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from network.painter import (
    CELLS,
    NOISE,
    SMALL,
    STRIDE,
    Painter,
    SubPixel,
    UpConv,
    macs_per_pixel,
    small,
)
from network.packages import identity
from data.paintings import BANK, LINES, Painting
from network.runtime import onnxruntime
from network.shuffle import transposed

from onnxruntime.transformers.float16 import convert_float_to_float16
from onnxruntime.transformers.onnx_model import OnnxModel

OPSET = 13
# The exporter that newer torches do not take by themselves, and older ones have no name for.
TRACED = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
# Both sides compute in float32, with sums in another order; a step of an 8-bit picture is 4e-3.
TOLERANCE = 5e-4
# Half precision has eleven bits in every layer: single pixels may stray, but as a whole it is a
# step of an 8-bit picture.
HALF_TOLERANCE = 4e-3
NAME = "painter"
LICENCE = "CC0-1.0"
PHOTOGRAPHS = (
    "freely usable photographs: Kodak PhotoCD PCD0992, and others in the public domain or under CC0"
)


def folded(painter: Painter) -> Painter:
    shipped = copy.deepcopy(painter)
    for name in ("up1", "up2"):
        setattr(shipped, name, SubPixel.of(getattr(painter, name), bias=False))
    return shipped.eval()


class StatisticsGraph(nn.Module):
    """1 x 3 x SMALL x SMALL and the vector of a style, to the vector of what the norms do."""

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = painter

    def forward(self, picture: Tensor, style: Tensor) -> Tensor:
        return self.painter.statistics(picture, style[None])[0]


class PainterGraph(nn.Module):
    """1 x 3 x height x width and what the norms do, to the painted picture.

    Scale and shift are spelled as a batch norm of mean 0 and variance 1: ONNX Runtime does that in
    one pass, not two. What the last layers reflect is seen in the margin only, which is cut off.
    They have zeros, which cost nothing.
    """

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.painter = copy.deepcopy(painter)
        for conv in (*self.painter.wide[-2:], self.painter.up2.conv, self.painter.paint.conv):
            conv.padding_mode = "zeros"

    def forward(self, image: Tensor, norms: Tensor) -> Tensor:
        scales, shifts = (v.split(self.painter.channels) for v in norms.chunk(2))

        def norm(x: Tensor, index: int) -> Tensor:
            zeros = torch.zeros(self.painter.channels[index])
            return F.batch_norm(x, zeros, zeros + 1, scales[index], shifts[index], eps=0.0)

        return self.painter.painted(image, norm)


def read_checkpoint(path: Path) -> Painter:
    state = torch.load(path, map_location="cpu")
    network = Painter(**state["settings"])
    network.load_state_dict(state["network"])
    return network.eval()


def read_network(package: Path) -> Painter:
    """The network of a package, with a bank of no styles: what adding one to it starts from."""
    manifest = json.loads((package / "network.json").read_text())
    graph = onnx.load(str(package / manifest["graph"])).graph
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    convs = [
        [constants[name] for name in node.input[1:]]
        for node in graph.node
        if node.op_type == "Conv"
    ]
    # Widths and numbers of blocks can be told from the shapes.
    shapes = [weights[0].shape for weights in convs]
    widths = tuple(shape[0] for shape in shapes[:3])
    square = [shape[0] for shape in shapes[3:] if shape[0] == shape[1]]
    quarter, eighth = square.count(widths[1]) // 2, square.count(widths[2]) // 2
    network = Painter(widths, quarter, eighth, styles=0)
    layers = [
        *network.stem,
        *network.deep,
        network.up1,
        *network.wide,
        network.up2,
        network.paint.conv,
    ]
    with torch.no_grad():
        for layer, weights in zip(layers, convs, strict=True):
            weight, *bias = (torch.from_numpy(w.copy()) for w in weights)
            if isinstance(layer, UpConv):
                layer.unfold(weight)
            else:
                layer.weight.copy_(weight)
            if layer is network.paint.conv:
                layer.bias.copy_(*bias)
        network.light.copy_(light(package / manifest["norms"]["graph"]))
    return network.eval()


def light(path: Path) -> Tensor:
    """What a graph of statistics adds to vectors for the light of a frame."""
    constants = {t.name: t for t in onnx.load(str(path)).graph.initializer}
    if "painter.light" not in constants:  # of before there was such a thing
        return torch.zeros(())
    return torch.from_numpy(numpy_helper.to_array(constants["painter.light"]).copy())


def write_graph(
    module: nn.Module,
    inputs: dict[str, Tensor],
    outputs: list[str],
    path: Path,
    dynamic: dict | None = None,
) -> None:
    with warnings.catch_warnings():
        # torch warns about constants that it folds.
        warnings.simplefilter("ignore")
        raw = path.with_suffix(".raw")
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(raw),
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=dynamic,
            **TRACED,
        )
    # torch spells every constant pad as a dozen nodes; the runtime's basic pass folds them, in
    # standard operators.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])
    raw.unlink()
    model = onnx.load(str(path))
    used = {node.domain for node in model.graph.node}
    opsets = [opset for opset in model.opset_import if opset.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def halved(model: ModelProto) -> ModelProto:
    """The model at half precision, with its nodes in the order in which they run, as the standard
    wants them.
    """
    sorter = OnnxModel(convert_float_to_float16(model, keep_io_types=True))
    sorter.topological_sort()
    onnx.checker.check_model(sorter.model)
    return sorter.model


class Difference(NamedTuple):
    """Between two pictures with values from 0 to 1."""

    largest: float
    rms: float


def difference(painter: Painter, style: Tensor, statistics: Path, paint: Path) -> Difference:
    """What graphs paint against what torch does, over pictures of several shapes."""
    first, second = (
        onnxruntime.InferenceSession(str(p), providers=["CPUExecutionProvider"])
        for p in (statistics, paint)
    )
    random = np.random.default_rng(0)
    apart = []
    for shape in ((1, 3, 96, 160), (1, 3, 256, 128), (1, 3, 64, 64)):
        image = random.uniform(0, 1, shape).astype(np.float32)
        picture = small(torch.from_numpy(image)).numpy()
        (norms,) = first.run(None, {"picture": picture, "style": style.numpy()})
        (exported,) = second.run(None, {"image": image, "norms": norms})
        with torch.no_grad():
            expected = painter(torch.from_numpy(image), style[None]).numpy()
        if exported.shape != shape or not np.isfinite(exported).all():
            raise ValueError(f"{paint.name}: {shape} became {exported.shape}, or not finite")
        apart.append(np.abs(exported - expected).ravel())
    apart = np.concatenate(apart)
    return Difference(float(apart.max()), float(np.sqrt(np.mean(apart**2))))


def check(paint: Path, measured: float, tolerance: float) -> None:
    if measured > tolerance:
        raise ValueError(
            f"{paint.name} is {measured:.1e} away from torch's output, more than {tolerance:.1e}"
        )


def geometry(path: Path) -> tuple[int, int]:
    """Receptive field and smallest side of a graph, in input pixels, from its convolutions and
    pads.

    What the norms see, which is the whole frame, is not part of the receptive field. Depth to space
    is followed, and not the transposes that take its place in the graph for CPUs.
    """
    graph = onnx.load(str(path)).graph
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    attributes = [
        {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute} for node in graph.node
    ]

    # From the output back: how many neighbouring samples of each tensor does one output pixel need?
    needed = {graph.output[0].name: 1}
    for node, attribute in zip(reversed(graph.node), reversed(attributes)):
        samples = max(needed.get(name, 0) for name in node.output)
        if node.op_type == "Conv":
            samples = (samples - 1) * attribute["strides"][0] + attribute["kernel_shape"][0]
        elif node.op_type == "DepthToSpace":
            samples = samples // attribute["blocksize"] + 1
        for name in node.input:
            needed[name] = max(needed.get(name, 0), samples)

    # From the input on: how far apart are samples, and how many does a reflection by p need? One
    # more than p.
    step, smallest = {graph.input[0].name: Fraction(1)}, Fraction(1)
    for node, attribute in zip(graph.node, attributes):
        apart = next((step[name] for name in node.input if name in step), None)
        if apart is None:
            continue  # of the norms' branch
        if node.op_type == "Conv":
            apart *= attribute["strides"][0]
        elif node.op_type == "DepthToSpace":
            apart /= attribute["blocksize"]
        elif node.op_type == "Pad":
            smallest = max(smallest, (int(max(constants[node.input[1]])) + 1) * apart)
        step[node.output[0]] = apart
    return needed[graph.input[0].name], math.ceil(smallest / STRIDE) * STRIDE


def write_manifest(path: Path, manifest: dict, files: list[Path]) -> None:
    manifest["files"] = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def write_network(painter: Painter, style: Tensor, out: Path) -> Path:
    """The package of a network; the style is one that its graphs are checked with."""
    folder = out / NAME
    folder.mkdir(parents=True, exist_ok=True)
    statistics, paint, half = (
        folder / f"{name}.onnx" for name in ("statistics", "painter", "painter.f16")
    )
    shipped = folded(painter)
    norms = torch.zeros(len(style))
    write_graph(
        StatisticsGraph(shipped),
        {"picture": torch.rand(1, 3, SMALL, SMALL), "style": style},
        ["norms"],
        statistics,
    )
    sizes = {2: "height", 3: "width"}
    image = torch.rand(1, 3, 64, 64)
    write_graph(
        PainterGraph(shipped),
        {"image": image, "norms": norms},
        ["stylized"],
        paint,
        {"image": sizes, "stylized": sizes},
    )
    model = onnx.load(str(paint))
    onnx.save(halved(model), str(half))
    onnx.save(transposed(model), str(paint))
    single, rough = (difference(painter, style, statistics, graph) for graph in (paint, half))
    check(paint, single.largest, TOLERANCE)
    check(half, rough.rms, HALF_TOLERANCE)
    receptive, smallest = geometry(half)
    colours = {"channels": "RGB", "range": [0, 1]}
    manifest = {
        "format": 1,
        "name": NAME,
        "graph": paint.name,
        "half": half.name,
        "input": {"name": "image", **colours, "multipleOf": STRIDE, "minimum": smallest},
        "output": {"name": "stylized", **colours},
        "lines": LINES,
        "noise": {"amount": NOISE, "cells": list(CELLS)},
        "norms": {
            "graph": statistics.name,
            "picture": "picture",
            "size": SMALL,
            "style": "style",
            "length": len(style),
            "output": "norms",
            "input": "norms",
        },
        "receptiveField": receptive,
        "licence": LICENCE,
        "origin": f"Trained by Impasto's models/train from public-domain paintings and {PHOTOGRAPHS}; judged by VGG-16 "
        "(Simonyan and Zisserman, CC BY 4.0, trained on ImageNet), which is not part of it.",
    }
    write_manifest(folder / "network.json", manifest, [paint, half, statistics])
    shared = sum(p.numel() for name, p in painter.named_parameters() if name != "styles")
    print(
        f"{folder}: {shared} shared weights, {len(style)} a style ({len(style) / shared:.2%}), "
        f"{macs_per_pixel(painter) / 1e3:.1f} kMAC per pixel at 1080p, receptive field {receptive} px, "
        f"at most {single.largest:.1e} from torch; in half precision {rough.largest:.1e}, and {rough.rms:.1e} as root mean square"
    )
    return folder


def write_style(painting: Painting, style: Tensor, network: Path, out: Path) -> Path:
    """The package of a style of a network."""
    if not re.fullmatch(r"[a-z0-9-]+", painting.name):
        raise ValueError(
            f"a style's name is made of a-z, 0-9 and -, which {painting.name!r} is not"
        )
    folder = out / painting.name
    folder.mkdir(parents=True, exist_ok=True)
    vector = folder / f"{painting.name}.vector"
    vector.write_bytes(style.detach().numpy().astype("<f4").tobytes())
    manifest = {
        "format": 1,
        "name": painting.name,
        "label": painting.label,
        "network": identity(network.name, network / "network.json"),
        "vector": vector.name,
        "licence": LICENCE,
        "origin": f"{painting.work}.",
    }
    write_manifest(folder / "style.json", manifest, [vector])
    return folder


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--out", type=Path, required=True, help="folder of the packages")
    a = p.parse_args(argv)
    painter = read_checkpoint(a.checkpoint)
    vectors = painter.styles.detach()
    network = write_network(painter, vectors[0], a.out)
    for painting, vector in zip(BANK, vectors, strict=True):
        write_style(painting, vector, network, a.out)
    print(f"{a.out}: {len(vectors)} styles")


if __name__ == "__main__":
    main()
