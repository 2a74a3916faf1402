"""What the line view says: its heading, and the card of what the mouse is on."""

from __future__ import annotations

from .line_scene import ARROWS, Grip, LineScene
from .linked_axes import readable

ARROW_WORDS = {"velocity": "how far each gets {}", "momentum": "momentum, mass times velocity"}
DRAGS = {"disc": "drag: position; Ctrl+wheel: mass", "tip": "drag: velocity", "rim": "drag: mass"}


def heading(scene: LineScene, on_screen: bool = True) -> tuple[str, str]:
    """What is shown, and what areas, arrows and bars mean; ``on_screen`` also what can be done."""
    n, k = len(scene.session.document.system), len(scene.clusters)
    word, t = scene.session.document.system.time_word, readable(scene.session.clock.t)
    title = f"{word} {t}   {n:,} {'particle' if n == 1 else 'particles'}"
    if k < n:
        title += f" in {k:,} {'cluster' if k == 1 else 'clusters'}"
    note = "bars: mass in each column of pixels, on a log scale" if scene.strip else "area: mass"
    if scene.has_arrows:
        within = "in a time of" if word == "t =" else f"by a {word} of"
        whose = "" if scene.arrowed.all() else " of some"
        note += f"; arrows{whose}: {ARROW_WORDS[scene.arrows].format(f'{within} {readable(scene.scale.reach, 2)}')}"
    elif scene.arrows != "none" and scene.seen > ARROWS:
        note += "; too many in sight for arrows" + ": zoom in" * on_screen
    if scene.ghosts:
        note += "; below: free flight without collisions"
    return title, note


def card(grip: Grip, scene: LineScene, editable: bool) -> list[str]:
    """Who is under the mouse: position, mass, velocity, momentum, members, and what a drag would change."""
    cluster, clusters = grip.cluster, scene.clusters
    first, size = int(clusters.start[cluster]), int(scene.sizes[cluster])
    mass, velocity = float(clusters.mass[cluster]), float(clusters.velocity[cluster])
    if size == 1:
        lines = [f"Particle {first:,}"]
    else:
        lines = [f"Cluster of {size:,} particles", f"ranks {first:,} to {first + size - 1:,}"]
    lines.append(f"position {readable(clusters.position[cluster], 4)}   mass {readable(mass, 4)}")
    lines.append(f"velocity {readable(velocity, 4)}   momentum {readable(mass * velocity, 4)}")
    return [*lines, DRAGS[grip.kind]] if editable else lines
