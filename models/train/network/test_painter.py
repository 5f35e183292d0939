import pytest
import torch
from torch.nn import functional as F

from network.painter import (
    CELLS,
    FAINT,
    NOISE,
    SMALL,
    Painter,
    SubPixel,
    UpConv,
    faint,
    macs_per_pixel,
    noise,
    small,
)


def tiny(styles: int = 2) -> Painter:
    torch.manual_seed(0)
    network = Painter((4, 6, 8), 1, 1, styles)
    with torch.no_grad():
        network.styles.uniform_(0.5, 1.5)
    return network


@pytest.mark.parametrize("size", [(24, 24), (32, 48), (40, 104)])
def test_output_has_the_size_and_range_of_the_input(size: tuple[int, int]) -> None:
    network = tiny()
    painted = network(torch.rand(2, 3, *size), network.styles)
    assert painted.shape == (2, 3, *size)
    assert 0 <= painted.min() and painted.max() <= 1


def test_cost_and_weights_of_a_style_are_within_the_budget() -> None:
    network = Painter()
    assert macs_per_pixel(network) <= 25_000
    shared = sum(p.numel() for name, p in network.named_parameters() if name != "styles")
    assert network.styles.shape[1] <= 0.01 * shared


def test_cost_of_known_convolutions() -> None:
    """Against the sum by hand, per pixel, for a frame so large that margin and small picture hardly
    count.
    """
    by_hand = (
        3 * 4 * 25 / 4
        + 4 * 6 * 9 / 16
        + 6 * 8 * 9 / 64
        + 2 * 8 * 8 * 9 / 64
        + 8 * 6 * 9 / 16
        + 6 * 4 * 9 / 4
        + 4 * 3 * 9
    )
    assert macs_per_pixel(Painter((4, 6, 8), 0, 1), 4096, 4096) == pytest.approx(by_hand, rel=0.03)


def test_gradients_reach_every_weight() -> None:
    network = tiny()
    network(torch.rand(2, 3, 48, 48), network.styles).square().mean().backward()
    for name, weight in network.named_parameters():
        assert weight.grad is not None and weight.grad.abs().max() > 0, name


def test_up_convolution_is_doubling_and_a_convolution() -> None:
    up, x = UpConv(3, 5), torch.randn(1, 3, 9, 12)
    expected = F.conv2d(
        F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False), up.weight, padding=1
    )
    # At the border one sees a reflection, the other zeros.
    assert torch.allclose(up(x)[..., 2:-2, 2:-2], expected[..., 2:-2, 2:-2], atol=1e-5)
    assert torch.equal(SubPixel.of(up, bias=True)(x), up(x))


def test_folded_weights_can_be_unfolded() -> None:
    up, other = UpConv(3, 5), UpConv(3, 5)
    with torch.no_grad():
        other.unfold(up.folded())
    assert torch.allclose(other.weight, up.weight, atol=1e-5)


def test_norms_of_a_small_picture_are_instance_norms() -> None:
    """Where a frame is its own small picture, its features get exactly the scale and shift of the
    style.
    """
    network = tiny()
    network.faint.zero_()
    frame, seen = torch.rand(1, 3, SMALL, SMALL), []
    network.stem[1].register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    # What goes into the second layer is the first norm's output, without what is below zero.
    network.paint_with(frame, network.statistics(frame, network.styles[:1]))
    features = network.stem[0](F.pad(frame, [16] * 4, mode="reflect"))
    scale, shift = network.styles[0, :4], network.styles[0, sum(network.channels) :][:4]
    assert torch.allclose(
        seen[1], F.relu(F.instance_norm(features, weight=scale, bias=shift)), atol=1e-4
    )


def test_a_tile_is_painted_like_its_frame() -> None:
    network = tiny()
    frame = torch.rand(1, 3, 96, 256)
    with torch.no_grad():
        norms = network.statistics(small(frame), network.styles[:1])
        whole, tile = network.paint_with(frame, norms), network.paint_with(
            frame[..., 64:192], norms
        )
    # Half the receptive field of this network is 40 pixels.
    assert torch.allclose(tile[..., 48:-48], whole[..., 112:144], atol=1e-5)
    assert not torch.allclose(
        network(frame[..., 64:192], network.styles[:1])[..., 48:-48], whole[..., 112:144], atol=1e-3
    )


def test_small_picture_is_the_mean_of_areas() -> None:
    frame = torch.rand(1, 1, 3, 4)
    # Two cells high, so one and a half rows each; four wide, so two columns each.
    first, second, third = frame[0, 0]
    rows = torch.stack([first + second / 2, second / 2 + third]) / 1.5
    assert torch.allclose(small(frame, 2)[0, 0], (rows[:, ::2] + rows[:, 1::2]) / 2, atol=1e-6)
    assert torch.allclose(
        small(frame, 12)[0, 0],
        frame[0, 0].repeat_interleave(4, 0).repeat_interleave(3, 1),
        atol=1e-6,
    )


def test_a_network_can_stay_at_a_quarter() -> None:
    network = Painter((4, 6, 0), 1, 0, 1)
    assert network(torch.rand(1, 3, 32, 48), network.styles).shape == (1, 3, 32, 48)


def test_noise_is_as_much_as_is_said_and_elsewhere_each_time() -> None:
    random = torch.Generator().manual_seed(1)
    first, second = noise(1, 240, 240, random), noise(1, 240, 240, random)
    assert first.shape == (1, 3, 240, 240) and first.abs().max() <= NOISE * len(CELLS)
    # Corners have a variance of a third, what lies between them on both ways two thirds of that.
    expected = NOISE * (len(CELLS) / 3 * 4 / 9) ** 0.5
    assert first.std() == pytest.approx(expected, rel=0.25) and abs(first.mean()) < 0.5 * expected
    assert torch.corrcoef(torch.stack([first.flatten(), second.flatten()]))[0, 1].abs() < 0.2
    assert first.diff(dim=3).abs().max() < 3 * NOISE * sum(1 / cell for cell in CELLS)


def test_the_faint_pattern_is_in_all_colours_and_at_all_sizes() -> None:
    pattern = faint()
    assert pattern.shape == (3, SMALL, SMALL) and torch.equal(pattern, faint())
    assert torch.allclose(pattern.std((1, 2)), torch.tensor(FAINT), rtol=1e-3)
    assert torch.corrcoef(pattern.flatten(1)).fill_diagonal_(0).abs().max() < 0.3
    # Every octave has about as much: what is left when cells are averaged loses a like part each
    # time.
    spread = [F.avg_pool2d(pattern, 2**octave).var() for octave in range(4)]
    assert all(0.6 < b / a < 0.95 for a, b in zip(spread, spread[1:]))


def test_norms_do_not_raise_a_flat_plate_to_a_photograph() -> None:
    network, photograph = tiny(), F.interpolate(torch.rand(1, 3, 24, 24), SMALL, mode="bilinear")
    flat, style = torch.full((1, 3, SMALL, SMALL), 0.3), network.styles[:1]
    first = network.channels[0]
    gain = (
        network.statistics(flat, style)[0, :first]
        / network.statistics(photograph, style)[0, :first]
    )
    # Without the pattern it is a hundred and more.
    assert 1 < gain.abs().min() and gain.abs().max() < 10
