"""The optimiser: Adam, in the axes in which a convolution's gradients are least entangled.

Gram matrices make a loss with long narrow valleys, in which L-BFGS is at home and Adam is slow.
Shampoo's preconditioner knows their directions, and Adam in its eigenbasis needs fewer steps than
either (Vyas et al. 2024, SOAP: Improving and Stabilizing Shampoo using Adam). torch has none, and
the libraries that do want a newer torch than Debian's.
"""

from __future__ import annotations

from typing import Iterable

import torch
from torch import Tensor, nn

# How much of mean and square of the gradients a step keeps, for convolutions, whose axes turn, and
# for all else.
TURNING = (0.95, 0.95)
STILL = (0.9, 0.999)
# Steps from one turn of the axes to the next.
EVERY = 10
EPSILON = 1e-8


class Soap(torch.optim.Optimizer):
    """SOAP for the weights of convolutions, out x in x height x width, taken as matrices of `out`
    rows. Adam for the rest.
    """

    def __init__(self, parameters: Iterable[nn.Parameter] | list[dict], lr: float) -> None:
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, self.state[parameter], group["lr"])

    def _move(self, parameter: nn.Parameter, state: dict, rate: float) -> None:
        turning = parameter.dim() == 4
        gradient = parameter.grad.flatten(1) if turning else parameter.grad
        if not state:
            state.update(step=0, mean=torch.zeros_like(gradient), square=torch.zeros_like(gradient))
            if turning:
                state.update(rows=gradient @ gradient.T, columns=gradient.T @ gradient)
                state.update(
                    row_axes=eigenvectors(state["rows"]), column_axes=eigenvectors(state["columns"])
                )
                # The axes come from this gradient: in them it looks like no other will.
                return
        state["step"] += 1
        keep, keep_square = TURNING if turning else STILL
        state["mean"].lerp_(gradient, 1 - keep)
        mean = state["mean"]
        if turning:
            state["rows"].lerp_(gradient @ gradient.T, 1 - keep_square)
            state["columns"].lerp_(gradient.T @ gradient, 1 - keep_square)
            gradient, mean = (
                state["row_axes"].T @ m @ state["column_axes"] for m in (gradient, mean)
            )
        state["square"].mul_(keep_square).addcmul_(gradient, gradient, value=1 - keep_square)
        mean = mean / (1 - keep ** state["step"])
        move = mean / ((state["square"] / (1 - keep_square ** state["step"])).sqrt() + EPSILON)
        if turning:
            move = state["row_axes"] @ move @ state["column_axes"].T
            if state["step"] % EVERY == 0:
                # One round of power iteration follows the eigenvectors, which turn slowly.
                for axes, of in (("row_axes", "rows"), ("column_axes", "columns")):
                    state[axes] = torch.linalg.qr(state[of] @ state[axes]).Q
        parameter.add_(move.view_as(parameter), alpha=-rate)


def eigenvectors(matrix: Tensor) -> Tensor:
    return torch.linalg.eigh(matrix).eigenvectors
