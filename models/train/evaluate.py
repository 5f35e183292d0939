#!/usr/bin/env python3
"""Measures packages as they are shipped, on photographs that no network was trained with; prints tables.

python3 models/train/evaluate.py loss models/styles --out build/train/measured.json
python3 models/train/evaluate.py descent models/styles --out build/train/measured.json
python3 models/train/evaluate.py stability models/styles --out build/train/measured.json
python3 models/train/evaluate.py mix models/styles --out build/train/measured.json
python3 models/train/evaluate.py unrealness models/styles --out build/train/measured.json
python3 models/train/evaluate.py speed models/styles --against OTHER.onnx
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Callable, Iterable

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

import losses
import warp
from judge import LINES, SQUEEZENET, VGG16, Judge, Photograph, Target
from packages import Bank, Classic, mixed, strength
from paintings import BANK, Painting
from pictures import HELD_OUT, data_folder, load
from race import race

CLASSICS = ("ncnn_mosaic_dyn_op13.onnx", "ncnn_candy_dyn_op13.onnx")
MIXES = (0.0, 0.25, 0.5, 0.75, 1.0)
PAINTINGS = {painting.name: painting for painting in BANK}
UNREALNESS = (-2.0, 0.0, 2.0, 4.0, 6.0, 8.0)

Paint = Callable[[Tensor], Tensor]


class Results:
    """What was measured, by name, kept in a file: nothing is measured twice, and a table can be printed again."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows: dict[str, list[float]] = json.loads(path.read_text()) if path and path.exists() else {}

    def get(self, measure: Callable[[], Iterable[float]], *name: str) -> list[float]:
        key = "/".join(name)
        if key not in self.rows:
            self.rows[key] = [float(value) for value in measure()]
            if self.path:
                beside = self.path.with_suffix(".tmp")
                beside.write_text(json.dumps(self.rows, indent=0))
                os.replace(beside, self.path)
        return self.rows[key]


def held_out(data: Path, count: int) -> list[Photograph]:
    """The first photographs of those that nothing is trained with, LINES high."""
    return [Photograph(name, load(data / "photos" / "cc0" / f"{name}.jpg", LINES)[None]) for name in HELD_OUT[:count]]


def styles_of(bank: Bank, names: list[str] | None) -> dict[str, Paint]:
    """Those of these names, or all."""
    unknown = set(names or ()) - set(bank.styles)
    if unknown:
        raise ValueError(f"the bank has no style {', '.join(sorted(unknown))}; it has {', '.join(bank.styles)}")
    return {name: painting_with(bank, bank.styles[name].vector) for name in names or bank.styles}


def painting_with(bank: Bank, vector: np.ndarray) -> Paint:
    return lambda image: torch.from_numpy(bank.paint(image.numpy(), vector))


def classics_of(a: argparse.Namespace) -> dict[str, Paint]:
    """By identity."""
    networks = [Classic(a.data / "models" / name, a.threads) for name in CLASSICS]
    return {n.identity: lambda image, n=n: torch.from_numpy(n.paint(image.numpy())) for n in networks}


class Gatys:
    """Measures the objective of one style, by a judge, of what several painters make of photographs."""

    def __init__(self, results: Results, judge: Judge, painting: Painting, data: Path) -> None:
        self.results, self.judge, self.target = results, judge, Target(judge, painting, data)

    def of(self, photograph: Photograph, painter: str, paint: Paint) -> list[float]:
        """Content and style."""

        def parts() -> tuple[Tensor, Tensor]:
            image = paint(photograph.image)
            with torch.no_grad():
                return self.judge.parts(image, self.judge.content_of(photograph), self.target.grams())

        return self.results.get(parts, "loss", self.judge.sight.network, self.target.name, photograph.name, painter)

    def unpainted(self, photograph: Photograph, grams: dict[str, Tensor]) -> list[float]:
        """Content and style of the photograph itself, of which these are the Gram matrices."""
        return [0.0, float(losses.apart(grams, self.target.grams()))]


