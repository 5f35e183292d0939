#!/usr/bin/env python3
"""Makes the bank that ships, from nothing: trains the network, finds its plain vector, and writes the packages.

python3 models/train/bank.py --bfloat16

It saves itself as it goes, and goes on from there when it is called again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import export
import plain
import train

ROOT = Path(__file__).resolve().parents[2]


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", type=Path, default=ROOT / "build" / "train", help="folder of the checkpoint and the log")
    p.add_argument("--out", type=Path, default=ROOT / "models" / "styles", help="folder of the packages")
    p.add_argument("--plain-steps", type=int, default=400, help="of the plain vector's training")
    a, rest = p.parse_known_args(argv)
    checkpoint = a.work / "painter.pt"
    train.main([*rest, "--out", str(checkpoint), "--resume"])
    export.main([str(checkpoint), "--out", str(a.out)])
    plain.main(["--network", str(a.out / export.NAME), "--steps", str(a.plain_steps), *_of(rest, "--data")])


def _of(arguments: list[str], option: str) -> list[str]:
    """The option and its value, where it is among the arguments."""
    at = arguments.index(option) if option in arguments else len(arguments)
    return arguments[at : at + 2]


if __name__ == "__main__":
    main()
