import json
from pathlib import Path

import torch
from torch import Tensor

import export
import plain
from network.packages import Bank
from data.paintings import BANK
from data.pictures import View
from network.test_painter import tiny


class Noise:
    """One picture again and again, in the place of Frames."""

    def batch(self, step: int, count: int) -> View:
        picture = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(1)).expand(
            count, -1, -1, -1
        )
        return View(picture[..., :48, :48], picture)


def test_it_comes_nearer_to_the_picture() -> None:
    network = tiny()

    def off(vector: Tensor) -> float:
        view = Noise().batch(0, 1)
        with torch.no_grad():
            painted = network.paint_with(view.crops, network.statistics(view.small, vector))
        return float((painted - view.crops).square().mean())

    start = network.styles[:1].detach()
    weights = network.stem[0].weight.clone()
    found = plain.train(network, Noise(), start, steps=60, batch=1, rate=0.1)
    assert off(found) < 0.8 * off(start)
    assert torch.equal(network.stem[0].weight, weights)


def test_it_goes_into_the_package_and_styles_keep_their_network(tmp_path: Path) -> None:
    network = tiny()
    package = export.write_network(network, network.styles[0].detach(), tmp_path)
    export.write_style(BANK[0], network.styles[0], package, tmp_path)
    before = Bank(tmp_path)
    for _ in range(2):  # a second time changes nothing
        plain.put(torch.arange(network.styles.shape[1], dtype=torch.float32), package)
    manifest = json.loads((package / "network.json").read_text())
    file = manifest["norms"]["plain"]
    assert (
        file in manifest["files"]
        and (package / file).stat().st_size == 4 * manifest["norms"]["length"]
    )
    after = Bank(tmp_path)
    assert after.identity != before.identity and list(after.styles) == list(before.styles) == [
        BANK[0].name
    ]
