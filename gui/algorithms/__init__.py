"""The solvers' own steps, side by side."""
