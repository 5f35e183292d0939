"""How much each loss counts. The flags of a run are made of this."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, field, fields

from torch import Tensor


def weight(default: float, of: str) -> float:
    return field(default=default, metadata={"of": of})


@dataclass(frozen=True)
class Weights:
    """By the name of the loss."""

    content: float = weight(1.5, "the content loss")
    style: float = weight(5.0, "the style loss, at half size")
    coarse: float = weight(3.0, "the style loss at a quarter")
    fine: float = weight(1.0, "the style loss of brush and edges, at full size")
    tone: float = weight(30.0, "light stays light and dark stays dark")
    stability: float = weight(10.0, "a moved, noisy view is painted alike")
    variation: float = weight(2.0, "the total variation")
    lattice: float = weight(500.0, "no grid of two pixels")

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        for f in fields(cls):
            parser.add_argument(
                f"--{f.name}", type=float, default=f.default, help=f"weight of: {f.metadata['of']}"
            )

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> Weights:
        return cls(**{f.name: getattr(arguments, f.name) for f in fields(cls)})

    def total(self, parts: dict[str, Tensor]) -> Tensor:
        """The loss of a step, of its parts, of which there is one for every weight."""
        weights = asdict(self)
        if weights.keys() != parts.keys():
            raise ValueError(f"there are weights of {list(weights)}, and losses {list(parts)}")
        return sum(weights[name] * part for name, part in parts.items())
