"""How large a picture is: pixels, and the dots per inch that say how large its text is among them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

SMALLEST, LARGEST = 64, 16_384  # pixels a side
MOST_PIXELS = 100_000_000  # 400 MB in memory
_PAPER = 8.0  # inches: what is narrower is meant for paper
_NEAR = 0.73  # then small text has 6 points
_SLIDE = 1280 * 720  # pixels at which text has the size that it has on the screen


@dataclass(frozen=True)
class OutputSize:
    """``width`` and ``height`` in pixels at ``dpi``.  ValueError, in one sentence, for sizes that cannot be."""

    width: int
    height: int
    dpi: float

    def __post_init__(self):
        for what, pixels in (("width", self.width), ("height", self.height)):
            if not SMALLEST <= pixels <= LARGEST:
                raise ValueError(f"the {what} is {pixels} pixels: give {SMALLEST} to {LARGEST}")
        if self.width * self.height > MOST_PIXELS:
            raise ValueError(
                f"{self.width} x {self.height} are {self.width * self.height:,} pixels: at most {MOST_PIXELS:,} can be "
                "drawn; write SVG or PDF, which need none"
            )
        if not 10 <= self.dpi <= 2400:
            raise ValueError(f"{self.dpi:g} dots per inch: give 10 to 2400")

    @property
    def scale(self) -> float:
        """Pixels for each unit of the drawing: a 96th of an inch on a slide, less on paper, which is read from near."""
        return self.dpi / 96 * (_NEAR if self.width < _PAPER * self.dpi else 1.0)

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height on paper."""
        return self.width / self.dpi, self.height / self.dpi

    @classmethod
    def of_pixels(cls, width: int, height: int) -> OutputSize:
        """A size whose text is as large, compared with the picture, as on a slide."""
        pixels = max(min(width * height, MOST_PIXELS), 1)
        dpi = 96.0 * max(math.sqrt(pixels / _SLIDE), 0.75)
        return cls(width, height, dpi if width >= _PAPER * dpi else dpi / _NEAR)

    @classmethod
    def of_text(cls, text: str) -> OutputSize:
        """``of_pixels`` for a text such as "1920x1080"."""
        match = re.fullmatch(r"\s*(\d{1,6})\s*[x×]\s*(\d{1,6})\s*", text, re.IGNORECASE)  # noqa: RUF001
        if match is None:
            raise ValueError(f"the size is {text[:40]!r}: give width x height in pixels, such as 1920x1080")
        return cls.of_pixels(int(match[1]), int(match[2]))


PRESETS = {
    "Slide, 1920 × 1080": OutputSize.of_pixels(1920, 1080),  # noqa: RUF001
    "Paper column, 3.5 in at 300 dpi": OutputSize(1050, 788, 300),
    "Paper page, 7 in at 300 dpi": OutputSize(2100, 1400, 300),
    "Square, 1080 × 1080": OutputSize.of_pixels(1080, 1080),  # noqa: RUF001
    "4K, 3840 × 2160": OutputSize.of_pixels(3840, 2160),  # noqa: RUF001
}
