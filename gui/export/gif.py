"""A film as GIF: one palette for all its frames, and delays that viewers keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from particles.checked_file import replacing

FASTEST = 50.0  # frames a second: viewers slow a film down whose delays are under 20 ms
MOST_BYTES = 2**30  # Pillow keeps all frames, a byte a pixel, until it writes
_COLOURS = 255
_SAMPLE = 320  # pixels a side of each frame that the palette is made from


def write_gif(path, frames: Iterable[bytes], size: tuple[int, int], fps: float, samples: list[bytes]) -> None:
    """Write ``frames``, each width x height x 4 bytes (blue, green, red, unused), as a film that repeats for ever.

    ``samples`` are some of them: their colours make the palette.  The last frame stays for a second more.  The same
    frames give the same bytes.  OSError, naming ``path``, where it cannot be written; then nothing was.
    """
    pictures = _quantized(frames, size, _palette(samples, size))
    first = next(pictures)
    images = [first, *pictures]
    delays = delays_of(len(images), fps)
    delays[-1] += 1000
    with replacing(path) as file:
        first.save(
            file, "GIF", save_all=True, append_images=images[1:], duration=delays, loop=0, optimize=False, disposal=1
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


def _palette(samples: list[bytes], size: tuple[int, int]) -> Image.Image:
    """The colours of the samples, side by side on one sheet; nearest pixels, so that no colour is made up."""
    small = (min(size[0], 2 * _SAMPLE), min(size[1], 2 * _SAMPLE))
    sheet = Image.new("RGB", (small[0], small[1] * len(samples)))
    for place, sample in enumerate(samples):
        sheet.paste(_image(sample, size).resize(small, Image.Resampling.NEAREST), (0, place * small[1]))
    return sheet.quantize(_COLOURS, Image.Quantize.MEDIANCUT)


def _quantized(frames: Iterable[bytes], size: tuple[int, int], palette: Image.Image) -> Iterator[Image.Image]:
    for frame in frames:
        yield _image(frame, size).quantize(palette=palette, dither=Image.Dither.NONE)


def _image(frame: bytes, size: tuple[int, int]) -> Image.Image:
    return Image.frombuffer("RGBX", size, frame, "raw", "BGRX", 0, 1).convert("RGB")
