"""The solvers that run anywhere; "cuda" has tests of its own."""

from prox import SOLVERS

CPU_SOLVERS = tuple(name for name in SOLVERS if name != "cuda")
