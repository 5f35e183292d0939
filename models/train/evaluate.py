#!/usr/bin/env python3
"""Measures packages as they are shipped, on photographs that no network was trained with; prints
tables.

python3 models/train/evaluate.py loss models/styles --out build/train/measured.json
python3 models/train/evaluate.py descent models/styles --out build/train/measured.json
python3 models/train/evaluate.py stability models/styles --out build/train/measured.json
python3 models/train/evaluate.py mix models/styles --out build/train/measured.json
python3 models/train/evaluate.py unrealness models/styles --out build/train/measured.json
python3 models/train/evaluate.py speed models/styles --against OTHER.onnx
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from data.pictures import data_folder
from tables import descent, loss, mix, speed, stability, unrealness

TABLES = (loss, descent, stability, mix, unrealness, speed)


def main(argv: list[str] | None = None) -> None:
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = p.add_subparsers(required=True, metavar="TABLE")
    for table in TABLES:
        name = table.__name__.rpartition(".")[2]
        c = commands.add_parser(name, help=table.__doc__, description=table.__doc__)
        c.set_defaults(run=table.table)
        c.add_argument("bank", type=Path, help="folder of packages")
        c.add_argument(
            "--out",
            type=Path,
            help="file that keeps what was measured; what it has is not measured again",
        )
        c.add_argument("--threads", type=int, default=2)
        if table.PHOTOS:
            c.add_argument("--data", type=Path, default=data_folder())
            c.add_argument("--bfloat16", action="store_true", help="judge in bfloat16")
            c.add_argument("--photos", type=int, default=table.PHOTOS, help="how many photographs")
            c.add_argument("--styles", nargs="+", metavar="NAME", help="only these")
        if hasattr(table, "add_arguments"):
            table.add_arguments(c)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    a.run(a)


if __name__ == "__main__":
    main()
