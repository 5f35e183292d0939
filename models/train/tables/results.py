"""What was measured, and how it is printed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable, Iterable


class Results:
    """What was measured, by name, kept in a file: nothing is measured twice, and a table can be
    printed again.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows: dict[str, list[float]] = (
            json.loads(path.read_text()) if path and path.exists() else {}
        )

    def get(self, measure: Callable[[], Iterable[float]], *name: str) -> list[float]:
        key = "/".join(name)
        if key not in self.rows:
            self.rows[key] = [float(value) for value in measure()]
            if self.path:
                beside = self.path.with_suffix(".tmp")
                beside.write_text(json.dumps(self.rows, indent=0))
                os.replace(beside, self.path)
        return self.rows[key]


def print_table(head: Iterable[str], rows: list[list[str]]) -> None:
    head = list(head)
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
