"""The desktop app: views over histories, solver steps and runs.  Nothing here computes physics."""
