import argparse
from pathlib import Path

import numpy as np
import pytest
import torch

from losses import eye, terms
from losses.weights import Weights
from data.pictures import load
from network.runtime import onnxruntime


def test_gram_matrix_against_a_loop() -> None:
    features = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    expected = np.zeros((2, 3, 3))
    for n, i, j in np.ndindex(2, 3, 3):
        expected[n, i, j] = (
            sum(features[n, i, y, x] * features[n, j, y, x] for y, x in np.ndindex(4, 5)) / 20
        )
    assert np.allclose(terms.gram(torch.from_numpy(features)).numpy(), expected, atol=1e-5)


def test_losses_are_zero_at_their_aims_and_one_at_nothing() -> None:
    features = {"relu1_2": torch.rand(1, 3, 8, 8), "relu4_3": torch.rand(1, 5, 4, 4)}
    targets = {layer: terms.gram(f) for layer, f in features.items()}
    nothing = {layer: torch.zeros_like(f) for layer, f in features.items()}
    assert terms.style_loss(features, targets) < 1e-9  # sums over threads differ in their last bits
    assert terms.style_loss(nothing, targets) == pytest.approx(1)
    assert terms.distance(features["relu1_2"], features["relu1_2"]) == 0
    assert terms.distance(nothing["relu1_2"], features["relu1_2"]) == pytest.approx(1)


def test_parts_are_held_to_a_painting_together() -> None:
    # Left and right half of a painting: neither has its statistics, both have.
    painting = torch.rand(1, 4, 6, 8) * torch.linspace(0, 1, 8)
    targets = {"relu1_2": terms.gram(painting)}
    left, right = painting[..., :4], painting[..., 4:]
    assert terms.style_loss({"relu1_2": torch.cat([left, right])}, targets) < 1e-9
    assert terms.style_loss({"relu1_2": left}, targets) > 0.1


def test_variation_is_of_neighbours() -> None:
    assert terms.variation(torch.full((1, 3, 8, 8), 0.3)) == 0
    ramp = torch.linspace(0, 0.7, 8).expand(1, 3, 8, 8)
    assert terms.variation(ramp) == pytest.approx(0.01)
    checks = (torch.arange(8)[:, None] + torch.arange(8)) % 2
    assert terms.variation(checks.float()[None, None]) == 2


def test_black_and_white_keep_their_tone() -> None:
    ends = torch.tensor([0.0, 1.0]).repeat_interleave(16).expand(1, 3, 32, 32)
    grey = torch.full((1, 3, 32, 32), 0.25)
    assert terms.tone_loss(ends, ends, torch.tensor(0.5)) == pytest.approx(0, abs=1e-9)
    assert terms.tone_loss(grey + 0.25, grey, torch.tensor(0.5)) == pytest.approx(0, abs=1e-9)
    assert terms.tone_loss(grey, grey, torch.tensor(0.5)) == pytest.approx(0.25**2)


def test_a_grid_of_two_pixels_is_seen_and_grain_is_not() -> None:
    grid = torch.tensor([[0.1, 0.0], [0.0, 0.0]]).repeat(32, 32).expand(1, 3, 64, 64)
    grain = 0.1 * torch.randn(1, 3, 64, 64)
    # One of four is 0.075 above their mean, three are 0.025 below it.
    assert terms.lattice(grid) == pytest.approx((0.075**2 + 3 * 0.025**2) / 4, rel=1e-4)
    assert terms.lattice(grain) < 0.05 * grain.square().mean()
    assert terms.lattice(torch.linspace(0, 1, 64).expand(1, 3, 64, 64)) < 1e-4


@pytest.mark.parametrize("layers", [eye.STYLE_LAYERS, (eye.CONTENT_LAYER,)])
def test_loss_network_sees_what_the_runtime_sees(data: Path, layers: tuple[str, ...]) -> None:
    image = eye.for_vgg(load(data / "photos" / "kodak" / "kodim23.png")[None, :, :120, :200])
    session = onnxruntime.InferenceSession(
        str(data / eye.VGG16), providers=["CPUExecutionProvider"]
    )
    expected = session.run(list(layers), {"image": image.numpy()})
    seen = eye.LossNetwork(data / eye.VGG16, layers)(image)
    assert list(seen) == list(layers)
    for layer, value in zip(layers, expected):
        assert np.allclose(seen[layer].numpy(), value, rtol=1e-3, atol=1e-3 * value.max()), layer


def test_less_can_be_wanted(data: Path) -> None:
    vgg, image = eye.LossNetwork(data / eye.VGG16, eye.STYLE_LAYERS), torch.rand(1, 3, 48, 48)
    all_of_it, less = vgg(image), vgg(image, eye.FINE_LAYERS)
    assert list(less) == list(eye.FINE_LAYERS)
    assert all(torch.equal(features, all_of_it[layer]) for layer, features in less.items())


def test_gradients_reach_the_picture(data: Path) -> None:
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    seen = eye.LossNetwork(data / eye.VGG16, eye.STYLE_LAYERS)(eye.for_vgg(image))
    targets = {layer: terms.gram(f.detach().roll(1, 1)) for layer, f in seen.items()}
    terms.style_loss(seen, targets).backward()
    assert (
        image.grad is not None and torch.isfinite(image.grad).all() and image.grad.abs().max() > 0
    )


def test_every_loss_has_a_weight_and_every_weight_a_loss() -> None:
    weights = Weights(
        content=2, style=3, coarse=0, fine=0, tone=0, stability=0, variation=0, lattice=0
    )
    parts = {name: torch.tensor(1.0) for name in vars(weights)}
    assert weights.total(parts) == 5
    with pytest.raises(ValueError, match="there are weights of"):
        weights.total(parts | {"beauty": torch.tensor(1.0)})


def test_weights_are_flags() -> None:
    parser = argparse.ArgumentParser()
    Weights.add_arguments(parser)
    assert Weights.of(parser.parse_args(["--tone", "7"])) == Weights(tone=7)
