import hashlib
import json
import math
import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import export
import losses
from network import STRIDE, Painter
from pictures import sky
from train import WINDOW

STYLES = Path(__file__).resolve().parents[1] / "styles"
PACKAGES = sorted(STYLES.glob("*/style.json"))


def random_network() -> Painter:
    torch.manual_seed(0)
    network = Painter(8, 2)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.endswith(("scale", "shift")):
                weight.uniform_(0.5, 1.5)
    return network


def random_painter() -> export.OneStyle:
    return export.OneStyle(random_network()).eval()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    network = random_network()
    torch.save({"settings": network.settings, "network": network.state_dict()}, folder / "test-style.pt")
    export.write_package(folder / "test-style.pt", "test-style", "Test", "nowhere", "CC0-1.0", folder)
    return folder / "test-style"


def test_the_graph_paints_what_torch_paints(package: Path) -> None:
    assert export.check_graph(random_painter(), package / "test-style.onnx") < export.TOLERANCE


def test_another_networks_graph_is_told_apart(package: Path) -> None:
    torch.manual_seed(1)
    with pytest.raises(ValueError, match="away from torch"):
        export.check_graph(export.OneStyle(Painter(8, 2)), package / "test-style.onnx")


def test_the_graph_is_made_of_plain_layers(package: Path) -> None:
    graph = onnx.load(str(package / "test-style.onnx")).graph
    plain = {"Conv", "Pad", "InstanceNormalization", "Relu", "Add", "Resize", "Sigmoid", "Slice"}
    assert {node.op_type for node in graph.node} == plain
    assert all(node.attribute for node in graph.node if node.op_type == "Pad")


def test_smallest_side_is_what_the_pads_need(package: Path) -> None:
    manifest = json.loads((package / "style.json").read_text())
    session = onnxruntime.InferenceSession(str(package / "test-style.onnx"), providers=["CPUExecutionProvider"])
    least = manifest["input"]["minimum"]
    (painted,) = session.run(None, {"image": np.random.rand(1, 3, least, least).astype(np.float32)})
    assert painted.shape == (1, 3, least, least) and np.isfinite(painted).all()
    with pytest.raises(RuntimeError, match="[Pp]adding"):
        random_painter()(torch.rand(1, 3, least - STRIDE, 64))


class Ignored(torch.nn.Module):
    def forward(self, x: torch.Tensor, style: int) -> torch.Tensor:
        return x


def test_receptive_field_is_as_far_as_a_pixel_is_seen(package: Path) -> None:
    """With the norms out of the way, the gradient of one output pixel shows which input pixels it depends on."""
    receptive, _ = export.geometry(package / "test-style.onnx")
    network = random_network()
    for module in list(network.modules()):
        if hasattr(module, "norm"):
            module.norm = Ignored()
    widest, farthest = 0, 0
    for at in range(80, 80 + STRIDE):
        image = torch.rand(1, 3, 160, 160, requires_grad=True)
        network(image)[0, :, at, at].sum().backward()
        seen = image.grad.abs().sum((0, 1, 2)).nonzero().flatten()
        first, last = int(seen[0]), int(seen[-1])
        widest, farthest = max(widest, last - first + 1), max(farthest, at - first, last - at)
    assert widest == receptive
    # Half of it, rounded up to the stride, is what a tile needs around itself.
    assert farthest <= math.ceil(receptive / 2 / STRIDE) * STRIDE


def test_a_name_that_is_no_folder_name_is_refused(package: Path) -> None:
    with pytest.raises(ValueError, match="Great Wave"):
        export.write_package(package.parent / "test-style.pt", "Great Wave", "", "", "", package.parent)


def test_some_style_is_shipped() -> None:
    assert PACKAGES


@pytest.mark.parametrize("path", [*PACKAGES, "new"], ids=lambda p: p if isinstance(p, str) else p.parent.name)
def test_manifest_tells_the_truth(path: Path | str, package: Path) -> None:
    path = package / "style.json" if path == "new" else path
    manifest = json.loads(path.read_text())
    graph = path.parent / manifest["graph"]
    assert manifest["format"] == 1
    assert manifest["name"] == path.parent.name and re.fullmatch("[a-z0-9-]+", manifest["name"])
    assert manifest["label"] and manifest["origin"] and manifest["licence"]
    assert manifest["files"] == {graph.name: hashlib.sha256(graph.read_bytes()).hexdigest()}
    assert graph.stat().st_size < 4_000_000
    assert (manifest["receptiveField"], manifest["input"]["minimum"]) == export.geometry(graph)
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == [manifest["input"]["name"]]
    assert [o.name for o in session.get_outputs()] == [manifest["output"]["name"]]
    side = 16 * manifest["input"]["multipleOf"]
    (painted,) = session.run(None, {"image": np.random.default_rng(0).random((1, 3, side, 2 * side), np.float32)})
    assert painted.shape == (1, 3, side, 2 * side)
    assert 0 <= painted.min() and painted.max() <= 1


@pytest.mark.parametrize("path", PACKAGES, ids=lambda p: p.parent.name)
def test_no_lattice_and_no_frame_on_skies(path: Path) -> None:
    manifest = json.loads(path.read_text())
    session = onnxruntime.InferenceSession(str(path.parent / manifest["graph"]), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    skies = torch.stack([sky(random, 240).clamp(0, 1) for _ in range(6)])
    painted = torch.from_numpy(session.run(None, {"image": skies.numpy()})[0])
    # The painting itself has up to 3e-4 there; networks with a visible weave had 2e-3.
    assert losses.lattice(painted, STRIDE, WINDOW) < 5e-4
    busy = (4 * painted - sum(painted.roll(shift, axis) for shift in (1, -1) for axis in (2, 3))).abs()[..., 1:-1, 1:-1]
    inner = busy[..., 16:-16, 16:-16].mean()
    for band in (busy[..., :8, :], busy[..., -8:, :], busy[..., :8], busy[..., -8:]):
        assert band.mean() < 1.5 * inner