def loss(a: argparse.Namespace) -> None:
    """VGG-16 judged in training; SqueezeNet trained nothing."""
    results, bank = Results(a.out), Bank(a.bank, a.threads)
    before = Bank(a.against, a.threads) if a.against else None
    photographs, styles = held_out(a.data, a.photos), styles_of(bank, a.styles)
    heads = ["plate", *(["before"] if before else []), "ours"]
    for title, sight in (
        ("VGG-16, which judged in training", VGG16),
        ("SqueezeNet 1.1, which trained nothing", SQUEEZENET),
    ):
        judge, rows, means = Judge(a.data, sight, a.bfloat16), [], []
        plates = [judge.grams(photograph.image) for photograph in photographs]
        for name, paint in tqdm(styles.items(), unit="style"):
            gatys = Gatys(results, judge, PAINTINGS[name], a.data)
            painters = {}
            if before and name in before.styles:
                style = before.styles[name]
                painters[f"before {style.identity}"] = painting_with(before, style.vector)
            painters[bank.styles[name].identity] = paint
            measured = np.mean(
                [
                    [gatys.unpainted(p, grams), *(gatys.of(p, who, by) for who, by in painters.items())]
                    for p, grams in zip(photographs, plates)
                ],
                axis=0,
            )
            cells = [f"{s:.3f}, {c:.2f}" for c, s in measured]
            if before and len(cells) == 2:
                cells.insert(1, "–")
            else:
                means.append(measured)
            rows.append([bank.styles[name].label, *cells])
        if means:
            shown = [f"{s:.3f}, {c:.2f}" for c, s in np.mean(means, axis=0)]
            rows.append(["mean" if not before else "mean of those that were there", *shown])
        print(f"\nStyle loss, content loss by {title}; means over {len(photographs)} photographs, {LINES} lines.\n")
        print_table(("style", *heads), rows)


def descent(a: argparse.Namespace) -> None:
    """What the objective's own descent comes to, on some of the pairs."""
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data, VGG16, a.bfloat16)
    photographs, rows = held_out(a.data, a.photos), []
    for name, paint in tqdm(styles_of(bank, a.styles).items(), unit="style"):
        gatys = Gatys(results, judge, PAINTINGS[name], a.data)
        measured = []
        for photograph in photographs:
            row = [gatys.of(photograph, bank.styles[name].identity, paint)]
            for n in a.iterations:
                by = lambda image, n=n: judge.descend(image, gatys.target.grams(), n)
                row.append(gatys.of(photograph, f"L-BFGS {n}", by))
            measured.append(row)
        rows.append([bank.styles[name].label, *(f"{s:.3f}, {c:.2f}" for c, s in np.mean(measured, axis=0))])
    print(f"\nStyle loss, content loss by VGG-16; means over {len(photographs)} photographs, {LINES} lines.\n")
    print_table(("style", "ours", *(f"L-BFGS, {n} iterations" for n in a.iterations)), rows)


