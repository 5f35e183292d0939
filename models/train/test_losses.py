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


def test_the_gram_matrix_less_what_varies_is_of_the_means() -> None:
    features = torch.rand(2, 3, 4, 5)
    gram, covariance = losses.statistics(features)
    mean = features.mean((2, 3))
    assert torch.allclose(gram - covariance, mean[:, :, None] * mean[:, None, :], atol=1e-6)


def test_losses_are_zero_at_their_aims_and_one_a_part_at_nothing() -> None:
    features = {"relu1_1": torch.rand(1, 3, 8, 8), "relu5_1": torch.rand(1, 5, 4, 4)}
    targets = {layer: losses.statistics(f) for layer, f in features.items()}
    nothing = {layer: torch.zeros_like(f) for layer, f in features.items()}
    assert losses.style_loss(features, targets) < 1e-9  # sums over threads differ in their last bits
    assert losses.style_loss(nothing, targets) == pytest.approx(1 + losses.COVARIANCE)
    assert losses.content_loss(features["relu1_1"], features["relu1_1"]) == 0
    assert losses.content_loss(nothing["relu1_1"], features["relu1_1"]) == pytest.approx(1)


def test_pooled_features_have_the_statistics_of_all() -> None:
    features = torch.rand(3, 5, 4, 6)
    gram, covariance = losses.statistics(losses.pooled({"a": features})["a"])
    samples = features.permute(1, 0, 2, 3).reshape(5, -1)
    assert torch.allclose(gram[0], samples @ samples.T / samples.shape[1], atol=1e-6)
    assert torch.allclose(covariance[0], torch.cov(samples, correction=0), atol=1e-6)


def test_looks_show_a_picture_smaller_on_its_side_and_in_other_colours() -> None:
    image = torch.rand(1, 3, 12, 20)
    assert losses.LOOKS[0].at(image) is image
    on_its_side = losses.Look(1.0, True, False).at(image)
    assert on_its_side.shape == (1, 3, 20, 12) and on_its_side[0, 1, 7, 5] == image[0, 1, 5, 7]
    assert torch.equal(losses.Look(1.0, False, True).at(image)[:, 0], image[:, 2])
    ramp = torch.linspace(0, 1, 20).expand(1, 3, 12, 20)
    half = losses.Look(0.5, False, False).at(ramp)
    assert half.shape == (1, 3, 6, 10)
    # Away from the border, the mean of pixels that lie evenly around a place is the ramp at that place.
    assert torch.allclose(half[0, 0, 3, 2:-2], ramp[0, 0, 0].view(10, 2).mean(1)[2:-2], atol=1e-6)


def test_tone_is_kept_when_only_exposure_and_contrast_change() -> None:
    content = torch.rand(1, 3, 64, 64)
    painting = losses.tone(0.25 + 0.5 * content)
    assert losses.tone_loss(0.25 + 0.5 * content, content, painting) < 1e-12
    assert losses.tone_loss(0.75 - 0.5 * content, content, painting) > 1e-5


def squares(seed: int) -> torch.Tensor:
    """A picture that has something of every size and colour."""
    return (
        torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(seed))
        .repeat_interleave(8, 2)
        .repeat_interleave(8, 3)
    )


