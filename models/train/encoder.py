#!/usr/bin/env python3
"""Trains the encoder that ships: a small network that sees as the loss network does, with weights
of its own.

It is taught the thin feature maps of the distilled VGG-19, on pictures that may be used for
anything: first every block by itself, on what the teacher sees below it, then all together.

python3 models/train/encoder.py --out models/styles
python3 models/train/encoder.py --out models/styles --measure
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from losses import eye
from tables.painters import held_out
from tables.results import print_table
from export import LICENCE, PHOTOGRAPHS, write_graph, write_manifest
from data.paintings import BANK
from data.pictures import Frames, data_folder
from network.runtime import onnxruntime
from train import scheduled

NAME = "sight"
# The distilled VGG-19 (Wang et al. 2020, Collaborative Distillation) has two kinds of outputs: its
# own thin feature maps, and those widened to stand for VGG's. The thin ones hold as much.
TEACHER = "encoders/cd_vgg19_16x_5SE_features_op13.onnx"
# The layers that are taught, and their channels; each but the first comes after a pooling.
LAYERS = {"relu1_1": 16, "relu2_1": 32, "relu3_1": 64, "relu4_1": 128}
# The channels of the convolutions in front of each layer's pooling.
HIDDEN: tuple[tuple[int, ...], ...] = ((), (24,), (48,), (80, 80))
# What the teacher's features are divided by: their usual size. Taught as they are, up to a hundred,
# they would not be reached by steps that suit a network's weights.
SCALES = {"relu1_1": 9.3, "relu2_1": 13.7, "relu3_1": 7.0, "relu4_1": 2.9}
# How many of the crops are of paintings: it has to see strokes, too.
PAINTED = 0.4
# How long each block learns by itself, of all steps, before they learn together.
ALONE = 0.6


class Encoder(nn.Module):
    """RGB in [0, 1], NCHW, to the feature maps of LAYERS, by a block of convolutions each."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList()
        width = 3
        for hidden, out in zip(HIDDEN, LAYERS.values(), strict=True):
            steps: list[nn.Module] = []
            for wide in hidden:
                steps += [_conv(width, wide), nn.ReLU()]
                width = wide
            if hidden:
                steps.append(nn.MaxPool2d(2))
            steps += [_conv(width, out), nn.ReLU()]
            width = out
            self.blocks.append(nn.Sequential(*steps))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        x, seen = image - 0.5, []
        for block in self.blocks:
            x = block(x)
            seen.append(x)
        return tuple(seen)

    def alone(self, image: Tensor, teacher: list[Tensor]) -> tuple[Tensor, ...]:
        """Every block by itself, on what the teacher sees below it."""
        return tuple(
            block(x) for block, x in zip(self.blocks, [image - 0.5, *teacher[:-1]], strict=True)
        )


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect")


class Crops:
    """Crops of photographs and of paintings; step n's are the same whichever steps were made before
    it.
    """

    def __init__(self, data: Path, side: int, seed: int) -> None:
        self.frames, self.side, self.seed = Frames(data, side, seed), side, seed
        self.paintings = [painting.picture(data)[0] for painting in BANK]

    def batch(self, step: int, count: int) -> Tensor:
        random = np.random.default_rng([self.seed, step])
        crops = self.frames.batch(step, count).crops
        for crop in crops:
            if random.random() < PAINTED:
                picture = self.paintings[random.integers(len(self.paintings))]
                y, x = (random.integers(length - self.side + 1) for length in picture.shape[1:])
                crop.copy_(picture[:, y : y + self.side, x : x + self.side])
        return crops


def scaled(teacher: dict[str, Tensor]) -> list[Tensor]:
    return [teacher[layer] / SCALES[layer] for layer in LAYERS]


def distances(seen: tuple[Tensor, ...], aims: list[Tensor]) -> Tensor:
    """Mean squared error of every layer, relative to how much the teacher's features vary."""
    return torch.stack(
        [
            F.mse_loss(mine, aim) / (aim - aim.mean((0, 2, 3), keepdim=True)).square().mean()
            for mine, aim in zip(seen, aims, strict=True)
        ]
    )


