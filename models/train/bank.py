#!/usr/bin/env python3
"""Makes the bank that ships, from nothing: trains the network, finds its plain vector, and writes
the packages.

python3 models/train/bank.py --bfloat16

It saves itself as it goes, and goes on from there when it is called again. Other arguments are
train.py's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import export
import plain
import train
from data.pictures import data_folder

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument(
        "--work",
        type=Path,
        default=ROOT / "build" / "train",
        help="folder of the checkpoint and the log",
    )
    p.add_argument(
        "--out", type=Path, default=ROOT / "models" / "styles", help="folder of the packages"
    )
    p.add_argument("--plain-steps", type=int, default=400, help="of the plain vector's training")
    p.add_argument(
        "--data",
        type=Path,
        default=data_folder(),
        help="folder of photographs, paintings and VGG-16",
    )
    a, rest = p.parse_known_args(argv)
    checkpoint, data = a.work / "painter.pt", ["--data", str(a.data)]
    train.main([*rest, *data, "--out", str(checkpoint), "--resume"])
    export.main([str(checkpoint), "--out", str(a.out)])
    plain.main([*data, "--network", str(a.out / export.NAME), "--steps", str(a.plain_steps)])


if __name__ == "__main__":
    main()
