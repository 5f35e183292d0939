"""Gatys' objective of what several painters make of photographs."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from data.paintings import Painting
from losses import terms
from tables.judge import Judge, Photograph, Target
from tables.painters import Paint
from tables.results import Results


class Gatys:
    """Measures the objective of one style, by a judge, of what several painters make of
    photographs.
    """

    def __init__(self, results: Results, judge: Judge, painting: Painting, data: Path) -> None:
        self.results, self.judge, self.target = results, judge, Target(judge, painting, data)

    def of(self, photograph: Photograph, painter: str, paint: Paint) -> list[float]:
        """Content and style."""

        def parts() -> tuple[Tensor, Tensor]:
            image = paint(photograph.image)
            with torch.no_grad():
                return self.judge.parts(
                    image, self.judge.content_of(photograph), self.target.grams()
                )

        return self.results.get(
            parts, "loss", self.judge.sight.network, self.target.name, photograph.name, painter
        )

    def unpainted(self, photograph: Photograph, grams: dict[str, Tensor]) -> list[float]:
        """Content and style of the photograph itself, of which these are the Gram matrices."""
        return [0.0, float(terms.apart(grams, self.target.grams()))]
