import pytest
import torch

from network import STRIDE, Painter, StyleNorm, macs_per_pixel


@pytest.mark.parametrize("size", [(8, 8), (32, 32), (36, 100)])
def test_output_has_the_size_and_range_of_the_input(size: tuple[int, int]) -> None:
    painted = Painter(8, 1)(torch.rand(2, 3, *size))
    assert painted.shape == (2, 3, *size)
    assert 0 <= painted.min() and painted.max() <= 1


def test_cost_is_within_the_budget() -> None:
    assert macs_per_pixel(Painter()) <= 15_000


def test_cost_of_one_convolution() -> None:
    # 3 x 3 x 3 products for each of 5 channels at every second pixel of every second row.
    assert macs_per_pixel(torch.nn.Conv2d(3, 5, 3, stride=2, padding=1)) == 27 * 5 / 4


def test_gradients_reach_every_weight() -> None:
    network = Painter(8, 2)
    network(torch.rand(1, 3, 32, 32)).square().mean().backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None and weight.grad.abs().max() > 0, name


def test_each_style_has_its_own_scale_and_shift() -> None:
    norm = StyleNorm(4, styles=2)
    x = torch.rand(1, 4, 8, 8)
    with torch.no_grad():
        norm.scale[1], norm.shift[1] = 2.0, 3.0
    assert torch.allclose(norm(x, 1), 2 * norm(x, 0) + 3, atol=1e-5)
    assert norm(x, 0).mean((2, 3)).abs().max() < 1e-5


def test_a_flat_picture_stays_flat_to_its_borders() -> None:
    painted = Painter(8, 2)(torch.full((1, 3, 64, 64), 0.6))
    assert (painted.amax((2, 3)) - painted.amin((2, 3))).max() < 1e-3


def test_smaller_than_the_reflection_is_refused() -> None:
    with pytest.raises(RuntimeError, match="[Pp]adding"):
        Painter(8, 1)(torch.rand(1, 3, STRIDE, 64))
