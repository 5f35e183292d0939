#!/usr/bin/env python3
"""Paints a frame with several networks, run by run in turn, each in a process of its own, with its
own memory.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from network.packages import Bank, Classic

# Where programs of this folder are found.
TRAIN = Path(__file__).resolve().parents[1]


class Runner(NamedTuple):
    seconds: list[float]
    # Bytes: the most that the process ever held, and what of it at the end was not files.
    peak: int
    anonymous: int


def race(networks: list[Path], runs: int, height: int, width: int, threads: int) -> list[Runner]:
    """A network is a folder of packages, or a classic graph. The first run of each does not count."""
    command = [sys.executable, "-m", "tables.race"]
    sizes = [str(n) for n in (height, width, threads)]
    workers = [
        subprocess.Popen(
            [*command, str(path.resolve()), *sizes],
            cwd=TRAIN,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for path in networks
    ]

    def ask(worker: subprocess.Popen, what: str) -> list[str]:
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.write(what + "\n")
            worker.stdin.flush()
        answer = worker.stdout.readline().split()
        if not answer:
            raise RuntimeError(f"the process that paints with {worker.args[3]} has ended")
        return answer

    try:
        times = [[float(ask(worker, "paint")[0]) for worker in workers] for _ in range(runs + 1)]
        memory = [[int(n) for n in ask(worker, "memory")] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return [Runner([row[i] for row in times[1:]], *memory[i]) for i in range(len(workers))]


def _memory() -> str:
    """VmHWM and RssAnon of this process."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return " ".join(str(int(lines[key].split()[0]) * 1024) for key in ("VmHWM", "RssAnon"))


def _work(network: Path, height: int, width: int, threads: int) -> None:
    frame = np.random.default_rng(0).random((1, 3, height, width), np.float32)
    if network.is_dir():
        bank = Bank(network, threads)
        vector = next(iter(bank.styles.values())).vector
        paint = lambda: bank.paint(frame, vector)
    else:
        classic = Classic(network, threads)
        paint = lambda: classic.paint(frame)
    for line in sys.stdin:
        if line.strip() == "memory":
            print(_memory(), flush=True)
        else:
            start = time.perf_counter()
            paint()
            print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    _work(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:]))
