"""The present clusters, as all linked views speak of them."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from gui.model.lineage import nodes_at

from .linked_axes import readable

_NODES: WeakKeyDictionary = WeakKeyDictionary()  # session -> (history, time), nodes: the same for all its views


def present_nodes(session) -> np.ndarray:
    """The node of the merge tree that each present cluster is, from left to right, (k,)."""
    key = (session.document.history, session.clock.t)
    kept, nodes = _NODES.get(session, (None, None))
    if kept != key:
        nodes = nodes_at(*key)
        _NODES[session] = (key, nodes)
    return nodes


def describe(session, cluster: int) -> str:
    """One sentence about the present cluster number ``cluster``, from the left."""
    clusters, n = session.clusters, len(session.document.history.particles)
    first = int(clusters.start[cluster])
    last = int(clusters.start[cluster + 1]) - 1 if cluster + 1 < len(clusters) else n - 1
    what = f"particle {first:,}" if first == last else f"cluster of {last - first + 1:,} particles"
    ranks = "" if first == last else f" (ranks {first:,} to {last:,})"
    return (
        f"{what.capitalize()}{ranks}: position {clusters.position[cluster]:.5g}, "
        f"velocity {clusters.velocity[cluster]:.4g}, mass {clusters.mass[cluster]:.4g}."
    )


def cluster_of(session, rank: int) -> int:
    """The number, from the left, of the present cluster that holds the particle of that rank."""
    return int(np.searchsorted(session.clusters.start, rank, side="right")) - 1


def selected_cluster(session) -> int | None:
    """The present cluster that the selected one is part of, or its leftmost part; None where no cluster is selected."""
    node = session.selection.node
    return None if node is None else cluster_of(session, int(session.document.history.tree.first[node]))


def describe_node(session, node: int) -> str:
    """One sentence about a cluster that exists at some time."""
    history, word = session.document.history, session.document.system.time_word
    tree, n = history.tree, len(history.particles)
    first, last, parent = int(tree.first[node]), int(tree.last[node]), int(tree.parent[node])
    what = f"Particle {first:,}" if first == last else f"Cluster of {last - first + 1:,} (ranks {first:,} to {last:,})"
    made = "there from the start" if node < n else f"made at {word} {readable(tree.time[node - n], 4)}"
    ends = "nothing ever hits it" if parent < 0 else f"it collides at {word} {readable(tree.time[parent - n], 4)}"
    return f"{what}, {made}; {ends}. Mass {readable(tree.mass[node], 4)}."


def time_label(session) -> str:
    """What the axis of time says of itself."""
    kind = {"log": " (logarithmic)", "merges": " (one step a collision)"}.get(session.options.time_axis, "")
    return ("strength" if session.document.system.kind == "weights" else "time") + kind


def position_label(session) -> str:
    """What the axis of position says of itself."""
    return "position (weight units)" if session.document.system.kind == "weights" else "position"
