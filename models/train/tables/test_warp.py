from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from tables import warp
from data.pictures import save


def waves(height: int, width: int) -> Tensor:
    """Smooth enough that sampling between pixels loses little."""
    at = warp.grid(height, width).float() / 20
    return torch.stack(
        [0.5 + 0.4 * torch.sin(k * at[..., 0] + at[..., 1]) for k in (0.6, 1.0, 1.4)]
    )[None]


def test_whole_pixels_are_moved_without_loss() -> None:
    photograph = torch.rand(1, 3, 80, 90)
    pair = warp.moved(photograph, warp.Motion(right=3, down=-2))
    border = warp.BORDER
    assert torch.allclose(pair.first, photograph[..., border + 2 : 66, border - 3 : 71], atol=1e-6)
    assert torch.allclose(pair.second, photograph[..., border - 2 : 62, border + 3 : 77], atol=1e-6)
    # What was at x in the first is six pixels further left, and four further down, in the second.
    assert torch.allclose(pair.where - warp.grid(48, 58), torch.tensor([-6.0, 4.0]).double())
    assert torch.equal(pair.first[..., 0:40, 10:50], pair.second[..., 4:44, 4:44])
    error, variance = warp.warping_error(pair, pair.first, pair.second)
    assert error < 1e-12 and variance == pytest.approx(1 / 12, rel=0.05)


@pytest.mark.parametrize("name", warp.MOTIONS)
def test_what_moves_along_has_no_error(name: str) -> None:
    pair = warp.moved(waves(120, 150), warp.MOTIONS[name])
    error, _ = warp.warping_error(pair, pair.first, pair.second)
    moved, _ = warp.warping_error(pair._replace(where=warp.grid(88, 118)), pair.first, pair.second)
    assert error < 2e-5 and moved > 40 * error


def test_a_motion_and_its_inverse() -> None:
    points, middle = warp.grid(20, 30), torch.tensor([14.5, 9.5]).double()
    motion = warp.Motion(1.1, 7.0, 2.0, -3.0)
    assert torch.allclose(motion.inverse(motion(points, middle), middle), points)
    # A quarter turn takes right to down.
    turned = warp.Motion(rotation=90)(middle + torch.tensor([1.0, 0.0]), middle) - middle
    assert torch.allclose(turned, torch.tensor([0.0, 1.0]).double())


def test_error_and_variance_against_numpy() -> None:
    first, second, valid = torch.rand(1, 3, 6, 7), torch.rand(1, 3, 6, 7), torch.rand(6, 7) < 0.5
    seen = [f[0].numpy()[:, valid.numpy()] for f in (first, second)]
    error, variance = warp.warping_error(
        warp.Pair(first, second, warp.grid(6, 7), valid), first, second
    )
    assert error == pytest.approx(np.mean((seen[0] - seen[1]) ** 2), rel=1e-4)
    assert variance == pytest.approx(np.mean([c.var() for c in seen[0]]), rel=1e-4)


def test_what_the_other_eye_does_not_see_is_left_out(tmp_path: Path) -> None:
    """A near square of 20 pixels before a wall: seen from the right it covers other parts of it."""
    height, width, near, far = 24, 64, 12, 4
    disparity = np.full((height, width), far, np.float32)
    disparity[:, 30:50] = near
    disparity[0] = np.inf
    wall, square = (torch.rand(3, height, 2 * width) for _ in range(2))
    left, right = wall[:, :, :width].clone(), wall[:, :, far : far + width].clone()
    left[:, :, 30:50], right[:, :, 30 - near : 50 - near] = square[:, :, 30:50], square[:, :, 30:50]
    for name, picture in (("left", left), ("right", right)):
        save(picture, tmp_path / f"{name}.png")
    np.savez(tmp_path / "disparity.npz", disparity)
    pair = warp.stereo(tmp_path / "left.png", tmp_path / "right.png", tmp_path / "disparity.npz")
    assert not pair.valid[0].any()
    row = pair.valid[5]
    # The wall from 30 - (12 - 4) to 30 is behind the square.
    assert row[6:22].all() and not row[22:30].any() and row[30:60].all()
    error, _ = warp.warping_error(pair, pair.first, pair.second)
    assert error < 1e-5


def test_flow_finds_a_known_motion(tmp_path: Path) -> None:
    pytest.importorskip(
        "cv2", reason="no OpenCV, which measures optical flow: pip install opencv-python-headless"
    )
    rough = torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(0))
    scene = torch.nn.functional.interpolate(
        rough, size=(192, 256), mode="bicubic", align_corners=False
    ).clamp(0, 1)[0]
    for index, shift in enumerate((0, 3)):
        save(scene[:, 10:170, 10 + shift : 230 + shift], tmp_path / f"{index}.png")
    (pair,) = warp.film(sorted(tmp_path.glob("*.png")))
    inner = pair.valid[20:-20, 20:-20]
    assert inner.float().mean() > 0.9
    off = (pair.where - warp.grid(160, 220) - torch.tensor([-3.0, 0.0]))[20:-20, 20:-20][inner]
    assert off.abs().mean() < 0.1
