"""Style and content loss of every style."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from network.packages import Bank
from tables.gatys import Gatys
from tables.judge import LINES, SQUEEZENET, VGG16, Judge
from tables.painters import PAINTINGS, held_out, painting_with, styles_of
from tables.results import Results, print_table

PHOTOS = 20


def add_arguments(c: argparse.ArgumentParser) -> None:
    c.add_argument("--against", type=Path, help="folder of another bank's packages")


def table(a: argparse.Namespace) -> None:
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
                    [
                        gatys.unpainted(p, grams),
                        *(gatys.of(p, who, by) for who, by in painters.items()),
                    ]
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
        print(
            f"\nStyle loss, content loss by {title}; means over {len(photographs)} photographs, {LINES} lines.\n"
        )
        print_table(("style", *heads), rows)
