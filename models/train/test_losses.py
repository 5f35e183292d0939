from pathlib import Path

import numpy as np
import pytest
import torch

import losses
from pictures import load
from runtime import onnxruntime


def test_gram_matrix_against_a_loop() -> None:
    features = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    expected = np.zeros((2, 3, 3))
    for n, i, j in np.ndindex(2, 3, 3):
        expected[n, i, j] = sum(features[n, i, y, x] * features[n, j, y, x] for y, x in np.ndindex(4, 5)) / 20
    assert np.allclose(losses.gram(torch.from_numpy(features)).numpy(), expected, atol=1e-5)


def test_losses_are_zero_at_their_aims_and_one_at_nothing() -> None:
    features = {"relu1_2": torch.rand(1, 3, 8, 8), "relu4_3": torch.rand(1, 5, 4, 4)}
    targets = {layer: losses.gram(f) for layer, f in features.items()}
    nothing = {layer: torch.zeros_like(f) for layer, f in features.items()}
    assert losses.style_loss(features, targets) < 1e-9  # sums over threads differ in their last bits
    assert losses.style_loss(nothing, targets) == pytest.approx(1)
    assert losses.distance(features["relu1_2"], features["relu1_2"]) == 0
    assert losses.distance(nothing["relu1_2"], features["relu1_2"]) == pytest.approx(1)


def test_parts_are_held_to_a_painting_together() -> None:
    # Left and right half of a painting: neither has its statistics, both have.
    painting = torch.rand(1, 4, 6, 8) * torch.linspace(0, 1, 8)
    targets = {"relu1_2": losses.gram(painting)}
    left, right = painting[..., :4], painting[..., 4:]
    assert losses.style_loss({"relu1_2": torch.cat([left, right])}, targets) < 1e-9
    assert losses.style_loss({"relu1_2": left}, targets) > 0.1


def test_variation_is_of_neighbours() -> None:
    assert losses.variation(torch.full((1, 3, 8, 8), 0.3)) == 0
    ramp = torch.linspace(0, 0.7, 8).expand(1, 3, 8, 8)
    assert losses.variation(ramp) == pytest.approx(0.01)
    checks = (torch.arange(8)[:, None] + torch.arange(8)) % 2
    assert losses.variation(checks.float()[None, None]) == 2


@pytest.mark.parametrize("layers", [losses.STYLE_LAYERS, (losses.CONTENT_LAYER,)])
def test_loss_network_sees_what_the_runtime_sees(data: Path, layers: tuple[str, ...]) -> None:
    image = losses.for_vgg(load(data / "photos" / "kodak" / "kodim23.png")[None, :, :120, :200])
    session = onnxruntime.InferenceSession(str(data / losses.VGG16), providers=["CPUExecutionProvider"])
    expected = session.run(list(layers), {"image": image.numpy()})
    seen = losses.LossNetwork(data / losses.VGG16, layers)(image)
    assert list(seen) == list(layers)
    for layer, value in zip(layers, expected):
        assert np.allclose(seen[layer].numpy(), value, rtol=1e-3, atol=1e-3 * value.max()), layer


def test_less_can_be_wanted(data: Path) -> None:
    eye, image = losses.LossNetwork(data / losses.VGG16, losses.STYLE_LAYERS), torch.rand(1, 3, 48, 48)
    all_of_it, less = eye(image), eye(image, losses.FINE_LAYERS)
    assert list(less) == list(losses.FINE_LAYERS)
    assert all(torch.equal(features, all_of_it[layer]) for layer, features in less.items())


def test_gradients_reach_the_picture(data: Path) -> None:
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    seen = losses.LossNetwork(data / losses.VGG16, losses.STYLE_LAYERS)(losses.for_vgg(image))
    targets = {layer: losses.gram(f.detach().roll(1, 1)) for layer, f in seen.items()}
    losses.style_loss(seen, targets).backward()
    assert image.grad is not None and torch.isfinite(image.grad).all() and image.grad.abs().max() > 0
