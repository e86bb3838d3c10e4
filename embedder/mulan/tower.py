"""What every tower ends in: a linear layer to 128 numbers and the unit sphere (P3, P4)."""

from torch import Tensor, nn
from torch.nn.functional import normalize

DIMENSION = 128
"""Dimension of the joint space (P4)."""


class Tower(nn.Module):
    """A body, then a linear layer, then the sphere; the two towers share no weight (P3).

    A warm start brings the body; the linear layer is always learned anew (P11, P15, P19).
    """

    def __init__(self, body: nn.Module, width: int) -> None:
        super().__init__()
        self.body = body
        self.project = nn.Linear(width, DIMENSION)

    def forward(self, *inputs: Tensor, **named: Tensor) -> Tensor:
        """Return (n, DIMENSION) float32, unit rows, from whatever the body takes.

        The last step is in single precision, whatever precision the body runs in.
        """
        return normalize(self.project(self.body(*inputs, **named)).float(), dim=1)
