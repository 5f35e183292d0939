from typing import Callable

import torch
from torch import Tensor, nn

import soap


def trained(
    start: Tensor,
    loss: Callable[[Tensor], Tensor],
    steps: int,
    kind: type = soap.Soap,
    rate: float = 0.05,
) -> Tensor:
    weight = nn.Parameter(start.clone())
    optimiser = kind([weight], lr=rate)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = rate * (1 - step / steps)
        optimiser.zero_grad()
        loss(weight).backward()
        optimiser.step()
    return weight.detach()


def turned(size: int, seed: int) -> Tensor:
    return torch.linalg.qr(
        torch.randn(size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ).Q


def valley(rows: Tensor, columns: Tensor) -> Callable[[Tensor], Tensor]:
    """Steep along some axes, a million times flatter along others; the axes lie askew."""
    steep = torch.logspace(0, -3, len(rows), dtype=torch.float64)[:, None] * torch.logspace(
        0, -3, len(columns), dtype=torch.float64
    )
    return lambda weight: (steep * (rows.T @ weight.flatten(1) @ columns).square()).sum()


def test_what_is_no_convolution_moves_as_adam_moves_it() -> None:
    start = torch.linspace(-1, 1, 12, dtype=torch.float64).view(3, 4)
    loss = valley(turned(3, 1), turned(4, 2))
    adam = trained(start, loss, 40, torch.optim.Adam)
    torch.testing.assert_close(trained(start, loss, 40), adam, rtol=0, atol=1e-9)


def test_it_gets_further_down_a_valley_than_adam() -> None:
    start = torch.ones(6, 2, 2, 2, dtype=torch.float64)
    loss = valley(turned(6, 1), turned(8, 2))
    assert loss(trained(start, loss, 300)) < 0.1 * loss(trained(start, loss, 300, torch.optim.Adam))


def test_it_does_not_matter_how_the_axes_lie() -> None:
    start = torch.randn(8, 2, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    rows, columns, row_turn, column_turn = turned(8, 1), turned(8, 2), turned(8, 4), turned(8, 5)
    straight = trained(start, valley(rows, columns), 35).flatten(1)
    askew = row_turn @ start.flatten(1) @ column_turn.T
    other = trained(
        askew.view_as(start), valley(row_turn @ rows, column_turn @ columns), 35
    ).flatten(1)
    torch.testing.assert_close(row_turn.T @ other @ column_turn, straight, rtol=0, atol=1e-4)