def train(
    encoder: Encoder, crops: Crops, teacher: nn.Module, steps: int, batch: int, rate: float
) -> None:
    optimiser = torch.optim.Adam(encoder.parameters(), lr=rate)
    mean: list[float] = []
    with tqdm(range(steps), unit="step") as bar:
        for step in bar:
            for group in optimiser.param_groups:
                group["lr"] = scheduled(rate, step, steps)
            image = crops.batch(step, batch)
            with torch.no_grad():
                aims = scaled(teacher(image))
            alone = step < ALONE * steps
            parts = distances(encoder.alone(image, aims) if alone else encoder(image), aims)
            optimiser.zero_grad()
            parts.mean().backward()
            optimiser.step()
            now = parts.tolist()
            mean = [0.98 * m + 0.02 * n for m, n in zip(mean or now, now)]
            if step % 10 == 0:
                bar.set_postfix({layer: f"{m:.4f}" for layer, m in zip(LAYERS, mean)})


def write(encoder: Encoder, out: Path) -> Path:
    """The package of an encoder, its graph checked against torch."""
    folder = out / NAME
    folder.mkdir(parents=True, exist_ok=True)
    graph = folder / f"{NAME}.onnx"
    sizes = {2: "height", 3: "width"}
    write_graph(
        encoder.eval(), {"image": torch.rand(1, 3, 64, 64)}, list(LAYERS), graph, {"image": sizes}
    )
    image = torch.rand(1, 3, 72, 104)
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = encoder(image)
    for layer, have, want in zip(
        LAYERS, session.run(list(LAYERS), {"image": image.numpy()}), expected, strict=True
    ):
        off = float(np.abs(have - want.numpy()).max())
        if off > 1e-4 * float(want.abs().max()):
            raise ValueError(f"{graph.name}: {layer} is {off:.1e} away from torch's")
    manifest = {
        "format": 1,
        "name": NAME,
        "label": "Optimise towards Style",
        "graph": graph.name,
        # Seven pixels at the last layer's eighth: what a reflection takes, and two more.
        "input": {
            "name": "image",
            "channels": "RGB",
            "range": [0, 1],
            "multipleOf": 1,
            "minimum": 32,
        },
        "style": list(LAYERS),
        "content": "relu3_1",
        "licence": LICENCE,
        "origin": "Trained by Impasto's models/train, by the distilled VGG-19 of Wang et al. 2020 (MIT), on public-domain "
        f"paintings and {PHOTOGRAPHS}.",
    }
    write_manifest(folder / "encoder.json", manifest, [graph])
    return folder


def agreement(folder: Path, data: Path, photographs: int = 4) -> list[tuple[str, float, float]]:
    """Of every layer, over photographs that nothing was trained with: how the package's features go with the teacher's,
    as correlation, and what they leave of their variance."""
    session = onnxruntime.InferenceSession(
        str(folder / f"{NAME}.onnx"), providers=["CPUExecutionProvider"]
    )
    teacher = eye.LossNetwork(data / TEACHER, tuple(LAYERS))
    rows = []
    for photograph in held_out(data, photographs):
        height, width = (side // 8 * 8 for side in photograph.image.shape[2:])
        image = photograph.image[..., :height, :width].contiguous()
        seen = tuple(
            torch.from_numpy(s) for s in session.run(list(LAYERS), {"image": image.numpy()})
        )
        with torch.no_grad():
            aims = scaled(teacher(image))
        left = distances(seen, aims).tolist()
        rows.append(
            [
                (float(np.corrcoef(s.flatten(), a.flatten())[0, 1]), off)
                for s, a, off in zip(seen, aims, left)
            ]
        )
    means = np.mean(rows, axis=0)
    return [
        (layer, float(together), float(off))
        for layer, (together, off) in zip(LAYERS, means, strict=True)
    ]


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument(
        "--data",
        type=Path,
        default=data_folder(),
        help="folder of photographs, paintings and loss networks",
    )
    p.add_argument("--out", type=Path, required=True, help="folder of the package")
    p.add_argument("--steps", type=int, default=9000)
    p.add_argument("--batch", type=int, default=3)
    p.add_argument("--side", type=int, default=112, help="of the crops, in pixels")
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument(
        "--measure", action="store_true", help="only compare the package with its teacher"
    )
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    if not a.measure:
        torch.manual_seed(a.seed)
        encoder = Encoder()
        teacher = eye.LossNetwork(a.data / TEACHER, tuple(LAYERS))
        train(encoder, Crops(a.data, a.side, a.seed), teacher, a.steps, a.batch, a.rate)
        print(f"{write(encoder, a.out)}: {sum(p.numel() for p in encoder.parameters())} weights")
    rows = [
        [layer, f"{together:.4f}", f"{off:.2%}"]
        for layer, together, off in agreement(a.out / NAME, a.data)
    ]
    print_table(("layer", "correlation", "variance left"), rows)


if __name__ == "__main__":
    main()
