"""A film as GIF: one palette for all its frames, and delays that viewers keep."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

from particles.checked_file import replacing

FASTEST = 50.0  # frames a second: viewers slow a film down whose delays are under 20 ms
MOST_BYTES = 2**30  # Pillow keeps all frames, a byte a pixel, until it writes
_COLOURS, _EXACT = 256, 96


def write_gif(path, frames: Iterable[bytes], size: tuple[int, int], fps: float, samples: list[bytes]) -> None:
    """Write ``frames``, each width x height x 4 bytes (blue, green, red, unused), as a film that repeats for ever.

    ``samples`` are some of them: their colours make the palette.  The last frame stays for a second more.  The same
    frames give the same bytes.  OSError, naming ``path``, where it cannot be written; then nothing was.
    """
    palette = _Palette(samples, size)
    first, *others = (palette.picture(frame) for frame in frames)
    delays = delays_of(1 + len(others), fps)
    delays[-1] += 1000
    with replacing(path) as file:
        first.save(
            file, "GIF", save_all=True, append_images=others, duration=delays, loop=0, optimize=False, disposal=1
        )


def delays_of(count: int, fps: float) -> list[int]:
    """Milliseconds of each frame: multiples of 10, at least 20, that keep to ``fps`` (at most 50) in the long run."""
    ends = np.rint(np.arange(count + 1) * 100.0 / min(fps, FASTEST)).astype(int)
    return (10 * np.maximum(np.diff(ends), 2)).tolist()


def check_length(count: int, size: tuple[int, int]) -> None:
    """ValueError if a GIF of so many frames of that size would not fit into memory."""
    if count * size[0] * size[1] > MOST_BYTES:
        raise ValueError(
            f"a GIF of {count} frames of {size[0]} x {size[1]} pixels is too large: make it smaller or shorter, or "
            "write an MP4 film"
        )


class _Palette:
    """256 colours: the most frequent ones of the samples, exactly, so that grounds and lines keep theirs, then the best
    for the rest.  (Pillow maps to a palette by boxes of four levels, which would make white a light grey.)"""

    def __init__(self, samples: list[bytes], size: tuple[int, int]):
        self._size = size
        colours, counts = np.unique(np.concatenate([_pixels(sample) for sample in samples]), return_counts=True)
        often = colours[np.argsort(counts, kind="stable")[::-1][:_EXACT]]
        rest = colours[~np.isin(colours, often)]
        self.colours = _channels(often)
        if rest.size:
            row = Image.fromarray(_channels(rest).astype(np.uint8)[None])
            best = row.quantize(_COLOURS - _EXACT, Image.Quantize.MEDIANCUT).getpalette()
            self.colours = np.concatenate((self.colours, np.reshape(best, (-1, 3))))
        self._index = np.full(1 << 24, -1, np.int16)  # of each colour that was met

    def picture(self, frame: bytes) -> Image.Image:
        """The frame in these colours, each pixel in the nearest one."""
        pixels = _pixels(frame)
        index = self._index[pixels]
        new = np.unique(pixels[index < 0])
        if new.size:
            for part in np.array_split(new, new.size // 4096 + 1):
                distance = ((_channels(part)[:, None] - self.colours) ** 2).sum(axis=2)
                self._index[part] = distance.argmin(axis=1)
            index = self._index[pixels]
        picture = Image.frombytes("P", self._size, index.astype(np.uint8).tobytes())
        picture.putpalette(self.colours.astype(np.uint8).tobytes())
        return picture


def _pixels(frame: bytes) -> np.ndarray:
    """Red, green and blue of each pixel in one number."""
    return np.frombuffer(frame, "<u4") & 0xFFFFFF


def _channels(pixels: np.ndarray) -> np.ndarray:
    return np.column_stack((pixels >> 16, pixels >> 8 & 255, pixels & 255)).astype(np.int32)
