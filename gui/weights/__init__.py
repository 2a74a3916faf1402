"""Weights mode: open files of weights, watch a tensor share its values as the strength grows, save the result."""
