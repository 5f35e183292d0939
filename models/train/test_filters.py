import torch

from filters import FILTERS, LEAST, SCALES, RandomFilters, texture_loss


def test_every_seed_has_filters_of_its_own() -> None:
    image = torch.rand(1, 3, LEAST, LEAST)
    one, same, other = (RandomFilters(seed)(image) for seed in (1, 1, 2))
    assert [gram.shape for gram in one] == [(1, FILTERS, FILTERS)] * len(SCALES)
    assert texture_loss(one, same) < 1e-9 < texture_loss(other, one)  # sums over threads differ in their last bits


def test_pictures_that_lie_side_by_side_are_one() -> None:
    filters, image = RandomFilters(1), torch.rand(1, 3, LEAST, LEAST)
    assert texture_loss(filters(image.expand(3, -1, -1, -1)), filters(image)) < 1e-9


def test_another_part_of_a_texture_is_nearer_than_another_texture() -> None:
    fine = torch.rand(2, 3, 256, 256, generator=torch.Generator().manual_seed(0))
    coarse = fine[:1, :, ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3)
    filters = RandomFilters(1)
    aim = filters(fine[:1])
    assert texture_loss(filters(fine[1:]), aim) < 0.05 < texture_loss(filters(coarse), aim)
    assert abs(texture_loss([torch.zeros_like(gram) for gram in aim], aim) - 1) < 1e-6
