"""Style and content loss of descents by VGG-16."""

from __future__ import annotations

import argparse

import numpy as np
from tqdm import tqdm

from network.packages import Bank
from tables.gatys import Gatys
from tables.judge import LINES, VGG16, Judge
from tables.painters import PAINTINGS, held_out, styles_of
from tables.results import Results, print_table

PHOTOS = 2


def add_arguments(c: argparse.ArgumentParser) -> None:
    c.add_argument("--iterations", type=int, nargs="+", default=[50, 256])


def table(a: argparse.Namespace) -> None:
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
        rows.append(
            [bank.styles[name].label, *(f"{s:.3f}, {c:.2f}" for c, s in np.mean(measured, axis=0))]
        )
    print(
        f"\nStyle loss, content loss by VGG-16; means over {len(photographs)} photographs, {LINES} lines.\n"
    )
    print_table(("style", "ours", *(f"L-BFGS, {n} iterations" for n in a.iterations)), rows)