def test_bands_tell_sizes_and_colours_apart() -> None:
    checks = (torch.arange(64)[:, None] + torch.arange(64)).remainder(2).float().expand(1, 3, 64, 64)
    expected = torch.zeros(losses.BANDS, 3)
    expected[0, 0] = 3 * 0.25
    assert torch.allclose(losses.bands(checks), expected, atol=1e-6)
    for index, colour in enumerate(([0.5, 0.5, 0.5], [0.5, 0, -0.5], [0.5, -1, 0.5])):
        for band, size in enumerate((4, 8, 16), 2):
            stripes = (torch.arange(64) // size).remainder(2).float() * torch.tensor(colour)[:, None, None]
            assert divmod(int(losses.bands(stripes.expand(2, 3, 64, 64)).argmax()), 3) == (band, index)
    # No contrast is lost among the three, and none counts twice.
    picture = squares(1)
    finest = next(losses.pyramid(picture))
    assert torch.allclose(losses.bands(picture)[0].sum(), 3 * finest.square().mean())


def test_bands_loss_is_the_contrast_that_is_too_much() -> None:
    picture = squares(2)
    aim = losses.bands(picture)
    assert losses.bands_loss(aim, aim) == losses.bands_loss(losses.bands(0.5 * picture), aim) == 0
    assert losses.bands_loss(losses.bands(1.6 * picture), aim).item() == pytest.approx(0.36, rel=1e-2)
    # Grey pictures of a painting with less colour than the eye sees are right; coloured ones are not.
    grey = picture.mean(1, keepdim=True).expand_as(picture)
    assert losses.bands_loss(losses.bands(grey), losses.bands(grey + 1e-3 * picture)) < 1e-4
    assert losses.bands_loss(losses.bands(grey + 0.1 * picture), losses.bands(grey)) > 1
    flat = torch.full((1, 3, 64, 64), 0.5, requires_grad=True)
    losses.bands_loss(losses.bands(flat), losses.bands(flat.detach())).backward()
    assert torch.isfinite(flat.grad).all()


def test_an_even_wall_may_have_a_little_of_a_painting() -> None:
    painting = squares(0)
    aim, flat = losses.bands(painting), torch.full((1, 3, 128, 128), 0.5)
    assert losses.even_loss(flat, flat, aim) == 0
    assert losses.even_loss(0.1 * painting, flat, aim) < 1e-4
    # As much as in the painting is more than EVEN by 0.8, here and there by more.
    assert 0.6 < losses.even_loss(painting, flat, aim) < 0.9
    # A patch counts, however little it is of the wall.
    patched = flat.clone()
    patched[..., 64:80, 64:80] = 0.9
    assert losses.even_loss(patched, flat, aim) > 0.01
    # A wall's own patch may stay, but not another in its place.
    assert losses.even_loss(patched, patched, aim) == 0
    assert losses.even_loss(patched.roll(32, 3), patched, aim) > 0.01


def test_lattice_sees_what_is_locked_to_the_period_only() -> None:
    dots = torch.zeros(1, 1, 16, 16)
    dots[..., ::4, ::4] = 1
    assert losses.lattice(dots, 4, 16) == pytest.approx(1 / 16 * (1 - 1 / 16))
    assert losses.lattice(dots, 4, 8) == losses.lattice(dots, 8, 8) == losses.lattice(dots, 4, 16)
    halves = torch.zeros(1, 1, 16, 16)
    halves[..., :8] = 1
    assert losses.lattice(halves, 8, 16) == 0


@pytest.mark.parametrize("layers", [tuple(losses.STYLE_LAYERS), (losses.CONTENT_LAYER,)])
def test_loss_network_sees_what_the_runtime_sees(data: Path, layers: tuple[str, ...]) -> None:
    image = load(data / "photos" / "kodak" / "kodim23.png")[None, :, :120, :200]
    session = onnxruntime.InferenceSession(str(data / losses.NETWORK), providers=["CPUExecutionProvider"])
    expected = session.run(list(layers), {"image": image.numpy()})
    seen = losses.LossNetwork(data / losses.NETWORK, layers)(image)
    for layer, value in zip(layers, expected):
        assert np.allclose(seen[layer].numpy(), value, rtol=1e-3, atol=1e-3), layer


def test_gradients_reach_the_picture(data: Path) -> None:
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    seen = losses.LossNetwork(data / losses.NETWORK, tuple(losses.STYLE_LAYERS))(image)
    targets = {layer: losses.statistics(f.detach().roll(1, 1)) for layer, f in seen.items()}
    losses.style_loss(seen, targets).backward()
    assert image.grad is not None and torch.isfinite(image.grad).all() and image.grad.abs().max() > 0