def stability(a: argparse.Namespace) -> None:
    results, bank = Results(a.out), Bank(a.bank, a.threads)
    motion = a.data / "motion"
    parallax = [motion / "skimage_motorcycle" / f"motorcycle_{part}" for part in ("left.png", "right.png", "disp.npz")]
    styles = styles_of(bank, a.styles)
    ours = [bank.styles[name].identity for name in styles]
    classics = classics_of(a)
    painters = dict(zip(ours, styles.values())) | classics | {"unpainted": lambda image: image}
    sources: list[tuple[str, Callable[[], dict[str, warp.Pair]]]] = [
        (photograph.name, lambda photograph=photograph: warp.known(photograph.image))
        for photograph in held_out(a.data, a.photos)
    ]
    frames = sorted((motion / "sintel_alley1_frames").glob("*.png"))
    sources += [
        (f"sintel {one.stem}", lambda pair=(one, two): {"film (Sintel)": warp.film(pair)[0]})
        for one, two in zip(frames, frames[1:])
    ]
    sources.append(("motorcycle", lambda: {"other eye (motorcycle)": warp.stereo(*parallax)}))
    # kind of motion -> painter -> (error, variance) of every pair
    measured: dict[str, dict[str, list[list[float]]]] = {}
    with tqdm(total=len(sources) * len(painters), unit="picture") as bar:
        for source, make in sources:
            pairs = make()
            for identity, paint in painters.items():
                for kind, pair in pairs.items():
                    row = results.get(lambda: _warped(paint, pair), "stability", source, kind, identity)
                    measured.setdefault(kind, {}).setdefault(identity, []).append(row)
                bar.update()
    means = {kind: {i: np.mean(rows, axis=0) for i, rows in of.items()} for kind, of in measured.items()}
    means["all, each counted alike"] = {i: np.mean([of[i] for of in means.values()], axis=0) for i in painters}
    for title, number in (
        (
            "Warping error, × 1000: mean squared difference of a painted frame and the next one, brought back along "
            "the motion",
            lambda row: 1e3 * row[0],
        ),
        (
            "The same, in per cent of the painted frame's own variance: a flat picture would not win",
            lambda row: 100 * row[0] / row[1],
        ),
    ):
        print(f"\n{title}\n")
        rows = []
        for kind, of in means.items():
            values = {identity: number(row) for identity, row in of.items()}
            own = np.array([values[identity] for identity in ours])
            mean, worst = own.mean(), int(own.argmax())
            rows.append(
                [
                    kind,
                    f"{values['unpainted']:.2f}",
                    f"{mean:.2f}",
                    f"{own[worst]:.2f} ({list(styles)[worst]})",
                    *(f"{values[identity]:.2f}" for identity in classics),
                    *(f"{mean / values[identity]:.2f}" for identity in classics),
                ]
            )
        short = [identity.split("_")[1] for identity in classics]
        print_table(("motion", "unpainted", "ours", "worst style", *short, *(f"ours / {name}" for name in short)), rows)


def _warped(paint: Paint, pair: warp.Pair) -> tuple[float, float]:
    return warp.warping_error(pair, paint(pair.first), paint(pair.second))


def mix(a: argparse.Namespace) -> None:
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data, VGG16, a.bfloat16)
    names = list(styles_of(bank, a.styles))
    if len(names) < 2:
        raise ValueError("mixing takes two styles at least")
    photographs = held_out(a.data, a.photos)
    targets = {name: Target(judge, PAINTINGS[name], a.data) for name in names}
    pairs = list(zip(names, names[1:] + names[:1])) if len(names) > 2 else [tuple(names)]
    rows = []
    for pair in tqdm(pairs, unit="pair"):
        sides = [targets[name] for name in pair]
        measured = np.array(
            [
                results.get(
                    lambda: _mixed(bank, judge, photograph.image, pair, sides),
                    "mix",
                    *(name for n, side in zip(pair, sides) for name in (bank.styles[n].identity, side.name)),
                    photograph.name,
                )
                for photograph in photographs
            ]
        )
        curves, off = measured[:, :-1].reshape(len(photographs), 2, len(MIXES)), measured[:, -1].max()
        # Away from the first, towards the second.
        steps = np.diff(curves, axis=2) * np.array([1, -1])[:, None]
        alone = (steps > 0).all((1, 2)).sum()
        mean = curves.mean(0)
        rows.append(
            [
                " → ".join(pair),
                *(" ".join(f"{value:.3f}" for value in curve) for curve in mean),
                "yes" if (steps.mean(0) > 0).all() else "no",
                f"{alone} of {len(photographs)}",
                f"{off:.0e}",
            ]
        )
    print(
        f"\nStyle loss of mixes {', '.join(f'{m:g}' for m in MIXES)} towards both styles, means over "
        f"{len(photographs)} photographs. Monotone: both losses, at every step; of the means, and of single photographs. Ends: how far "
        "pictures at 0 and 1 are from the pure styles', at most.\n"
    )
    print_table(("styles", "towards the first", "towards the second", "monotone", "photographs", "ends"), rows)


def _mixed(bank: Bank, judge: Judge, image: Tensor, pair: tuple[str, str], targets: list[Target]) -> list[float]:
    """Style losses towards the first, then towards the second, and how far the ends are from the pure styles."""
    first, second = (bank.styles[name].vector for name in pair)
    curves, off = [], 0.0
    with torch.no_grad():
        for m in MIXES:
            vector = mixed(first, second, m)
            painted = painting_with(bank, vector)(image)
            seen = judge.grams(painted)
            curves.append([float(losses.apart(seen, target.grams())) for target in targets])
            if m in (0, 1):
                pure = painting_with(bank, second if m else first)(image)
                off = max(off, float((painted - pure).abs().max()))
    return [*np.array(curves).T.flatten(), off]


