"""Weights of a layer as particles: time is the regularization strength."""
