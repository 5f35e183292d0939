#!/usr/bin/env python3
"""Measures packages as they are shipped, on pictures that no network was trained with; prints tables.

python3 models/train/evaluate.py loss models/styles --out build/train/measured.json
python3 models/train/evaluate.py transfer models/styles --out build/train/measured.json
python3 models/train/evaluate.py stability models/styles --out build/train/measured.json
python3 models/train/evaluate.py mix models/styles --out build/train/measured.json
python3 models/train/evaluate.py unrealness models/styles --out build/train/measured.json
python3 models/train/evaluate.py even models/styles --out build/train/measured.json
python3 models/train/evaluate.py colour models/styles --out build/train/measured.json
python3 models/train/evaluate.py speed models/styles --against CLASSIC.onnx
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Callable, Iterable, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

import losses
import warp
from judge import ITERATIONS, STYLE_WEIGHT, TRAINED_WITH, Judge, Target, objective
from network import STRIDE
from packages import Bank, Classic, mixed, strength
from paintings import BANK, Painting
from pictures import data_folder, wall
from race import race
from train import WINDOW

# Longer side of the photographs, which have 481 pixels.
SIDE = 512

CLASSICS = ("ncnn_mosaic_dyn_op13.onnx", "ncnn_candy_dyn_op13.onnx")
MIXES = (0.0, 0.25, 0.5, 0.75, 1.0)
PAINTINGS = {painting.name: painting for painting in BANK}
# Of walls: so far around what is measured the photograph is painted, too, and reflected.
BORDER = 32
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


class Photograph(NamedTuple):
    name: str
    image: Tensor


def held_out(data: Path, count: int) -> list[Photograph]:
    """The first photographs of BSDS500's validation set, which are for evaluation only."""
    photographs = []
    for path in sorted((data / "photos" / "bsds500_val").glob("*.jpg"))[:count]:
        image = Image.open(path).convert("RGB")
        scale = SIDE / max(image.size)
        image = image.resize([round(side * scale) for side in image.size], Image.LANCZOS)
        pixels = (np.asarray(image) / np.float32(255)).transpose(2, 0, 1)[None]
        photographs.append(Photograph(path.stem, torch.from_numpy(pixels.copy())))
    if not photographs:
        raise FileNotFoundError(f"no held-out photographs at {data / 'photos' / 'bsds500_val'}")
    return photographs


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
    """Measures the objective of one style, by the judge, of what several painters make of photographs."""

    def __init__(self, results: Results, judge: Judge, painting: Painting, data: Path) -> None:
        self.results, self.judge, self.target = results, judge, Target(judge, painting, data)

    def of(self, photograph: Photograph, painter: str, paint: Paint) -> list[float]:
        """Content and style."""

        def parts() -> tuple[Tensor, Tensor]:
            image = paint(photograph.image)
            with torch.no_grad():
                return self.judge.parts(image, self.judge.content(photograph.image), self.target.grams())

        return self.results.get(parts, "loss", self.target.name, photograph.name, painter)

    def descent(self, photograph: Photograph) -> list[float]:
        return self.of(photograph, "L-BFGS", lambda image: self.judge.descend(image, self.target.grams()))


def weighted(pairs: np.ndarray) -> list[str]:
    """Of painters x (content, style)."""
    return [f"{c:.2f} + {STYLE_WEIGHT * s:.2f} = {c + STYLE_WEIGHT * s:.2f}" for c, s in pairs]


def wins(pairs: np.ndarray) -> str:
    """How often the last painter is at or below the one before: of photographs x painters x (content, style)."""
    totals = objective(pairs)
    return f"{int((totals[:, -1] <= totals[:, -2]).sum())} of {len(totals)}"


