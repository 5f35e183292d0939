from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import export
from data.paintings import BANK
from losses import eye
from network.test_painter import tiny
from data.pictures import data_folder


@pytest.fixture(scope="session", autouse=True)
def threads() -> None:
    torch.set_num_threads(2)


@pytest.fixture(scope="session")
def data() -> Path:
    """The data folder, which is not part of the repository."""
    folder = data_folder()
    if not (folder / "photos" / "kodak").is_dir():
        pytest.skip(f"no photographs, paintings and loss networks at {folder}: set IMPASTO_DATA")
    return folder


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that a run takes: photographs and paintings of noise, and a loss network of
    VGG-16's layers that is thin.
    """
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for place, count in (("photos/kodak/kodim{}.png", 3), ("paintings/{}.png", 2)):
        for index in range(count):
            path = folder / place.format(index)
            path.parent.mkdir(parents=True, exist_ok=True)
            coarse = random.integers(0, 256, (12, 16, 3), np.uint8)
            Image.fromarray(coarse).resize((320, 240), Image.BICUBIC).save(path)
    (folder / "encoders").mkdir()
    torch.manual_seed(0)
    layers: list[torch.nn.Module] = []
    width, names = 3, []
    for block, convolutions in enumerate((2, 2, 3, 3), 1):
        for index in range(1, convolutions + 1):
            layers += [torch.nn.Conv2d(width, 4 * block, 3, padding=1), torch.nn.ReLU()]
            width = 4 * block
            names.append(f"relu{block}_{index}")
        layers.append(torch.nn.MaxPool2d(2))

    class Thin(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.Sequential(*layers[:-1])

        def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
            seen = []
            for layer in self.layers:
                x = layer(x)
                seen += [x] if isinstance(layer, torch.nn.ReLU) else []
            return seen

    export.write_graph(
        Thin(),
        {"image": torch.rand(1, 3, 64, 64)},
        names,
        folder / eye.VGG16,
        {"image": {2: "height", 3: "width"}},
    )
    return folder


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network and two styles."""
    network = tiny()
    folder = export.write_network(
        network, network.styles[0].detach(), tmp_path_factory.mktemp("packages")
    )
    for painting, style in zip(BANK, network.styles):
        export.write_style(painting, style, folder, folder.parent)
    return folder.parent
