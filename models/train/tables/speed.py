"""Seconds and memory, against other networks."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from network.packages import Bank
from tables.race import race
from tables.results import print_table

PHOTOS = None


def add_arguments(c: argparse.ArgumentParser) -> None:
    c.add_argument("--against", type=Path, nargs="+", required=True, help="networks, as ONNX files")
    c.add_argument("--runs", type=int, default=9)
    c.add_argument("--height", type=int, default=1080)
    c.add_argument("--width", type=int, default=1920)


def table(a: argparse.Namespace) -> None:
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