def loss(a: argparse.Namespace) -> None:
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data)
    photographs = held_out(a.data, a.photos)
    styles = styles_of(bank, a.styles)
    rows = []
    with tqdm(total=len(styles) * len(photographs), unit="picture") as bar:
        for name, paint in styles.items():
            gatys, pairs, lattices = Gatys(results, judge, PAINTINGS[name], a.data), [], []
            style = bank.styles[name]
            for photograph in photographs:
                pairs.append(
                    [
                        gatys.of(photograph, "photograph", lambda image: image),
                        gatys.descent(photograph),
                        gatys.of(photograph, style.identity, paint),
                    ]
                )
                lattices += results.get(
                    lambda: [losses.lattice(paint(photograph.image), STRIDE, WINDOW)],
                    *("lattice", style.identity, photograph.name),
                )
                bar.update()
            measured = np.array(pairs)
            rows.append([style.label, *weighted(measured.mean(0)), wins(measured), f"{np.mean(lattices):.5f}"])
    print(
        f"\nGatys' objective, content + {STYLE_WEIGHT:g} × style, under SqueezeNet 1.1; means over {len(photographs)} "
        f"photographs of BSDS500, {SIDE} pixels long. L-BFGS: {ITERATIONS} iterations from the photograph.\n"
    )
    print_table(("style", "photograph", "L-BFGS", "ours", "ours ≤ L-BFGS", "lattice"), rows)
    _own_table(a, results, bank, judge, styles, photographs)


def transfer(a: argparse.Namespace) -> None:
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data)
    trainer = Judge(a.data, TRAINED_WITH)
    # Results are those of these very layers, too.
    taught = f"L-BFGS by {TRAINED_WITH.network} at {'+'.join(TRAINED_WITH.style)}"
    photographs = held_out(a.data, a.photos)
    styles = styles_of(bank, a.styles)
    rows = []
    for name, paint in tqdm(styles.items(), unit="style"):
        gatys, aim = Gatys(results, judge, PAINTINGS[name], a.data), Target(trainer, PAINTINGS[name], a.data)

        def descend(image: Tensor) -> Tensor:
            return trainer.descend(image, aim.grams())

        style = bank.styles[name]
        measured = np.array(
            [
                [
                    gatys.descent(photograph),
                    gatys.of(photograph, taught, descend),
                    gatys.of(photograph, style.identity, paint),
                ]
                for photograph in photographs
            ]
        )
        rows.append([style.label, *weighted(measured.mean(0)), wins(measured)])
    print(
        f"\nGatys' objective under SqueezeNet 1.1, means over {len(photographs)} photographs: of what {ITERATIONS} "
        "iterations of L-BFGS make by SqueezeNet itself, of what as many of the same make by the network that judged in "
        "training, and of ours.\n"
    )
    print_table(("style", "by the judge", "by the training's network", "ours", "ours ≤ the training's"), rows)


def _own_table(
    a: argparse.Namespace,
    results: Results,
    bank: Bank,
    judge: Judge,
    styles: dict[str, Paint],
    photographs: list[Photograph],
) -> None:
    """The nearest thing to the objective of a network whose painting is not at hand."""
    if len(photographs) < 2:
        return
    classics = classics_of(a)
    painters = {bank.styles[name].identity: paint for name, paint in styles.items()} | classics
    names = ",".join(photograph.name for photograph in photographs)
    measured = {
        identity: np.array(results.get(lambda: _own(judge, paint, photographs), "own", identity, names))
        for identity, paint in tqdm(painters.items(), unit="network")
    }
    ours = np.mean([parts for identity, parts in measured.items() if identity not in classics], axis=0)
    print(
        "\nThe classic networks' paintings are not in the data folder, so their objective on their own style cannot be "
        "had. Instead, for them and for ours: the objective towards the mean Gram matrices of the network's own "
        "pictures of the other photographs. It says how much content is kept and how alike a network's pictures are, "
        "not how like a painting.\n"
    )
    rows = [["ours, mean over styles", ours], *([identity.split("@")[0], measured[identity]] for identity in classics)]
    print_table(
        ("network", "content", "style", "objective"),
        [[name, f"{c:.2f}", f"{s:.3f}", f"{objective(np.array([c, s])):.2f}"] for name, (c, s) in rows],
    )


