"""Sticky particles on a line: the vocabulary, the event-driven simulation and its history."""

from . import scenarios
from .history import History
from .simulate import simulate
from .state import Clusters, Particles

__all__ = ["Clusters", "History", "Particles", "scenarios", "simulate"]
