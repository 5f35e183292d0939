"""What lies between two styles."""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from losses import terms
from network.packages import Bank, mixed
from tables.judge import VGG16, Judge, Target
from tables.painters import PAINTINGS, held_out, painting_with, styles_of
from tables.results import Results, print_table

PHOTOS = 3
MIXES = (0.0, 0.25, 0.5, 0.75, 1.0)


def table(a: argparse.Namespace) -> None:
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
                    *(
                        name
                        for n, side in zip(pair, sides)
                        for name in (bank.styles[n].identity, side.name)
                    ),
                    photograph.name,
                )
                for photograph in photographs
            ]
        )
        curves, off = (
            measured[:, :-1].reshape(len(photographs), 2, len(MIXES)),
            measured[:, -1].max(),
        )
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
    print_table(
        ("styles", "towards the first", "towards the second", "monotone", "photographs", "ends"),
        rows,
    )


def _mixed(
    bank: Bank, judge: Judge, image: Tensor, pair: tuple[str, str], targets: list[Target]
) -> list[float]:
    """Style losses towards the first, then towards the second, and how far the ends are from the
    pure styles.
    """
    first, second = (bank.styles[name].vector for name in pair)
    curves, off = [], 0.0
    with torch.no_grad():
        for m in MIXES:
            vector = mixed(first, second, m)
            painted = painting_with(bank, vector)(image)
            seen = judge.grams(painted)
            curves.append([float(terms.apart(seen, target.grams())) for target in targets])
            if m in (0, 1):
                pure = painting_with(bank, second if m else first)(image)
                off = max(off, float((painted - pure).abs().max()))
    return [*np.array(curves).T.flatten(), off]