def _own(judge: Judge, paint: Paint, photographs: list[Photograph]) -> np.ndarray:
    """Content, and style towards what the network makes of the other photographs; means."""
    with torch.no_grad():
        painted = [paint(photograph.image) for photograph in photographs]
        grams = [judge.grams(image) for image in painted]
        total = {layer: sum(g[layer] for g in grams) for layer in judge.sight.style}
        rows = []
        for photograph, image, gram in zip(photographs, painted, grams):
            others = {layer: (total[layer] - gram[layer]) / (len(grams) - 1) for layer in judge.sight.style}
            rows.append(judge.parts(image, judge.content(photograph.image), others))
    return np.mean(rows, axis=0)


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
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data)
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
            content = judge.content(painted)
            curves.append([float(judge.parts(painted, content, target.grams())[1]) for target in targets])
            if m in (0, 1):
                pure = painting_with(bank, second if m else first)(image)
                off = max(off, float((painted - pure).abs().max()))
    return [*np.array(curves).T.flatten(), off]


def unrealness(a: argparse.Namespace) -> None:
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data)
    if bank.plain is None:
        raise ValueError(f"{a.bank}: the network has no plain vector, which models/train/plain.py makes")
    photographs = held_out(a.data, a.photos)
    rows = []
    for name in tqdm(styles_of(bank, a.styles), unit="style"):
        target, style = Target(judge, PAINTINGS[name], a.data), bank.styles[name]

        def parts(photograph: Photograph, u: float) -> tuple[Tensor, Tensor]:
            painted = painting_with(bank, mixed(bank.plain, style.vector, strength(u)))(photograph.image)
            with torch.no_grad():
                return judge.parts(painted, judge.content(photograph.image), target.grams())

        means = [
            np.mean(
                [
                    results.get(lambda: parts(p, u), "unrealness", target.name, p.name, style.identity, f"{u:g}")
                    for p in photographs
                ],
                axis=0,
            )
            for u in UNREALNESS
        ]
        rising = all(np.diff([content for content, _ in means]) > 0)
        rows.append([style.label, *(f"{c:.2f}, {s:.2f}" for c, s in means), "yes" if rising else "no"])
    print(
        f"\nContent and style loss at an unrealness of {', '.join(f'{u:g}' for u in UNREALNESS)}, means over {len(photographs)} "
        "photographs. Rising: the content loss, at every step.\n"
    )
    print_table(("style", *(f"{u:g}" for u in UNREALNESS), "rising"), rows)


def even(a: argparse.Namespace) -> None:
    results, bank = Results(a.out), Bank(a.bank, a.threads)
    random, sizes = torch.Generator().manual_seed(0), slice(losses.EVEN_FROM, losses.BANDS)
    # The right of every frame is a wall, as high as the photograph.
    frames = {
        photograph: torch.cat([image, wall(random, image[0], image.shape[2])[None]], 3)
        for photograph, image in held_out(a.data, a.photos)
    }
    rows = []
    for name, paint in tqdm(styles_of(bank, a.styles).items(), unit="style"):
        style, aim = bank.styles[name], losses.bands(PAINTINGS[name].picture(a.data))

        def contrasts(frame: Tensor) -> Tensor:
            painted = paint(frame)[..., BORDER:-BORDER, BORDER - frame.shape[2] : -BORDER]
            return (losses.bands(painted)[sizes].mean(1) / aim[sizes].mean(1)).sqrt()

        measured = [results.get(lambda: contrasts(f), "even", style.identity, name) for name, f in frames.items()]
        rows.append([style.label, *(f"{mean:.2f}" for mean in np.mean(measured, axis=0))])
    print(
        f"\nWhat is painted on an even wall beside each of {len(frames)} photographs: the contrast of lines so many pixels "
        "wide, of that in the painting; means.\n"
    )
    print_table(("style", *(str(2**size) for size in range(losses.BANDS)[sizes])), rows)


