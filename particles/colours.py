"""Two themes, light and dark: colours by what they are for; loads no matplotlib.

Nothing rests on hue alone: neighbouring cluster colours differ in lightness too, and the mass ramp is monotone in
lightness.  The cluster colours follow Okabe and Ito's palette, which the common forms of colour blindness keep apart;
on white its dark members are darkened, on black lightened.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Colours by what they are for.  ``mass`` is a ramp from the lightest cluster to the heaviest."""

    name: str
    background: str
    ink: str
    quiet: str
    grid: str
    accent: str
    kinetic: str
    heat: str
    clusters: tuple[str, ...]
    mass: tuple[str, ...]


LIGHT = Theme(
    name="light",
    background="#ffffff",
    ink="#20242c",
    quiet="#697180",
    grid="#e8eaee",
    accent="#b8325a",
    kinetic="#4a8fc4",
    heat="#f5cf96",
    clusters=("#0b66a5", "#e39b0c", "#00755a", "#58aee0", "#b24a0a", "#c877a4"),
    mass=("#a3b6c6", "#5a93bf", "#5a4f9c", "#5c0f4d"),
)
DARK = Theme(
    name="dark",
    background="#0d1117",
    ink="#e6e9ef",
    quiet="#8b94a3",
    grid="#20262f",
    accent="#ff7d9c",
    kinetic="#4f9fd8",
    heat="#a8641c",
    clusters=("#3f97d9", "#f5c555", "#1fae86", "#a5dbf7", "#e2702c", "#eab0d0"),
    mass=("#4a5f78", "#4288bf", "#f0a05a", "#fff0c4"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def theme_named(name: str) -> Theme:
    """The theme of that name; ValueError with the known names otherwise."""
    if name not in THEMES:
        raise ValueError(f"unknown theme {name!r}: choose one of {', '.join(THEMES)}")
    return THEMES[name]
