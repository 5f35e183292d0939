from pathlib import Path

import numpy as np
import pytest
import torch

import evaluate
import judge
from paintings import BANK
from pictures import load
from runtime import onnxruntime

STYLES = Path(__file__).resolve().parents[1] / "styles"


def test_the_objective_against_the_runtime_and_numpy(data: Path) -> None:
    image, photograph, painting = (
        load(data / "photos" / "kodak" / name)[None, :, :100, :140]
        for name in ("kodim23.png", "kodim05.png", "kodim14.png")
    )
    eye = judge.Judge(data)
    with torch.no_grad():
        content, style = eye.parts(image, eye.content(photograph), eye.grams(painting))
    session = onnxruntime.InferenceSession(str(data / judge.SQUEEZENET.network), providers=["CPUExecutionProvider"])
    layers = [*judge.SQUEEZENET.style, judge.SQUEEZENET.content]

    def see(picture: torch.Tensor) -> list[np.ndarray]:
        values = picture.numpy()[:, ::-1] * 255 - np.array([104, 117, 123]).reshape(1, 3, 1, 1)
        return [layer[0] for layer in session.run(layers, {session.get_inputs()[0].name: values.astype(np.float32)})]

    def gram(features: np.ndarray) -> np.ndarray:
        return np.einsum("iyx,jyx->ij", features, features) / features[0].size

    seen, wanted, aim = see(image), see(photograph), see(painting)
    distances = [((gram(s) - gram(a)) ** 2).sum() / (gram(a) ** 2).sum() for s, a in zip(seen[:-1], aim)]
    assert float(style) == pytest.approx(np.mean(distances), rel=1e-3)
    assert float(content) == pytest.approx(((seen[-1] - wanted[-1]) ** 2).sum() / (wanted[-1] ** 2).sum(), rel=1e-3)


def test_descent_goes_down_and_stays_a_picture(data: Path) -> None:
    photograph = load(data / "photos" / "kodak" / "kodim23.png")[None, :, :96, :96].contiguous()
    eye = judge.Judge(data)
    targets = judge.Target(eye, BANK[-1], data).grams()
    painted = eye.descend(photograph, targets)
    assert painted.shape == photograph.shape and 0 <= painted.min() and painted.max() <= 1
    with torch.no_grad():
        content = eye.content(photograph)
        before, after = (judge.objective(np.array(eye.parts(x, content, targets))) for x in (photograph, painted))
    assert after < 0.9 * before


def test_nothing_is_measured_twice(tmp_path: Path) -> None:
    out = tmp_path / "measured.json"
    assert evaluate.Results(out).get(lambda: [1, 2.5], "loss", "a") == [1, 2.5]

    def again() -> list[float]:
        raise AssertionError("measured again")

    assert evaluate.Results(out).get(again, "loss", "a") == [1, 2.5]
    assert evaluate.Results(out).get(lambda: [3], "loss", "b") == [3]


def test_mixes_are_measured_and_printed_again(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["mix", str(STYLES), "--data", str(data), "--photos", "1", "--out", str(tmp_path / "m.json")]
    arguments += ["--styles", "gouache", "ink"]
    evaluate.main(arguments)
    first = capsys.readouterr().out
    assert "gouache → ink" in first
    (row,) = evaluate.Results(tmp_path / "m.json").rows.values()
    assert len(row) == 2 * len(evaluate.MIXES) + 1
    # The end of a mix is the pure style.
    assert row[-1] < 1e-6
    evaluate.main(arguments)
    assert capsys.readouterr().out == first


def test_a_wall_has_the_contrast_that_is_painted_on_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    painting = evaluate.PAINTINGS["ink"].picture(data)

    def like(gain: float) -> evaluate.Paint:
        return lambda image: 0.5 + gain * (painting[..., : image.shape[2], : image.shape[3]] - 0.5)

    for gain in (0.0, 1.0, 0.5):
        monkeypatch.setattr(evaluate, "painting_with", lambda bank, vector: like(gain))
        out = tmp_path / f"{gain}.json"
        arguments = ["even", str(STYLES), "--data", str(data), "--photos", "2", "--styles", "ink", "--out", str(out)]
        evaluate.main(arguments)
        contrasts = np.array(list(evaluate.Results(out).rows.values()))
        assert contrasts.shape == (2, 3) and np.allclose(contrasts, gain, atol=0.35 * gain)
        assert "| Brush and Ink |" in capsys.readouterr().out


def test_contrast_of_light_and_of_colours_is_told_apart(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    painting = evaluate.PAINTINGS["gouache"].picture(data)
    grey = painting.mean(1, keepdim=True)

    def dyed(saturation: float) -> evaluate.Paint:
        return lambda image: (grey + saturation * (painting - grey))[..., : image.shape[2], : image.shape[3]]

    for saturation in (0.0, 0.5, 1.0):
        monkeypatch.setattr(evaluate, "painting_with", lambda bank, vector: dyed(saturation))
        evaluate.main(["colour", str(STYLES), "--data", str(data), "--photos", "1", "--styles", "gouache"])
        contrasts = [float(cell) for cell in capsys.readouterr().out.splitlines()[-1].split("|")[2:-1]]
        # The painting's corner has more of some colours than the whole.
        assert np.allclose(contrasts, [1, saturation, saturation], rtol=0.35)


def test_a_style_that_is_not_there_is_named(data: Path) -> None:
    with pytest.raises(ValueError, match="no style finger-paint"):
        evaluate.main(["mix", str(STYLES), "--data", str(data), "--styles", "finger-paint"])


def test_what_the_trainings_network_makes_is_judged_by_another(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judge, "ITERATIONS", 2)
    monkeypatch.setattr(evaluate, "SIDE", 96)
    out = tmp_path / "m.json"
    evaluate.main(["transfer", str(STYLES), "--data", str(data), "--photos", "1", "--out", str(out), "--styles", "ink"])
    assert "Brush and Ink" in capsys.readouterr().out
    rows = evaluate.Results(out).rows.items()
    (own,) = (np.array(row) for name, row in rows if name.endswith("/L-BFGS"))
    (others,) = (np.array(row) for name, row in rows if judge.TRAINED_WITH.network in name)
    # Two iterations are enough for each network to do better by its own measure.
    assert judge.objective(own) < judge.objective(others)
