import json
from pathlib import Path

import numpy as np
import onnx
import torch

import encoder
from losses import eye
from network.runtime import onnxruntime

SHIPPED = Path(__file__).resolve().parents[1] / "styles" / encoder.NAME


def test_layers_have_their_channels_and_sizes() -> None:
    seen = encoder.Encoder()(torch.rand(1, 3, 72, 104))
    assert [tuple(s.shape[1:]) for s in seen] == [
        (16, 72, 104),
        (32, 36, 52),
        (64, 18, 26),
        (128, 9, 13),
    ]


def test_training_brings_it_nearer_to_its_teacher(data: Path) -> None:
    torch.manual_seed(0)
    small, crops = encoder.Encoder(), encoder.Crops(data, 64, 1)
    teacher = eye.LossNetwork(data / encoder.TEACHER, tuple(encoder.LAYERS))
    image = crops.batch(1000, 2)
    assert torch.equal(image, crops.batch(1000, 2))

    def off() -> float:
        with torch.no_grad():
            return float(encoder.distances(small(image), encoder.scaled(teacher(image))).mean())

    before = off()
    encoder.train(small, crops, teacher, steps=30, batch=2, rate=3e-3)
    assert off() < 0.9 * before


def test_the_package_is_plain_and_takes_its_smallest_picture(tmp_path: Path) -> None:
    folder = encoder.write(encoder.Encoder(), tmp_path)
    manifest = json.loads((folder / "encoder.json").read_text())
    graph = folder / manifest["graph"]
    assert {node.op_type for node in onnx.load(str(graph)).graph.node} <= {
        "Sub",
        "Pad",
        "Conv",
        "Relu",
        "MaxPool",
    }
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    least = manifest["input"]["minimum"]
    seen = session.run(manifest["style"], {"image": np.zeros((1, 3, least, least), np.float32)})
    assert seen[-1].shape[2] >= 3 and manifest["content"] in manifest["style"]


def test_the_shipped_encoder_sees_what_its_teacher_sees(data: Path) -> None:
    for layer, together, _ in encoder.agreement(SHIPPED, data, 1):
        assert together > 0.9, layer
