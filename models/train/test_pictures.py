from pathlib import Path

import numpy as np
import torch

from pictures import Crops, jitter, load, save, sky


def test_a_step_sees_the_same_pictures_whatever_came_before(data: Path) -> None:
    one, other = Crops(data, 64, seed=3), Crops(data, 64, seed=3)
    one.batch(0, 2)
    assert torch.equal(one.batch(7, 4), other.batch(7, 4))
    assert not torch.equal(one.batch(7, 4), one.batch(8, 4))


def test_crops_have_the_size_and_range_of_pictures(data: Path) -> None:
    crops = Crops(data, 96, seed=0)
    assert len(crops.pictures) == 29
    for step in range(8):
        batch = crops.batch(step, 4)
        assert batch.shape == (4, 3, 96, 96) and batch.dtype == torch.float32
        assert 0 <= batch.min() and batch.max() <= 1


def test_skies_are_smooth() -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        image = jitter(sky(random, 64), np.random.default_rng(0))
        assert image.shape == (3, 64, 64) and torch.isfinite(image).all()


def test_a_picture_survives_being_written(tmp_path: Path) -> None:
    image = torch.arange(3 * 4 * 6).reshape(3, 4, 6) / 255
    save(image, tmp_path / "a.png")
    assert torch.allclose(load(tmp_path / "a.png"), image)
    assert load(tmp_path / "a.png", short_side=8).shape == (3, 8, 12)


def test_the_median_takes_speckle_and_leaves_edges(tmp_path: Path) -> None:
    image = torch.zeros(3, 16, 16)
    image[:, :, 8:] = 1
    clean = image.clone()
    image[:, 4, 4], image[:, 10, 12] = 1, 0
    save(image, tmp_path / "a.png")
    assert torch.equal(load(tmp_path / "a.png", median=3), clean)
