#!/usr/bin/env python3
"""Measures exported graphs on photographs that no network was trained with; prints a row of a table each.

python3 models/train/evaluate.py models/styles/starry-night/starry-night.onnx --painting vangogh_starry_night.jpg
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor

import losses
from network import STRIDE
from pictures import data_folder, load
from train import WINDOW

COLUMNS = ("graph", "content", "style", "lattice", "unstable", "seconds at 1080p")


class Graph:
    """A network as it is shipped."""

    def __init__(self, path: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, image: Tensor) -> Tensor:
        return torch.from_numpy(self.session.run(None, {self.session.get_inputs()[0].name: image.numpy()})[0])


def held_out(data: Path, count: int) -> list[Tensor]:
    """Photographs for evaluation only (BSDS500), cut to sides that every stride divides."""
    paths = sorted((data / "photos" / "bsds500_val").glob("*.jpg"))[:count]
    return [load(path)[None, :, :320, :320] for path in paths]


def measure(graph: Graph, pictures: list[Tensor], data: Path, painting: Tensor) -> dict[str, float]:
    """Means over the pictures: the losses that training has, and how much one pixel of motion and grain changes."""
    layers = tuple(dict.fromkeys((*losses.STYLE_LAYERS, losses.CONTENT_LAYER)))
    eye = losses.LossNetwork(data / losses.NETWORK, layers)
    grain = torch.Generator().manual_seed(0)
    rows = []
    with torch.no_grad():
        targets = {layer: losses.statistics(f) for layer, f in eye(painting).items() if layer in losses.STYLE_LAYERS}
        for picture in pictures:
            still, moved = picture[..., :-STRIDE, :-STRIDE], picture[..., 1 : 1 - STRIDE, 1 : 1 - STRIDE]
            moved = (moved + 0.01 * torch.randn(moved.shape, generator=grain)).clamp(0, 1)
            painted, again = graph(still), graph(moved)
            seen, content = eye(painted), eye(still)[losses.CONTENT_LAYER]
            rows.append(
                [
                    losses.content_loss(seen[losses.CONTENT_LAYER], content),
                    losses.style_loss(seen, targets),
                    losses.lattice(painted, STRIDE, WINDOW),
                    (painted[..., 17:-16, 17:-16] - again[..., 16:-17, 16:-17]).square().mean().sqrt(),
                ]
            )
    return dict(zip(COLUMNS[1:], np.mean(rows, axis=0).tolist()))


def seconds(graphs: list[Graph], runs: int = 5, height: int = 1080, width: int = 1920) -> list[float]:
    """Of each graph the fastest of some runs, which is the one that other programs disturbed least; run by run in turn."""
    image, times = torch.rand(1, 3, height, width), np.empty((runs, len(graphs)))
    for run, index in np.ndindex(times.shape):
        start = time.perf_counter()
        graphs[index](image)
        times[run, index] = time.perf_counter() - start
    return times.min(0).tolist()


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("graphs", type=Path, nargs="+")
    p.add_argument("--painting", required=True, help="the name of one in the data folder's paintings/")
    p.add_argument("--painting-side", type=int, default=1100, help="shorter side of the painting, as in training")
    p.add_argument("--median", type=int, default=3, help="filter of the painting, as in training")
    p.add_argument("--against", type=Path, help="a graph of any range that is timed beside each")
    p.add_argument("--pictures", type=int, default=20)
    p.add_argument("--data", type=Path, default=data_folder())
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    pictures = held_out(a.data, a.pictures)
    painting = load(a.data / "paintings" / a.painting, a.painting_side, a.median)[None]
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for path in a.graphs:
        graph = Graph(path, a.threads)
        row = measure(graph, pictures, a.data, painting)
        raced = [graph, Graph(a.against, a.threads)] if a.against else [graph]
        cells = [f"{row[c]:.4f}" for c in COLUMNS[1:-1]] + [" against ".join(f"{s:.2f}" for s in seconds(raced))]
        print(f"| {path.stem} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
