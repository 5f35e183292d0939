#!/usr/bin/env python3
"""Makes a style package of a checkpoint: an ONNX graph, checked against torch through ONNX Runtime, and its manifest.

python3 models/train/export.py build/train/starry-night.pt --label "…" --origin "…" --out models/styles
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import re
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from network import STRIDE, Painter, macs_per_pixel

OPSET = 13
# Both sides compute in float32, with sums in another order; a step of an 8-bit picture is 4e-3.
TOLERANCE = 5e-4


# Pixels that are painted beyond every border and cut off again. Where a picture ends, a network repeats itself into dots, ten
# pixels deep and three times as busy as elsewhere; past the mirrored border they are out of sight.
MARGIN = 16


class OneStyle(nn.Module):
    """What is shipped: a network held at one of its styles, with a margin."""

    def __init__(self, network: Painter, style: int = 0) -> None:
        super().__init__()
        self.network, self.style = network, style

    def forward(self, image: Tensor) -> Tensor:
        wide = F.pad(image, [MARGIN] * 4, mode="reflect")
        return self.network(wide, self.style)[..., MARGIN:-MARGIN, MARGIN:-MARGIN]


def read(checkpoint: Path) -> OneStyle:
    state = torch.load(checkpoint, map_location="cpu")
    network = Painter(**state["settings"])
    network.load_state_dict(state["network"])
    return OneStyle(network).eval()


def write_graph(painter: OneStyle, path: Path) -> None:
    """The style's scale and shift are folded into the norms; height and width are dynamic."""
    sizes = {0: "n", 2: "height", 3: "width"}
    raw = io.BytesIO()
    with warnings.catch_warnings():
        # torch warns that instance norms normalise in evaluation too, which is what they are for.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            painter,
            torch.zeros(1, 3, 64, 64),
            raw,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["stylized"],
            dynamic_axes={"image": sizes, "stylized": sizes},
        )
    # torch spells every constant pad as a dozen nodes; the runtime's basic pass folds them, in standard operators.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(raw.getvalue(), options, providers=["CPUExecutionProvider"])
    model = onnx.load(str(path))
    used = {node.domain for node in model.graph.node}
    opsets = [opset for opset in model.opset_import if opset.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def check_graph(painter: OneStyle, path: Path) -> float:
    """The largest difference to torch over pictures of several shapes; raises where it is too large."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    worst = 0.0
    for shape in ((1, 3, 96, 160), (1, 3, 256, 128), (2, 3, 64, 64)):
        image = random.uniform(0, 1, shape).astype(np.float32)
        (exported,) = session.run(["stylized"], {"image": image})
        with torch.no_grad():
            expected = painter(torch.from_numpy(image)).numpy()
        if exported.shape != shape or not np.isfinite(exported).all():
            raise ValueError(f"{path.name}: {shape} became {exported.shape}, or not finite")
        worst = max(worst, float(np.abs(exported - expected).max()))
    if worst > TOLERANCE:
        raise ValueError(f"{path.name} is up to {worst:.1e} away from torch's output")
    return worst


def geometry(path: Path) -> tuple[int, int]:
    """Receptive field and smallest side of a graph, in input pixels, from its convolutions, resizes and pads.

    What the norms see, which is the whole frame, is not part of the receptive field.
    """
    graph = onnx.load(str(path)).graph
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    attributes = [{a.name: onnx.helper.get_attribute_value(a) for a in node.attribute} for node in graph.node]

    # From the output back: how many neighbouring samples of each tensor does one output pixel need?
    needed = {graph.output[0].name: 1}
    for node, attribute in zip(reversed(graph.node), reversed(attributes)):
        samples = needed[node.output[0]]
        if node.op_type == "Conv":
            samples = (samples - 1) * attribute["strides"][0] + attribute["kernel_shape"][0]
        elif node.op_type == "Resize":
            samples = math.ceil((samples - 1) / constants[node.input[2]][-1]) + (
                2 if attribute["mode"] == b"linear" else 1
            )
        for name in node.input:
            needed[name] = max(needed.get(name, 0), samples)

    # From the input on: how far apart are samples, and how many does a reflection by p need? One more than p.
    step, smallest = {graph.input[0].name: Fraction(1)}, Fraction(1)
    for node, attribute in zip(graph.node, attributes):
        apart = next(step[name] for name in node.input if name in step)
        if node.op_type == "Conv":
            apart *= attribute["strides"][0]
        elif node.op_type == "Resize":
            apart /= Fraction(float(constants[node.input[2]][-1]))
        elif node.op_type == "Pad":
            smallest = max(smallest, (int(max(constants[node.input[1]])) + 1) * apart)
        step[node.output[0]] = apart
    return needed[graph.input[0].name], math.ceil(smallest / STRIDE) * STRIDE


def write_package(checkpoint: Path, name: str, label: str, origin: str, licence: str, out: Path) -> dict:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"a style's name is made of a-z, 0-9 and -, which {name!r} is not")
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    painter, graph = read(checkpoint), folder / f"{name}.onnx"
    write_graph(painter, graph)
    worst = check_graph(painter, graph)
    receptive, smallest = geometry(graph)
    manifest = {
        "format": 1,
        "name": name,
        "label": label,
        "graph": graph.name,
        "input": {"name": "image", "channels": "RGB", "range": [0, 1], "multipleOf": STRIDE, "minimum": smallest},
        "output": {"name": "stylized", "channels": "RGB", "range": [0, 1]},
        "receptiveField": receptive,
        "licence": licence,
        "origin": origin,
        "files": {graph.name: hashlib.sha256(graph.read_bytes()).hexdigest()},
    }
    (folder / "style.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    print(
        f"{folder}: {graph.stat().st_size / 1e6:.2f} MB, {macs_per_pixel(painter, 1080, 1920) / 1e3:.1f} kMAC per pixel at 1080p, "
        f"receptive field {receptive} px, at most {worst:.1e} from torch"
    )
    return manifest


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("checkpoint", type=Path)
    p.add_argument("--name", help="of the style; the checkpoint's file name by default")
    p.add_argument("--label", required=True, help="what an artist reads in the menu")
    p.add_argument("--origin", required=True, help="one sentence: which painting, which pictures")
    p.add_argument("--licence", default="CC0-1.0", help="of the weights, as an SPDX identifier")
    p.add_argument("--out", type=Path, required=True, help="folder of the style packages")
    a = p.parse_args(argv)
    write_package(a.checkpoint, a.name or a.checkpoint.stem, a.label, a.origin, a.licence, a.out)


if __name__ == "__main__":
    main()
