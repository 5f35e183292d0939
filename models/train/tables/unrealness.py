"""What lies between the plain vector and a style, and beyond."""

from __future__ import annotations

import argparse

import numpy as np
from tqdm import tqdm

from network.packages import Bank, mixed, strength
from tables.gatys import Gatys
from tables.judge import VGG16, Judge
from tables.painters import PAINTINGS, held_out, painting_with, styles_of
from tables.results import Results, print_table

PHOTOS = 2
UNREALNESS = (-2.0, 0.0, 2.0, 4.0, 6.0, 8.0)


def table(a: argparse.Namespace) -> None:
    results, bank, judge = Results(a.out), Bank(a.bank, a.threads), Judge(a.data, VGG16, a.bfloat16)
    if bank.plain is None:
        raise ValueError(
            f"{a.bank}: the network has no plain vector, which models/train/plain.py makes"
        )
    photographs = held_out(a.data, a.photos)
    rows = []
    for name in tqdm(styles_of(bank, a.styles), unit="style"):
        gatys, style = Gatys(results, judge, PAINTINGS[name], a.data), bank.styles[name]
        means = []
        for u in UNREALNESS:
            paint = painting_with(bank, mixed(bank.plain, style.vector, strength(u)))
            means.append(
                np.mean(
                    [gatys.of(p, f"{style.identity} at {u:g}", paint) for p in photographs], axis=0
                )
            )
        rising = all(np.diff([content for content, _ in means]) > 0)
        rows.append(
            [style.label, *(f"{c:.2f}, {s:.2f}" for c, s in means), "yes" if rising else "no"]
        )
    print(
        f"\nContent and style loss at an unrealness of {', '.join(f'{u:g}' for u in UNREALNESS)}, means over {len(photographs)} "
        "photographs. Rising: the content loss, at every step.\n"
    )
    print_table(("style", *(f"{u:g}" for u in UNREALNESS), "rising"), rows)
