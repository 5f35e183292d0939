from pathlib import Path

import numpy as np
import pytest
import torch

import evaluate
from tables import judge, loss, mix, painters
from tables.results import Results
from data.paintings import BANK
from data.pictures import load
from network.runtime import onnxruntime

STYLES = Path(__file__).resolve().parents[2] / "styles"


def test_the_objective_against_the_runtime_and_numpy(data: Path) -> None:
    image, photograph, painting = (
        load(data / "photos" / "kodak" / name)[None, :, :100, :140]
        for name in ("kodim23.png", "kodim05.png", "kodim14.png")
    )
    eye = judge.Judge(data, judge.SQUEEZENET)
    with torch.no_grad():
        content, style = eye.parts(image, eye.content(photograph), eye.grams(painting))
    session = onnxruntime.InferenceSession(
        str(data / judge.SQUEEZENET.network), providers=["CPUExecutionProvider"]
    )
    layers = [*judge.SQUEEZENET.style, judge.SQUEEZENET.content]

    def see(picture: torch.Tensor) -> list[np.ndarray]:
        values = picture.numpy()[:, ::-1] * 255 - np.array([104, 117, 123]).reshape(1, 3, 1, 1)
        return [
            layer[0]
            for layer in session.run(
                layers, {session.get_inputs()[0].name: values.astype(np.float32)}
            )
        ]

    def gram(features: np.ndarray) -> np.ndarray:
        return np.einsum("iyx,jyx->ij", features, features) / features[0].size

    seen, wanted, aim = see(image), see(photograph), see(painting)
    distances = [
        ((gram(s) - gram(a)) ** 2).sum() / (gram(a) ** 2).sum() for s, a in zip(seen[:-1], aim)
    ]
    assert float(style) == pytest.approx(np.mean(distances), rel=1e-3)
    assert float(content) == pytest.approx(
        ((seen[-1] - wanted[-1]) ** 2).sum() / (wanted[-1] ** 2).sum(), rel=1e-3
    )


def test_descent_goes_down_and_stays_a_picture(data: Path) -> None:
    photograph = load(data / "photos" / "kodak" / "kodim23.png")[None, :, :96, :96].contiguous()
    eye = judge.Judge(data, judge.VGG16)
    targets = judge.Target(eye, BANK[-1], data).grams()
    painted = eye.descend(photograph, targets, 20)
    assert painted.shape == photograph.shape and 0 <= painted.min() and painted.max() <= 1
    with torch.no_grad():
        content = eye.content(photograph)
        before, after = (eye.parts(x, content, targets) for x in (photograph, painted))
    assert after[0] + judge.STYLE_WEIGHT * after[1] < 0.9 * judge.STYLE_WEIGHT * before[1]


def test_nothing_is_measured_twice(tmp_path: Path) -> None:
    out = tmp_path / "measured.json"
    assert Results(out).get(lambda: [1, 2.5], "loss", "a") == [1, 2.5]

    def again() -> list[float]:
        raise AssertionError("measured again")

    assert Results(out).get(again, "loss", "a") == [1, 2.5]
    assert Results(out).get(lambda: [3], "loss", "b") == [3]


def test_mixes_are_measured_and_printed_again(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [
        "mix",
        str(STYLES),
        "--data",
        str(data),
        "--photos",
        "1",
        "--out",
        str(tmp_path / "m.json"),
    ]
    arguments += ["--styles", "gouache", "ink"]
    evaluate.main(arguments)
    first = capsys.readouterr().out
    assert "gouache → ink" in first
    (row,) = Results(tmp_path / "m.json").rows.values()
    assert len(row) == 2 * len(mix.MIXES) + 1
    # The end of a mix is the pure style.
    assert row[-1] < 1e-6
    evaluate.main(arguments)
    assert capsys.readouterr().out == first


def test_a_style_that_is_not_there_is_named(data: Path) -> None:
    with pytest.raises(ValueError, match="no style finger-paint"):
        evaluate.main(["mix", str(STYLES), "--data", str(data), "--styles", "finger-paint"])


def test_losses_of_two_banks_are_told_apart(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painters, "painting_with", lambda bank, vector: lambda image: image.flip(3))
    monkeypatch.setattr(loss, "painting_with", lambda bank, vector: lambda image: image.flip(3))
    arguments = [
        "loss",
        str(STYLES),
        "--against",
        str(STYLES),
        "--data",
        str(data),
        "--photos",
        "1",
        "--styles",
        "ink",
    ]
    evaluate.main([*arguments, "--out", str(tmp_path / "m.json")])
    tables = [
        line for line in capsys.readouterr().out.splitlines() if line.startswith("| Brush and Ink")
    ]
    assert len(tables) == 2  # by VGG-16, and by SqueezeNet
    for line in tables:
        plate, before, ours = (tuple(map(float, cell.split(","))) for cell in line.split("|")[2:-1])
        assert before == ours and plate[1] == 0 < ours[1] and plate[0] > 0.1


def test_descents_are_measured(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(painters, "LINES", 64)
    monkeypatch.setattr(judge, "LINES", 64)
    monkeypatch.setattr(painters, "painting_with", lambda bank, vector: lambda image: image)
    arguments = [
        "descent",
        str(STYLES),
        "--data",
        str(data),
        "--photos",
        "1",
        "--styles",
        "ink",
        "--iterations",
        "1",
        "5",
    ]
    evaluate.main(arguments)
    plate, first, last = (
        float(cell.split(",")[0])
        for cell in capsys.readouterr().out.splitlines()[-1].split("|")[2:-1]
    )
    assert plate > first > last
