"""Runs of training, live and past."""
