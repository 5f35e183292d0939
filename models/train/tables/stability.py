"""How much of a motion is painted along."""

from __future__ import annotations

import argparse
from typing import Callable

import numpy as np
from tqdm import tqdm

from network.packages import Bank
from tables import warp
from tables.painters import Paint, classics_of, held_out, styles_of
from tables.results import Results, print_table

PHOTOS = 4


def table(a: argparse.Namespace) -> None:
    results, bank = Results(a.out), Bank(a.bank, a.threads)
    motion = a.data / "motion"
    parallax = [
        motion / "skimage_motorcycle" / f"motorcycle_{part}"
        for part in ("left.png", "right.png", "disp.npz")
    ]
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
                    row = results.get(
                        lambda: _warped(paint, pair), "stability", source, kind, identity
                    )
                    measured.setdefault(kind, {}).setdefault(identity, []).append(row)
                bar.update()
    means = {
        kind: {i: np.mean(rows, axis=0) for i, rows in of.items()} for kind, of in measured.items()
    }
    means["all, each counted alike"] = {
        i: np.mean([of[i] for of in means.values()], axis=0) for i in painters
    }
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
        print_table(
            (
                "motion",
                "unpainted",
                "ours",
                "worst style",
                *short,
                *(f"ours / {name}" for name in short),
            ),
            rows,
        )


def _warped(paint: Paint, pair: warp.Pair) -> tuple[float, float]:
    return warp.warping_error(pair, paint(pair.first), paint(pair.second))
