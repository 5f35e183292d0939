"""The objective, its gradient and its descent as torch has them: what the engine's are compared with.

Every line of standard input is a task: the encoder's manifest and folder, the pictures' files (raw float32,
3 x height x width) and sizes, the weights, perhaps a region of the plate (height x width) that the Gram matrices are guided
by, and what is wanted of the start: "gradient", "differences" or "descent".
Every line of standard output is an answer.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor
from torch.nn import functional as F


class Encoder:
    def __init__(self, folder: Path, manifest: dict, dtype: torch.dtype) -> None:
        self.manifest = manifest
        graph = onnx.load(str(folder / manifest["graph"])).graph
        constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        self.constants = {name: t.to(dtype) if t.is_floating_point() else t for name, t in constants.items()}
        needed, self.nodes = {manifest["content"], *manifest["style"]}, []
        for node in reversed(graph.node):
            if needed & set(node.output):
                needed |= set(node.input)
                self.nodes.insert(0, node)

    def __call__(self, picture: Tensor) -> dict[str, Tensor]:
        given = self.manifest["input"]
        x = picture.flip(1) if given["channels"] == "BGR" else picture
        low, high = given["range"]
        x = x * (high - low) + low
        x = x - torch.tensor(given.get("mean", [0.0] * 3), dtype=x.dtype).view(3, 1, 1)
        x = x / torch.tensor(given.get("std", [1.0] * 3), dtype=x.dtype).view(3, 1, 1)
        values = self.constants | {given["name"]: x}
        for node in self.nodes:
            values[node.output[0]] = run(node, [values[name] for name in node.input])
        return values


def run(node: onnx.NodeProto, x: list[Tensor]) -> Tensor:
    a = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    pads, strides = a.get("pads", [0] * 4), a.get("strides", [1, 1])
    around = [pads[1], pads[3], pads[0], pads[2]] if len(pads) == 4 else []
    match node.op_type:
        case "Conv":
            dilations, groups = a.get("dilations", [1, 1]), a.get("group", 1)
            return F.conv2d(F.pad(x[0], around), *x[1:], stride=strides, dilation=dilations, groups=groups)
        case "Relu":
            return F.relu(x[0])
        case "MaxPool":
            return F.max_pool2d(F.pad(x[0], around, value=-torch.inf), a["kernel_shape"], strides)
        case "AveragePool":
            return F.avg_pool2d(F.pad(x[0], around), a["kernel_shape"], strides)
        case "Pad":
            pads = x[1].tolist() if len(x) > 1 else pads
            mode, value = a.get("mode", b"constant").decode(), float(x[2]) if len(x) > 2 else None
            return F.pad(x[0], [pads[3], pads[7], pads[2], pads[6]], mode, value)
        case "Concat":
            return torch.cat(x, a["axis"])
        case "Add":
            return x[0] + x[1]
        case "Sub":
            return x[0] - x[1]
        case "Mul":
            return x[0] * x[1]
        case "Div":
            return x[0] / x[1]
        case "Identity" | "Dropout":
            return x[0]
    raise ValueError(node.op_type)


class Objective:
    def __init__(self, task: dict, dtype: torch.dtype) -> None:
        self.task = task
        self.encoder = Encoder(Path(task["folder"]), task["manifest"], dtype)
        with torch.no_grad():
            self.content = self.encoder(picture(task["plate"], dtype))[task["manifest"]["content"]]
            seen = self.encoder(picture(task["painting"], dtype))
            self.grams = {layer: gram(seen[layer]) for layer in task["manifest"]["style"]}
        self.region = picture(task["region"], dtype) if "region" in task else None

    def parts(self, x: Tensor) -> Tensor:
        seen, weights = self.encoder(x), self.task["weights"]
        style = sum(distance(gram(seen[layer], self.region), target) for layer, target in self.grams.items()) / len(self.grams)
        content = distance(seen[self.task["manifest"]["content"]], self.content)
        across, down = x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]
        variation = (across.square().sum() + down.square().sum()) / (x.numel() / 3)
        beyond = (x - x.clamp(8 / 255, 1 - 8 / 255)).square().sum() / (x.numel() / 3)
        smooth = weights["Variation"] * variation + weights["Confinement"] * beyond
        return torch.stack([weights["Style"] * style, weights["Content"] * content, smooth])

    def gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.clone().requires_grad_(True)
        parts = self.parts(x)
        parts.sum().backward()
        return parts.detach(), x.grad

    def differences(self, x: Tensor, every: int, step: float = 1e-6) -> list[float]:
        """Central differences, of so many values one."""
        flat, found = x.reshape(-1), []
        for i in range(0, len(flat), every):
            sides = []
            for sign in (1, -1):
                moved = flat.clone()
                moved[i] += sign * step
                sides.append(self.parts(moved.reshape(x.shape)).sum())
            found.append(float(sides[0] - sides[1]) / (2 * step))
        return found

    def descent(self, x: Tensor, iterations: int, rate: float | None) -> Tensor:
        """By Adam where there is a rate, else by L-BFGS."""
        x = x.clone().requires_grad_(True)
        if rate is None:
            descent, steps = torch.optim.LBFGS([x], max_iter=iterations, tolerance_grad=0, tolerance_change=0), 1
        else:
            descent, steps = torch.optim.Adam([x], lr=rate), iterations

        def evaluation() -> Tensor:
            descent.zero_grad()
            total = self.parts(x).sum()
            total.backward()
            return total

        for _ in range(steps):
            descent.step(evaluation)
        return x.detach()


def picture(file: dict, dtype: torch.dtype) -> Tensor:
    values = np.fromfile(file["path"], np.float32).reshape(1, -1, file["height"], file["width"])
    return torch.from_numpy(values).to(dtype)


def gram(x: Tensor, region: Tensor | None = None) -> Tensor:
    guide = torch.ones_like(x[:, :1]) if region is None else F.adaptive_avg_pool2d(region, x.shape[2:])
    flat = (x * guide / guide.square().sum().sqrt()).flatten(2)[0]
    return flat @ flat.T


def distance(x: Tensor, target: Tensor) -> Tensor:
    return (x - target).square().sum() / target.square().sum()


def answer(task: dict) -> dict:
    dtype = torch.float32 if task["wanted"] == "descent" else torch.float64
    objective, start = Objective(task, dtype), picture(task["start"], dtype)
    match task["wanted"]:
        case "gradient":
            parts, gradient = objective.gradient(start)
            return {"parts": parts.tolist(), "gradient": gradient.reshape(-1).tolist()}
        case "differences":
            with torch.no_grad():
                return {"gradient": objective.differences(start, task["every"])}
        case "descent":
            before = time.perf_counter()
            reached = objective.descent(start, task["iterations"], task.get("rate"))
            seconds = time.perf_counter() - before
            with torch.no_grad():
                return {"parts": objective.parts(reached).tolist(), "seconds": seconds}
    raise ValueError(task["wanted"])


torch.set_num_threads(2)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