def unrealness(a: argparse.Namespace) -> None:
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data, VGG16, a.bfloat16)
    if bank.plain is None:
        raise ValueError(f"{a.bank}: the network has no plain vector, which models/train/plain.py makes")
    photographs = held_out(a.data, a.photos)
    rows = []
    for name in tqdm(styles_of(bank, a.styles), unit="style"):
        gatys, style = Gatys(results, judge, PAINTINGS[name], a.data), bank.styles[name]
        means = []
        for u in UNREALNESS:
            paint = painting_with(bank, mixed(bank.plain, style.vector, strength(u)))
            means.append(np.mean([gatys.of(p, f"{style.identity} at {u:g}", paint) for p in photographs], axis=0))
        rising = all(np.diff([content for content, _ in means]) > 0)
        rows.append([style.label, *(f"{c:.2f}, {s:.2f}" for c, s in means), "yes" if rising else "no"])
    print(
        f"\nContent and style loss at an unrealness of {', '.join(f'{u:g}' for u in UNREALNESS)}, means over {len(photographs)} "
        "photographs. Rising: the content loss, at every step.\n"
    )
    print_table(("style", *(f"{u:g}" for u in UNREALNESS), "rising"), rows)


def speed(a: argparse.Namespace) -> None:
    names = [Bank(a.bank).identity, *(path.stem for path in a.against)]
    runners = race([a.bank, *a.against], a.runs, a.height, a.width, a.threads)
    print(
        f"\nOne frame of {a.width} × {a.height}, {a.threads} threads, ONNX Runtime on the CPU; run by run in turn, "
        f"{a.runs} runs each. Memory: the most that the process held, Python and all (VmHWM), and what of it was no "
        "file after the runs (RssAnon).\n"
    )
    rows = [
        [
            name,
            f"{min(r.seconds):.2f} s",
            f"{np.median(r.seconds):.2f} s",
            f"{np.median(r.seconds) / np.median(runners[0].seconds):.1f}",
            f"{r.peak / 2**20:.0f} MiB",
            f"{r.anonymous / 2**20:.0f} MiB",
        ]
        for name, r in zip(names, runners)
    ]
    print_table(("network", "fastest", "median", "of ours", "peak memory", "of it anonymous"), rows)


def print_table(head: Iterable[str], rows: list[list[str]]) -> None:
    head = list(head)
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(required=True, metavar="COMMAND")
    for run, help_, photos in (
        (loss, "style and content loss of every style", 20),
        (descent, "the same, of descents by VGG-16", 2),
        (stability, "how much of a motion is painted along", 4),
        (mix, "what lies between two styles", 3),
        (unrealness, "what lies between the plain vector and a style, and beyond", 2),
        (speed, "seconds and memory, against other networks", None),
    ):
        c = commands.add_parser(run.__name__, help=help_, description=run.__doc__)
        c.set_defaults(run=run)
        c.add_argument("bank", type=Path, help="folder of packages")
        c.add_argument("--out", type=Path, help="file that keeps what was measured; what it has is not measured again")
        c.add_argument("--threads", type=int, default=2)
        if photos:
            c.add_argument("--data", type=Path, default=data_folder())
            c.add_argument("--bfloat16", action="store_true", help="judge in bfloat16")
            c.add_argument("--photos", type=int, default=photos, help="how many photographs")
            c.add_argument("--styles", nargs="+", metavar="NAME", help="only these")
    commands.choices["loss"].add_argument("--against", type=Path, help="folder of another bank's packages")
    commands.choices["descent"].add_argument("--iterations", type=int, nargs="+", default=[50, 256])
    commands.choices["speed"].add_argument(
        "--against", type=Path, nargs="+", required=True, help="networks, as ONNX files"
    )
    commands.choices["speed"].add_argument("--runs", type=int, default=9)
    commands.choices["speed"].add_argument("--height", type=int, default=1080)
    commands.choices["speed"].add_argument("--width", type=int, default=1920)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    a.run(a)


if __name__ == "__main__":
    main()
