"""What sharing there is in each regularized tensor: numbers by name, and a table to print."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields

from .tensor_figures import Figures, measure, moves

_COLUMNS = {  # heading -> (entry of the table, from a TensorReport)
    "weights": lambda r: f"{r.numel:,}",
    "distinct": lambda r: f"{r.distinct:,}",
    "untrained": lambda r: f"{r.untrained.distinct:,}",
    "zeros": lambda r: f"{r.sparsity:.1%}",
    "largest": lambda r: f"{r.largest:.1%}",
    "balance": lambda r: f"{r.balance:.3f}",
    "bits": lambda r: f"{r.bits:.2f}",
    "R": lambda r: f"{r.penalty:.4g}",
    "strength": lambda r: f"{r.strength:.3g}",
    "merges": lambda r: f"{r.merges:,}",
    "splits": lambda r: f"{r.splits:,}",
    "prox ms": lambda r: f"{r.prox_ms:.3f}",
}


@dataclass(frozen=True)
class TensorReport(Figures):
    """The figures of a tensor (see ``Figures``), and what happened to it since the last report.

    ``merges`` and ``splits``: with m the number of different pairs (value then, value now) over the tensor's places,
    m minus the distinct values now, and m minus those then.  ``prox_ms``: milliseconds of prox, the mean over all
    steps since the last report; on a GPU the tensors share one launch, and its time by their sizes.  ``strength``: of
    the last prox, with learning rate, factor and sum.  ``untrained``: the figures when the penalty was attached (fresh
    float32 weights have ties already).
    """

    merges: int
    splits: int
    prox_ms: float
    strength: float
    untrained: Figures

    def to_json(self) -> dict:
        """As ``Figures.to_json``, with the fields above; ``untrained`` as a dict of its own."""
        extra = {name: value for name, value in asdict(self).items() if name not in _FIGURES}
        own = Figures(**{name: getattr(self, name) for name in _FIGURES})
        return own.to_json() | extra | {"untrained": self.untrained.to_json()}


_FIGURES = tuple(field.name for field in fields(Figures))


class Report(dict[str, TensorReport]):
    """Name of a tensor -> its ``TensorReport``; as text an aligned table, one tensor a line."""

    def __str__(self) -> str:
        rows = [["tensor", *_COLUMNS]]
        rows += [[name, *(entry(report) for entry in _COLUMNS.values())] for name, report in self.items()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            [row[0].ljust(widths[0])] + [cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True)]
            for row in rows
        ]
        return "\n".join("  ".join(line) for line in lines)


def tensor_report(values, before, track, prox_ms: float) -> TensorReport:
    """The report of a tensor that now holds ``values`` and at the last report held ``before`` (None: the same)."""
    figures = measure(values)
    finite = before is not None and math.isfinite(figures.penalty)
    merges, splits = moves(before, values) if finite else (0, 0)
    return TensorReport(
        **{name: getattr(figures, name) for name in _FIGURES},
        merges=merges,
        splits=splits,
        prox_ms=prox_ms,
        strength=track.strength,
        untrained=track.untrained,
    )
