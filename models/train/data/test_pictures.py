from pathlib import Path

import numpy as np
import pytest
import torch

from data import pictures
from network.painter import SMALL
from data.pictures import Frames, View, jitter, load, save, sky


def test_a_step_sees_the_same_pictures_whatever_came_before(data: Path) -> None:
    one, other = Frames(data, 64, seed=3), Frames(data, 64, seed=3)
    one.batch(0, 2)
    for views in ((one.batch, other.batch), (one.parts, other.parts)):
        assert all(torch.equal(a, b) for a, b in zip(*(view(7, 4) for view in views)))
        assert not torch.equal(views[0](7, 4).crops, views[0](8, 4).crops)


def test_views_have_the_size_and_range_of_pictures(data: Path) -> None:
    frames = Frames(data, 96, seed=0)
    assert len(frames.pictures) == 43 + 134 - len(pictures.HELD_OUT)
    for step in range(8):
        for view, small_ones in ((frames.batch(step, 4), 4), (frames.parts(step, 4), 1)):
            assert view.crops.shape == (4, 3, 96, 96) and view.small.shape == (
                small_ones,
                3,
                SMALL,
                SMALL,
            )
            for part in view:
                assert part.dtype == torch.float32 and 0 <= part.min() and part.max() <= 1


def test_parts_are_of_one_frame(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = Frames(data, 32, seed=0)
    frames.pictures = [
        torch.full((3, 100, 150), grey, dtype=torch.uint8) for grey in range(50, 210, 25)
    ]
    monkeypatch.setattr(pictures, "sky", lambda random, side: torch.full((3, side, side), 0.5))

    def unlike_small(view: View) -> float:
        return (view.crops.mean((2, 3)) - view.small.mean((2, 3))).abs().max().item()

    assert max(unlike_small(frames.parts(step, 4)) for step in range(20)) < 0.01
    apart = frames.batch(0, 8).crops.mean((1, 2, 3))
    assert apart.max() - apart.min() > 0.1


def test_two_parts_of_a_wide_frame_show_all_of_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = Frames(data, 64, seed=0)
    frames.pictures = [torch.linspace(0, 255, 120).byte().expand(3, 80, 120)]
    monkeypatch.setattr(pictures, "WHOLE", 1.0)
    monkeypatch.setattr(pictures, "_interval", lambda random, length: (0, length))
    monkeypatch.setattr(pictures, "sky", lambda random, side: frames.pictures[0] / 255)
    monkeypatch.setattr(pictures, "jitter", lambda view, random: view)
    for step in range(4):
        ends = frames.parts(step, 2).crops[:, 0, 0][:, [0, -1]]
        assert ends.min() < 0.02 and ends.max() > 0.98


def test_jitter_changes_a_view_and_its_small_picture_alike() -> None:
    for seed in range(20):
        picture = sky(np.random.default_rng(seed), 64)
        view = jitter(View(picture, picture), np.random.default_rng(seed))
        assert view.crops.shape == (3, 64, 64) and torch.isfinite(view.crops).all()
        # Grain is the crop's alone.
        assert (view.crops - view.small).abs().mean() < 0.03


def test_a_picture_survives_being_written(tmp_path: Path) -> None:
    image = torch.arange(3 * 4 * 6).reshape(3, 4, 6) / 255
    save(image, tmp_path / "a.png")
    assert torch.allclose(load(tmp_path / "a.png"), image)
    assert load(tmp_path / "a.png", lines=8).shape == (3, 8, 12)


def test_a_part_of_a_picture(tmp_path: Path) -> None:
    image = torch.arange(3 * 4 * 8).reshape(3, 4, 8) / 255
    save(image, tmp_path / "a.png")
    assert torch.allclose(load(tmp_path / "a.png", crop=(0.25, 0.5, 1, 0.75)), image[:, 2:3, 2:])
