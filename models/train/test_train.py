import json
from pathlib import Path

import pytest
import torch

import train

TINY = "--painting vangogh_starry_night.jpg --name tiny --width 8 --blocks 1 --side 64 --painting-side 96 --batch 1".split()


def run(data: Path, out: Path, *more: str) -> dict:
    checkpoint = train.main([*TINY, "--data", str(data), "--out", str(out), *more])
    return torch.load(checkpoint)


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(data: Path, tmp_path: Path) -> None:
    whole = run(data, tmp_path / "whole", "--steps", "6")
    run(data, tmp_path / "parts", "--steps", "6", "--stop-at", "3")
    parts = run(data, tmp_path / "parts", "--steps", "6", "--resume")
    assert whole["step"] == parts["step"] == 6
    for name, weight in whole["network"].items():
        assert torch.equal(weight, parts["network"][name]), name


def test_another_seed_is_another_network(data: Path, tmp_path: Path) -> None:
    one = run(data, tmp_path / "one", "--steps", "1", "--seed", "1")
    two = run(data, tmp_path / "two", "--steps", "1", "--seed", "2")
    assert not torch.equal(one["network"]["stem1.conv.weight"], two["network"]["stem1.conv.weight"])


def test_the_loss_falls_and_is_logged(data: Path, tmp_path: Path) -> None:
    run(data, tmp_path, "--steps", "20", "--rate", "5e-3")
    rows = [json.loads(line) for line in (tmp_path / "tiny.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20]
    assert rows[-1]["style"] < rows[0]["style"]


def test_views_of_one_painted_picture_are_alike() -> None:
    painted = torch.rand(1, 3, 64, 64)
    moved = painted.roll((-3, -2), (2, 3))
    assert train.unlike(painted, moved, 3, 2) == 0
    assert train.unlike(painted, moved, 0, 0) > 0.01


def test_a_painting_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no_such_painting"):
        train.main(["--painting", "no_such_painting.jpg", "--name", "x", "--data", str(data), "--out", str(tmp_path)])
