import json
from pathlib import Path

import numpy as np
import pytest
import torch

import bank
import export
from data import paintings
import train
from network.packages import Bank

TINY = "--widths 4 6 8 --quarter 1 --eighth 1 --side 96 --batch 1".split()


def run(small_data: Path, out: Path, *more: str) -> dict:
    train.main([*TINY, "--data", str(small_data), "--out", str(out / "tiny.pt"), *more])
    return torch.load(out / "tiny.pt")


@pytest.fixture(autouse=True)
def two_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bank of two, loaded small: all paintings take a while."""
    made = tuple(
        painting._replace(file=f"{index}.png") for index, painting in enumerate(paintings.BANK[:2])
    )
    monkeypatch.setattr(train, "BANK", made)
    monkeypatch.setattr(export, "BANK", made)
    monkeypatch.setattr(paintings, "LINES", 256)


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    small_data: Path, tmp_path: Path
) -> None:
    whole = run(small_data, tmp_path / "whole", "--steps", "13")
    run(small_data, tmp_path / "parts", "--steps", "13", "--stop-at", "11")
    parts = run(small_data, tmp_path / "parts", "--steps", "13", "--resume")
    assert whole["step"] == parts["step"] == 13
    for name, weight in whole["network"].items():
        assert torch.equal(weight, parts["network"][name]), name


def test_another_seed_is_another_network(small_data: Path, tmp_path: Path) -> None:
    one = run(small_data, tmp_path / "one", "--steps", "1", "--seed", "1")
    two = run(small_data, tmp_path / "two", "--steps", "1", "--seed", "2")
    assert not torch.equal(one["network"]["stem.0.weight"], two["network"]["stem.0.weight"])


def test_bfloat16_trains_nearly_the_same_weights(small_data: Path, tmp_path: Path) -> None:
    exact = run(small_data, tmp_path / "exact", "--steps", "2")["network"]
    coarse = run(small_data, tmp_path / "coarse", "--steps", "2", "--bfloat16")["network"]
    assert all(weight.dtype == torch.float32 for weight in coarse.values())
    # Two steps at the start of the warm-up move a weight by some 1e-4, and a vector's numbers by
    # ten times that.
    apart = {name: (coarse[name] - weight).abs().max() for name, weight in exact.items()}
    assert all(0 < apart.pop(vectors) < 3e-3 for vectors in ("styles", "light"))
    assert 0 < max(apart.values()) < 3e-4


def test_the_loss_falls_and_is_logged(small_data: Path, tmp_path: Path) -> None:
    run(small_data, tmp_path, "--steps", "20", "--rate", "5e-3")
    rows = [json.loads(line) for line in (tmp_path / "tiny.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20]
    assert rows[-1]["style"] < rows[0]["style"]


def test_views_of_one_painted_picture_are_alike() -> None:
    painted = torch.rand(1, 3, 64, 64)
    moved = painted.roll((-3, -2), (2, 3))
    assert train.unlike(painted, moved, 3, 2) == 0
    assert train.unlike(painted, moved, 0, 0) > 0.01


def test_a_run_can_start_with_the_weights_of_another(small_data: Path, tmp_path: Path) -> None:
    first = run(small_data, tmp_path / "first", "--steps", "2")
    start = ["--start", str(tmp_path / "first" / "tiny.pt")]
    second = run(small_data, tmp_path / "second", "--steps", "1", "--rate", "0", *start)
    assert second["step"] == 1
    assert all(
        torch.equal(weight, first["network"][name]) for name, weight in second["network"].items()
    )


def test_vectors_learn_faster_than_what_they_share(small_data: Path, tmp_path: Path) -> None:
    before = run(small_data, tmp_path / "before", "--steps", "1", "--rate", "0")["network"]
    after = run(small_data, tmp_path / "after", "--steps", "1", "--rate", "1e-3")["network"]
    # The first step of Adam is as long as the rate says, in every number.
    moved = {
        name: float((after[name] - before[name]).abs().max())
        for name in ("styles", "paint.conv.bias")
    }
    assert moved["styles"] == pytest.approx(train.VECTOR_RATE * moved["paint.conv.bias"], rel=0.02)


def test_every_picture_gets_one_style_or_two() -> None:
    rows = train.shares(torch.Generator().manual_seed(0), 400, 16)
    assert rows.min() >= 0 and torch.allclose(rows.sum(1), torch.ones(400))
    assert (rows > 0).sum(1).max() == 2 and 20 < ((rows > 0).sum(1) == 2).sum() < 120
    assert (rows > 0).any(0).all()


def test_paintings_that_are_made_are_the_same_each_time() -> None:
    for make in paintings.MADE.values():
        picture = make(64)
        assert picture.shape == (3, 64, 64) and 0 <= picture.min() and picture.max() <= 1
        assert torch.equal(picture, make(64)) and picture.std() > 0.1


def test_a_bank_is_made_by_one_command_and_paints(small_data: Path, tmp_path: Path) -> None:
    arguments = [
        *TINY,
        "--data",
        str(small_data),
        "--steps",
        "12",
        "--work",
        str(tmp_path / "work"),
    ]
    bank.main(
        [*arguments, "--stop-at", "5", "--out", str(tmp_path / "early"), "--plain-steps", "2"]
    )
    bank.main([*arguments, "--out", str(tmp_path / "styles"), "--plain-steps", "2"])
    assert torch.load(tmp_path / "work" / "painter.pt")["step"] == 12
    early, made = Bank(tmp_path / "early"), Bank(tmp_path / "styles")
    assert (
        list(made.styles) == sorted(painting.name for painting in paintings.BANK[:2])
        and made.plain is not None
    )
    image = np.random.default_rng(1).random((1, 3, 64, 96), np.float32)
    pictures = [made.paint(image, style.vector) for style in made.styles.values()]
    assert all(
        picture.shape == image.shape and 0 <= picture.min() and picture.max() <= 1
        for picture in pictures
    )
    assert np.abs(pictures[0] - pictures[1]).max() > 1e-3
    assert (
        np.abs(pictures[0] - early.paint(image, next(iter(early.styles.values())).vector)).max()
        > 1e-3
    )
