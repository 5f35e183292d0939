import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch.nn import functional as F

import export
from network.painter import CELLS, NOISE, SMALL, STRIDE, small
from network.packages import Bank, Classic, averaged, noise, strength
from data.paintings import BANK
from tables.race import race
from network.test_painter import tiny


@pytest.fixture(scope="module")
def negative(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph that takes 0 to 255, gives one minus it, and overshoots."""
    shape = [1, 3, "h", "w"]
    ports = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name in ("in", "out")
    ]
    values = [
        onnx.helper.make_tensor(name, onnx.TensorProto.FLOAT, [], [value])
        for name, value in (("a", 280.0),)
    ]
    node = onnx.helper.make_node("Sub", ["a", "in"], ["out"])
    graph = onnx.helper.make_graph([node], "negative", ports[:1], ports[1:], values)
    path = tmp_path_factory.mktemp("classic") / "negative.onnx"
    onnx.save(
        onnx.helper.make_model(
            graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8
        ),
        str(path),
    )
    return path


@pytest.mark.parametrize("size", [(48, 64), (45, 61), (17, 40)])
def test_a_bank_paints_what_torch_paints(packages: Path, size: tuple[int, int]) -> None:
    network, bank, image = tiny(), Bank(packages), torch.rand(1, 3, *size)
    assert set(bank.styles) == {painting.name for painting in BANK[:2]}
    height, width = (max(-(-side // STRIDE) * STRIDE, bank.minimum) for side in size)
    wide = F.pad(image, [0, width - size[1], 0, height - size[0]], mode="reflect")
    wide = wide + torch.from_numpy(noise(height, width, NOISE, list(CELLS)))
    for painting, style in zip(BANK, network.styles):
        with torch.no_grad():
            expected = network.paint_with(wide, network.statistics(small(image), style[None]))
        painted = bank._paint(image.numpy(), bank.styles[painting.name].vector)
        assert (
            painted.shape
            == image.shape
            == bank.paint(image.numpy(), bank.styles[painting.name].vector).shape
        )
        assert np.allclose(painted, expected[..., : size[0], : size[1]], atol=export.TOLERANCE)


def test_the_small_picture_is_that_of_training() -> None:
    for size in ((300, 451), (128, 128), (50, 70)):
        image = torch.rand(1, 3, *size)
        assert np.allclose(averaged(image.numpy(), SMALL), small(image), atol=1e-5)


def test_styles_of_another_network_are_left_out(packages: Path, tmp_path: Path) -> None:
    for path in packages.glob("*/*"):
        copy = tmp_path / path.relative_to(packages)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    manifest = tmp_path / BANK[0].name / "style.json"
    manifest.write_text(
        json.dumps(json.loads(manifest.read_text()) | {"network": "painter@000000000000"})
    )
    assert list(Bank(tmp_path).styles) == [BANK[1].name]
    (tmp_path / BANK[1].name / "style.json").unlink()
    with pytest.raises(ValueError, match="no style"):
        Bank(tmp_path)


def test_a_classic_network_is_scaled_and_clamped(negative: Path) -> None:
    image = np.linspace(0, 1, 3 * 5 * 7, dtype=np.float32).reshape(1, 3, 5, 7)
    assert np.allclose(Classic(negative).paint(image), (280 / 255 - image).clip(0, 1), atol=1e-6)


def test_a_race_measures_both(packages: Path, negative: Path) -> None:
    for runner in race([packages, negative], runs=2, height=32, width=48, threads=1):
        assert len(runner.seconds) == 2 and min(runner.seconds) > 0
        assert runner.peak >= runner.anonymous > 2**20


def test_a_race_says_who_did_not_start(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_text("no graph")
    with pytest.raises(RuntimeError, match="broken.onnx"):
        race([packages, tmp_path / "broken.onnx"], runs=1, height=32, width=48, threads=1)


def test_unrealness_leads_from_the_plain_vector_to_the_style_and_beyond() -> None:
    assert [strength(u) for u in (-2, 1, 4, 8)] == [0, 0.5, 1, 1.5]
