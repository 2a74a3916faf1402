"""A film as MP4: H.264 by the ffmpeg that imageio-ffmpeg brings, in a process of its own, fed through a pipe.

The same frames give the same bytes: ffmpeg is told to write no date and no version, and its threads are a fixed number.
"""

from __future__ import annotations

import secrets
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

MISSING = (
    "an MP4 film needs imageio-ffmpeg, which is not installed: `pip install imageio-ffmpeg`, or write a film that "
    "ends in .gif"
)
_FAREWELL = 60  # seconds to finish the file after the last frame


def ffmpeg() -> str:
    """The path of ffmpeg.  RuntimeError, saying what to install, where there is none."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        raise RuntimeError(MISSING) from None


def write_mp4(path, frames: Iterable[bytes], size: tuple[int, int], fps: float) -> None:
    """Write ``frames``, each width x height x 4 bytes (blue, green, red, unused), as a film; whole or not at all.

    Width and height must be even.  RuntimeError without ffmpeg; OSError, naming ``path``, where it cannot be written.
    Whatever ``frames`` raises ends the film: ffmpeg is stopped, and no file is left.
    """
    target = Path(path).resolve()
    temporary = target.with_name(f".{target.stem[:100]}.{secrets.token_hex(6)}.part.mp4")
    command = _command(ffmpeg(), temporary, size, fps)
    try:
        if target.exists() and not target.is_file():
            raise OSError("it exists and is not a regular file")
        with open(temporary, "xb"):  # says in the system's words why it cannot be written
            pass
        _feed(command, frames)
        temporary.replace(target)
    except OSError as error:
        raise type(error)(f"could not write {path}: {error.strerror or error}; nothing was changed") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _feed(command: list[str], frames: Iterable[bytes]) -> None:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log)
        try:
            with suppress(BrokenPipeError):  # its reason is in the log
                for frame in frames:
                    process.stdin.write(frame)
            with suppress(BrokenPipeError):
                process.stdin.close()
            if process.wait(_FAREWELL):
                log.seek(0)
                raise OSError(_reason(log.read(10_000).decode(errors="replace")))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            with suppress(OSError):
                process.stdin.close()


def _command(executable: str, path: Path, size: tuple[int, int], fps: float) -> list[str]:
    return [
        *(executable, "-y", "-loglevel", "error", "-nostdin"),
        *("-f", "rawvideo", "-pix_fmt", "bgra", "-s", f"{size[0]}x{size[1]}", "-r", f"{fps:g}", "-i", "-"),
        *("-an", "-c:v", "libx264", "-preset", "medium", "-crf", "18", "-pix_fmt", "yuv420p", "-threads", "2"),
        *("-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709", "-color_range", "tv"),
        *("-color_primaries", "bt709", "-color_trc", "bt709", "-map_metadata", "-1", "-fflags", "+bitexact"),
        *("-flags:v", "+bitexact", "-movflags", "+faststart", str(path)),
    ]


def _reason(log: str) -> str:
    for known in ("No space left on device", "Permission denied", "File too large", "Disk quota exceeded"):
        if known in log:
            return known
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return f"ffmpeg says: {lines[-1][:200]}" if lines else "ffmpeg ended without saying why"