def colour(a: argparse.Namespace) -> None:
    results, bank = Results(a.out), Bank(a.bank, a.threads)
    photographs, rows = held_out(a.data, a.photos), []
    for name, paint in tqdm(styles_of(bank, a.styles).items(), unit="style"):
        style, aim = bank.styles[name], losses.bands(PAINTINGS[name].picture(a.data))
        measured = [
            results.get(lambda: losses.bands(paint(p.image)).flatten(), "colour", style.identity, p.name)
            for p in photographs
        ]
        seen = torch.tensor(measured).mean(0).reshape(aim.shape)
        rows.append([style.label, *(f"{ratio:.2f}" for ratio in (seen / aim).sqrt().mean(0))])
    print(
        f"\nContrast of {len(photographs)} photographs as they are painted, of that in the painting; mean of lines 1 to "
        f"{2 ** (losses.BANDS - 1)} pixels wide.\n"
    )
    print_table(("style", "light", "red – blue", "magenta – green"), rows)


def speed(a: argparse.Namespace) -> None:
    results = Results(a.out)
    ours, classic = Bank(a.bank).identity, Classic(a.against).identity
    key = "speed", ours, classic, f"{a.width}x{a.height}", f"{a.threads} threads"

    def measure() -> list[float]:
        runners = race([a.bank, a.against], a.runs, a.height, a.width, a.threads)
        return [value for r in runners for value in (min(r.seconds), float(np.median(r.seconds)), r.peak, r.anonymous)]

    rows = np.array(results.get(measure, *key)).reshape(2, 4)
    print(
        f"\nOne frame of {a.width} × {a.height}, {a.threads} threads, ONNX Runtime on the CPU; run by run in turn, "
        f"{a.runs} runs each. Memory: the most that the process held, Python and all (VmHWM), and what of it was no "
        "file after the runs (RssAnon).\n"
    )
    cells = [
        [
            name.split("@")[0],
            f"{fastest:.2f} s",
            f"{median:.2f} s",
            f"{peak / 2**20:.0f} MiB",
            f"{anonymous / 2**20:.0f} MiB",
        ]
        for name, (fastest, median, peak, anonymous) in zip((ours, classic), rows)
    ]
    ratio = ["classic / ours", *(f"{c / o:.1f}" for o, c in rows.T)]
    print_table(("network", "fastest", "median", "peak memory", "of it anonymous"), [*cells, ratio])


def print_table(head: Iterable[str], rows: list[list[str]]) -> None:
    head = list(head)
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(required=True, metavar="COMMAND")
    for run, help_, photos in (
        (loss, "Gatys' objective, against L-BFGS's descent of it", 20),
        (transfer, "what a descent by the training's network is worth to another one", 5),
        (stability, "how much of a motion is painted along", 20),
        (mix, "what lies between two styles", 5),
        (unrealness, "what lies between the plain vector and a style, and beyond", 5),
        (even, "how even walls stay", 20),
        (colour, "how much contrast there is of light and of colours", 20),
        (speed, "seconds and memory, against another network", None),
    ):
        c = commands.add_parser(run.__name__, help=help_, description=run.__doc__)
        c.set_defaults(run=run)
        c.add_argument("bank", type=Path, help="folder of packages")
        c.add_argument("--out", type=Path, help="file that keeps what was measured; what it has is not measured again")
        c.add_argument("--threads", type=int, default=2)
        if photos:
            c.add_argument("--data", type=Path, default=data_folder())
            c.add_argument("--photos", type=int, default=photos, help="how many photographs")
            c.add_argument("--styles", nargs="+", metavar="NAME", help="only these")
    commands.choices["speed"].add_argument("--against", type=Path, required=True, help="a classic network")
    commands.choices["speed"].add_argument("--runs", type=int, default=9)
    commands.choices["speed"].add_argument("--height", type=int, default=1080)
    commands.choices["speed"].add_argument("--width", type=int, default=1920)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    a.run(a)


if __name__ == "__main__":
    main()
