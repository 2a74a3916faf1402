"""The filters of a first layer, sorted so that translated copies stand side by side, as they lie and aligned."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from scipy import fft

from particles.colours import Theme
from particles.style import entitle

from .translation import as_images, centred, correlations, translation_score

ROWS, COLUMNS = 8, 10
MOST = 600  # filters that are sorted; of more, those that are longest
_COLOURS = ("#0b66a5", "#7db4dc", "#ffffff", "#e58aa2", "#b8325a")


def draw_filters(figure, weights, name: str, theme: Theme) -> None:
    """Draw into ``figure``; see ``figures.filters``."""
    images = as_images(weights)
    rows, shifts, cosines = families(images)
    panels = figure.subplots(1, 2)
    if not len(rows):
        for axes in panels:
            axes.set_axis_off()
        entitle(panels[0], f"{name}: fewer than two of its {len(images):,} filters are not constant", "", theme)
        return
    aligned = np.array([_aligned(images[row], shift) for row, shift in zip(rows, shifts, strict=True)])
    _draw_grid(panels[0], images[rows], theme)
    _draw_grid(panels[1], aligned, theme)
    _write_cosines(panels[1], cosines, images.shape[-2], theme)
    title = (
        f"{name}: translation score {translation_score(images):.2f} (1: translated copies of one another; 0: chance)"
    )
    note = "each row: a filter, then the others that resemble it most under a circular shift"
    entitle(panels[0], title, note, theme)
    entitle(
        panels[1], "", "the same, shifted onto the first and centred; beside them: mean cosine with the first", theme
    )


def families(images) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of filters that are nearly translated copies: their indices (rows, columns), the shifts that bring each onto
    the first of its row (rows, columns, 2), and the mean cosine of each row with its first, descending by choice.

    Greedy: the filter with the best company, and that company, then the best of those left.  Filters of one value take
    no part; of more than ``MOST`` the longest do.
    """
    around = images - images.mean(axis=(1, 2, 3), keepdims=True)
    length = np.sqrt((around**2).sum(axis=(1, 2, 3)))
    taking = np.flatnonzero(np.ptp(images, axis=(1, 2, 3)) > 0)
    taking = np.sort(taking[np.argsort(-length[taking], kind="stable")[:MOST]])
    n = len(taking)
    columns = min(COLUMNS, n)
    if n < 2:
        return np.empty((0, 0), np.int64), np.empty((0, 0, 2), np.int64), np.empty(0)
    similar, place = _similarities(centred(images[taking]))
    left = np.ones(n, bool)
    rows, places, cosines = [], [], []
    while len(rows) < ROWS and left.sum() >= columns:
        among = np.flatnonzero(left)
        inside = similar[np.ix_(among, among)]
        company = np.partition(inside, -columns, axis=1)[:, -columns:].sum(axis=1)
        first = among[company.argmax()]
        row = among[np.argsort(-inside[company.argmax()], kind="stable")[:columns]]
        row = np.concatenate(([first], row[row != first][: columns - 1]))
        left[row] = False
        rows.append(taking[row])
        places.append(place[first, row])
        cosines.append(similar[first, row[1:]].mean())
    shifts = np.stack(np.unravel_index(np.array(places), images.shape[-2:]), axis=-1)
    return np.array(rows), shifts, np.array(cosines)


def _similarities(units) -> tuple[np.ndarray, np.ndarray]:
    """The best cosine of each filter with each other one under a circular shift of that, and the place of the shift."""
    spectra = fft.rfft2(units)
    similar, place = np.empty((len(units),) * 2, np.float32), np.empty((len(units),) * 2, np.int64)
    for i in range(len(units)):
        found = correlations(spectra[i : i + 1], spectra, units.shape[-2:])[0]
        place[i] = found.argmax(axis=1)
        similar[i] = np.take_along_axis(found, place[i][:, None], axis=1)[:, 0]
    place[np.arange(len(units)), np.arange(len(units))] = 0
    return similar, place


def _aligned(images, shifts) -> np.ndarray:
    """The images of a row (columns, channels, height, width), shifted, and all together so that what they share is in
    the middle: the angle of the first Fourier coefficient of the energy tells where on the torus it lies."""
    images = np.array([np.roll(image, shift, (-2, -1)) for image, shift in zip(images, shifts, strict=True)])
    energy = (images**2).sum(axis=(0, 1))
    coefficients = fft.fft2(energy)
    for axis, (length, coefficient) in enumerate(
        zip(energy.shape, (coefficients[1:2, 0], coefficients[0, 1:2]), strict=True)
    ):
        if coefficient.size:
            centre = -np.angle(coefficient[0]) / (2 * np.pi) * length
            images = np.roll(images, round((length - 1) / 2 - centre), axis - 2)
    return images


def _draw_grid(axes, images, theme: Theme) -> None:
    """Images (rows, columns, channels, height, width), zero white, each row on one scale."""
    rows, columns, channels, height, width = images.shape
    scale = np.abs(images).max(axis=(1, 2, 3, 4), keepdims=True)
    images = images / np.where(scale > 0, scale, 1)
    if channels != 3:
        images = images.mean(axis=2, keepdims=True)
    page = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, images.shape[2]), np.nan)
    for y in range(rows):
        for x in range(columns):
            page[y * (height + 1) :, x * (width + 1) :][:height, :width] = np.moveaxis(images[y, x], 0, -1)
    if channels == 3:
        axes.imshow(np.where(np.isnan(page), 1.0, 0.5 + 0.5 * np.nan_to_num(page)), interpolation="nearest")
    else:
        colours = LinearSegmentedColormap.from_list("weights", _COLOURS).with_extremes(bad=theme.background)
        axes.imshow(page[:, :, 0], cmap=colours, vmin=-1, vmax=1, interpolation="nearest")
    for y in range(rows):
        for x in range(columns):
            corner = (x * (width + 1) - 0.5, y * (height + 1) - 0.5)
            axes.add_patch(
                Rectangle(corner, width, height, fill=False, edgecolor=theme.quiet, linewidth=0.5, clip_on=False)
            )
    axes.set_axis_off()


def _write_cosines(axes, cosines, height: int, theme: Theme) -> None:
    for y, cosine in enumerate(cosines):
        middle = y * (height + 1) + height / 2 - 0.5
        axes.annotate(
            f"{cosine:.2f}", (1, middle), (6, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            va="center", fontsize=8, color=theme.ink, annotation_clip=False,
        )  # fmt: skip
