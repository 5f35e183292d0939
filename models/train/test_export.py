import hashlib
import json
import math
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

import add
import export
from network.painter import SMALL, STRIDE, Painter, small
from network.packages import Bank
from data.paintings import BANK
from data.pictures import sky
from network.runtime import onnxruntime
from network.test_painter import tiny

STYLES = Path(__file__).resolve().parents[1] / "styles"
SHIPPED = sorted(json.loads(p.read_text())["name"] for p in STYLES.glob("*/style.json"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of a small network, and of one style beside it."""
    network = tiny()
    folder = export.write_network(
        network, network.styles[0].detach(), tmp_path_factory.mktemp("export")
    )
    export.write_style(BANK[0], network.styles[0], folder, folder.parent)
    return folder


def test_another_networks_graphs_are_told_apart(package: Path) -> None:
    network, graphs = tiny(), (package / "statistics.onnx", package / "painter.onnx")
    style = network.styles[0].detach()
    assert export.difference(network, style, *graphs).largest < export.TOLERANCE
    network.stem[0].weight.data.neg_()
    assert export.difference(network, style, *graphs).largest > 100 * export.TOLERANCE
    with pytest.raises(ValueError, match="away from torch"):
        export.check(package / "painter.onnx", 0.01, export.TOLERANCE)


def test_the_graph_is_made_of_plain_layers(package: Path) -> None:
    graph = onnx.load(str(package / "painter.onnx")).graph
    plain = {"Conv", "Pad", "BatchNormalization", "Relu", "Add", "Sigmoid", "Slice", "Split"}
    assert {node.op_type for node in graph.node} == plain | {"Reshape", "Transpose", "Unsqueeze"}
    half = onnx.load(str(package / "painter.f16.onnx"))
    assert {node.op_type for node in half.graph.node} == plain | {"DepthToSpace", "Cast"}
    onnx.checker.check_model(half)


def test_a_network_can_be_read_from_its_package(package: Path) -> None:
    network, image = tiny(), torch.rand(1, 3, 48, 64)
    read = export.read_network(package)
    assert torch.allclose(
        read(image, network.styles[:1]), network(image, network.styles[:1]), atol=1e-5
    )
    assert torch.equal(add.vectors(package), network.styles[:1].detach())


def test_smallest_side_is_what_the_pads_need(package: Path) -> None:
    manifest = json.loads((package / "network.json").read_text())
    least = manifest["input"]["minimum"]
    network = tiny()
    with torch.no_grad():
        painted = network(torch.rand(1, 3, least, least), network.styles[:1])
    assert painted.shape == (1, 3, least, least) and torch.isfinite(painted).all()
    with pytest.raises(RuntimeError, match="[Pp]adding"):
        network(torch.rand(1, 3, least - STRIDE, 64), network.styles[:1])


def test_receptive_field_is_as_far_as_a_pixel_is_seen(package: Path) -> None:
    """With the norms out of the way, the gradient of one output pixel shows which input pixels it
    depends on.
    """
    receptive, _ = export.geometry(package / "painter.f16.onnx")
    network = tiny()
    widest, farthest = 0, 0
    for at in range(112, 112 + STRIDE):
        image = torch.rand(1, 3, 224, 224, requires_grad=True)
        # Far above ReLU's zeros nothing that could be seen is hidden.
        features = network.paint(network._features(image, lambda x, i: x + 100))
        features[0, :, at + 16, at + 16].sum().backward()
        seen = image.grad.abs().sum((0, 1, 2)).nonzero().flatten()
        first, last = int(seen[0]), int(seen[-1])
        widest, farthest = max(widest, last - first + 1), max(farthest, at - first, last - at)
    assert widest == receptive
    # Half of it, rounded up to the stride, is what a tile needs around itself.
    assert farthest <= math.ceil(receptive / 2 / STRIDE) * STRIDE


def test_a_name_that_is_no_folder_name_is_refused(package: Path) -> None:
    with pytest.raises(ValueError, match="Great Wave"):
        export.write_style(
            BANK[0]._replace(name="Great Wave"), torch.zeros(4), package, package.parent
        )


def test_added_style_is_a_package_and_only_its_vector_is_trained(package: Path, data: Path) -> None:
    before = {path: path.read_bytes() for path in package.iterdir()}
    arguments = "vangogh_starry_night.jpg --name mine --steps 2 --batch 1 --side 96".split()
    out = package.parent / "added"
    folder = add.main(
        [*arguments, "--network", str(package), "--data", str(data), "--out", str(out)]
    )
    check_manifest(folder / "style.json")
    assert {path: path.read_bytes() for path in package.iterdir()} == before
    vector = np.fromfile(folder / "mine.vector", "<f4")
    assert vector.shape == tiny().styles[0].shape and not np.array_equal(
        vector, add.vectors(package)[0]
    )


def check_manifest(path: Path) -> dict:
    manifest = json.loads(path.read_text())
    assert manifest["format"] == 1
    assert manifest["name"] == path.parent.name and re.fullmatch("[a-z0-9-]+", manifest["name"])
    assert manifest["origin"] and manifest["licence"]
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((path.parent / name).read_bytes()).hexdigest() == digest
    return manifest


@pytest.mark.parametrize("which", ["shipped", "new"])
def test_manifests_tell_the_truth(which: str, package: Path) -> None:
    folder = package if which == "new" else STYLES / export.NAME
    network = check_manifest(folder / "network.json")
    assert (network["receptiveField"], network["input"]["minimum"]) == export.geometry(
        folder / network["half"]
    )
    session = onnxruntime.InferenceSession(
        str(folder / network["graph"]), providers=["CPUExecutionProvider"]
    )
    assert [i.name for i in session.get_inputs()] == [
        network["input"]["name"],
        network["norms"]["input"],
    ]
    assert [o.name for o in session.get_outputs()] == [network["output"]["name"]]
    identity = f"{network['name']}@{hashlib.sha256((folder / 'network.json').read_bytes()).hexdigest()[:12]}"
    for path in folder.parent.glob("*/style.json"):
        style = check_manifest(path)
        assert style["network"] == identity and style["label"]
        vector = np.fromfile(path.parent / style["vector"], "<f4")
        assert vector.shape == (network["norms"]["length"],) and np.isfinite(vector).all()


def test_the_bank_is_shipped() -> None:
    assert SHIPPED == sorted(painting.name for painting in BANK) and len(SHIPPED) >= 16


@pytest.fixture(scope="module")
def shipped() -> Painter:
    return export.read_network(STYLES / export.NAME)


@pytest.mark.parametrize("name", SHIPPED)
def test_no_frame_on_skies(name: str, shipped: Painter) -> None:
    style = torch.from_numpy(np.fromfile(STYLES / name / f"{name}.vector", "<f4"))[None]
    random = np.random.default_rng(0)
    skies = torch.stack([sky(random, 240).clamp(0, 1) for _ in range(6)])
    with torch.no_grad():
        painted = shipped.paint_with(skies, shipped.statistics(small(skies), style.expand(6, -1)))
    busy = (
        4 * painted - sum(painted.roll(shift, axis) for shift in (1, -1) for axis in (2, 3))
    ).abs()[..., 1:-1, 1:-1]
    inner = busy[..., 16:-16, 16:-16].mean()
    for band in (busy[..., :8, :], busy[..., -8:, :], busy[..., :8], busy[..., -8:]):
        assert band.mean() < 1.5 * inner


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank(STYLES)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("level", [0.05, 0.4, 0.85])
def test_grain_on_a_flat_plate_is_not_raised_to_a_picture(
    name: str, level: float, bank: Bank
) -> None:
    """A small picture shows nothing of it, and norms might take it for all that there is to paint."""
    cell = 3
    grain = np.random.default_rng(0).normal(0, 0.03, (3, SMALL, cell, SMALL, cell))
    plate = level + (grain - grain.mean((2, 4), keepdims=True)).reshape(1, 3, SMALL * cell, -1)
    painted, even = (
        bank.paint(p.clip(0, 1).astype(np.float32), bank.styles[name].vector)
        for p in (plate, np.full_like(plate, level))
    )
    # Strokes there are, of the noise that lies over every frame: the same ones.
    assert np.sqrt(np.mean((painted - even) ** 2)) < 0.15
