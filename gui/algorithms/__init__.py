"""The algorithms as a race: the solvers' own steps, side by side, on one clock."""
