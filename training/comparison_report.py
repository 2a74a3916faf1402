"""What a comparison found: a row for each method, as a table, JSON, Markdown and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from particles.checked_file import replacing

from .comparison_runs import Outcome
from .presets import DESCRIPTIONS
from .run_log import RunFolder, write_json
from .tables import aligned, markdown, percent, spread

STAGES = ("trained", "projected", "finetuned")
HEADER = ["method", "strength", "seeds", "test %", "projected", "fine-tuned"]
HEADER += ["distinct", "zeros %", "translation", "bits", "seconds"]
_ORDER = "Strengths, and the numbers of distinct values after projection, stand in the order of the tensors."
_SEEN = {  # data -> what choosing the strengths may have seen of the test splits
    "digits-torus": "Each seed divides the digits anew: test digits of one seed may have helped, as training or "
    "validation digits of seed 0, to choose the strengths.",
}


class Comparison(NamedTuple):
    """``grid``: the runs that chose; ``chosen``: method -> strength (None: it has none); ``runs``: over the seeds."""

    preset: str
    told: dict[str, object]
    grid: list[Outcome]
    chosen: dict[str, tuple[float, ...] | None]
    runs: list[Outcome]

    @property
    def failures(self) -> list[Outcome]:
        """The runs over the seeds that did not end well."""
        return [outcome for outcome in self.runs if outcome.report is None]

    def at_edge(self, method: str) -> bool:
        """Is the chosen strength the smallest or largest of several that were tried?"""
        tried = {outcome.run.changes["strength"] for outcome in self.grid if outcome.run.method == method}
        return len(tried) > 1 and self.chosen[method] in (min(tried), max(tried))


def choose(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The run that ended best on the validation split: by accuracy, in a regression by the loss; None if none ended."""
    ended = [outcome for outcome in outcomes if outcome.report is not None]
    return max(ended, key=lambda outcome: _validation(outcome.report), default=None)


def table(comparison: Comparison) -> list[list[str]]:
    """A header, and a row for each method: mean +- sample standard deviation over its seeds."""
    rows = [HEADER]
    for method, strength in comparison.chosen.items():
        outcomes = [outcome for outcome in comparison.runs if outcome.run.method == method]
        reports = [outcome.report for outcome in outcomes if outcome.report is not None]
        number = f"{len(reports)}" if len(reports) == len(outcomes) else f"{len(reports)} of {len(outcomes)}"
        row = [method, _strength(strength) + " (edge)" * comparison.at_edge(method), number]
        row += [spread([r["stages"].get(s, {}).get("test_accuracy") for r in reports], percent) for s in STAGES]
        found = [figures(report["stages"]["trained"]) for report in reports]
        row.append(spread([each["distinct"] for each in found], lambda value: f"{value:,.0f}"))
        row.append(spread([each["sparsity"] for each in found], percent))
        row.append(spread([each["translation"] for each in found], lambda value: f"{value:.3f}"))
        row.append(spread([each["bits"] for each in found], lambda value: f"{value:.2f}"))
        rows.append([*row, spread([report["seconds"] for report in reports], lambda value: f"{value:.0f}")])
    return rows


def grid_table(comparison: Comparison) -> list[list[str]]:
    """A header, and a row for each run that chose a strength."""
    rows = [["method", "strength", "validation %", "loss", "distinct values", "chosen"]]
    for run, report, failure in comparison.grid:
        row = [run.method, _strength(run.changes.get("strength"))]
        if report is None:
            rows.append([*row, "-", "-", "-", failure or "failed"])
            continue
        stage = report["stages"]["trained"]
        mark = "yes" if comparison.chosen.get(run.method) == run.changes.get("strength") else ""
        mark += ", at the edge" if mark and comparison.at_edge(run.method) else ""
        row += [percent(stage["valid_accuracy"]), f"{stage['valid_loss']:.4g}", f"{figures(stage)['distinct']:,}", mark]
        rows.append(row)
    return rows


def settings_table(comparison: Comparison) -> list[list[str]]:
    """A header, and for each method what a reader needs to know of its runs over the seeds."""
    rows = [["method", "optimizer", "learning rate", "batch", "epochs", "projected to", "fine-tuning"]]
    for method in comparison.chosen:
        config = next(outcome.run.config() for outcome in comparison.runs if outcome.run.method == method)
        rate = f"{config['lr']:g}, {config['lr_schedule']}"
        values = ", ".join(f"{values:,}" if values else "-" for values in config["project"]) or "-"
        tuned = f"{config['finetune_epochs']} epochs at {config['finetune_lr']:g}" if config["finetune_epochs"] else "-"
        row = [method, config["optimizer"], rate, f"{config['batch']}", f"{config['epochs']}", values, tuned]
        rows.append(row)
    return rows


def figures(stage: dict) -> dict:
    """Over all regularized tensors of a stage together: weights, distinct, sparsity, bits a weight; translation."""
    tensors = list(stage["tensors"].values())
    weights = sum(tensor["numel"] for tensor in tensors)
    means = {name: sum(t[name] * t["numel"] for t in tensors) / max(weights, 1) for name in ("sparsity", "bits")}
    distinct = sum(tensor["distinct"] for tensor in tensors)
    return {"weights": weights, "distinct": distinct, "translation": stage["translation"], **means}


def write(comparison: Comparison, folder: Path) -> list[Path]:
    """compare.json, compare.md and figures/*.png in ``folder``; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = _draw(comparison, folder)
    write_json(folder / "compare.json", as_json(comparison))
    with replacing(folder / "compare.md") as file:
        file.write(as_markdown(comparison, [path.relative_to(folder) for path in drawn]).encode())
    return [folder / "compare.json", folder / "compare.md", *drawn]


def as_json(comparison: Comparison) -> dict:
    """Everything: what was asked for, the grid, the choice, and the report of each run."""
    outcomes = {"grid": comparison.grid, "runs": comparison.runs}
    return {
        "preset": comparison.preset,
        **comparison.told,
        "chosen": comparison.chosen,
        "at_edge": [method for method in comparison.chosen if comparison.at_edge(method)],
        "table": [dict(zip(HEADER, row, strict=True)) for row in table(comparison)[1:]],
        **{name: [_outcome(outcome) for outcome in those] for name, those in outcomes.items()},
    }


def as_markdown(comparison: Comparison, drawn: Sequence[Path]) -> str:
    """The same for a reader."""
    told = comparison.told
    methods = "\n".join(f"- {name}: {DESCRIPTIONS[name]}" for name in comparison.chosen)
    parts = [f"# {comparison.preset}: {', '.join(comparison.chosen)}", f"```\n{told['command']}\n```"]
    parts += ["\n".join(told["machine"]), methods, markdown(table(comparison))]
    parts.append(
        "Test accuracy as trained, after projection and after fine-tuning; mean +- standard deviation of "
        f"{told['seeds']} seed{'s' * (told['seeds'] > 1)}. Distinct values (bit for bit), zeros, translation score and "
        "bits a weight are those of the regularized tensors as trained. " + _caution(comparison)
    )
    parts += [markdown(settings_table(comparison)), _ORDER]
    if comparison.grid:
        parts += ["## How the strengths were chosen", told["rule"], markdown(grid_table(comparison))]
    for outcome in comparison.failures:
        parts.append(f"{outcome.run.label} failed: {outcome.failure}")
    parts += [f"![{path.stem}]({path.as_posix()})" for path in drawn]
    return "\n\n".join(parts) + "\n"


def as_text(comparison: Comparison) -> str:
    """The table for a terminal."""
    return aligned(table(comparison))


def _caution(comparison: Comparison) -> str:
    """What stands against taking the table for more than it is."""
    told, configs = [], [outcome.run.config() for outcome in comparison.grid or comparison.runs]
    if comparison.grid and any(config["validate_on_test"] for config in configs):
        told.append("Strengths were chosen on the test split itself (validate_on_test).")
    elif comparison.grid:
        told += [_SEEN[data] for data in sorted({config["data"] for config in configs} & _SEEN.keys())]
    if any(map(comparison.at_edge, comparison.chosen)):
        told.append("Strengths marked (edge) are the smallest or largest of their grid: a better one may lie beyond.")
    return " ".join(told)


def _draw(comparison: Comparison, folder: Path) -> list[Path]:
    from . import figures as draw

    place = folder / "figures"
    place.mkdir(exist_ok=True)
    first = {o.run.method: RunFolder(o.run.folder) for o in reversed(comparison.runs) if o.report is not None}
    first = {method: first[method] for method in comparison.chosen if method in first}
    pages = {"learning": draw.learning(first)} if first else {}
    ended = {o.run.folder: o for o in comparison.grid + comparison.runs if o.report is not None}
    trained = [_trained(outcome, draw.Trained) for outcome in ended.values()]
    order = list(comparison.chosen)
    measured = sorted((row for row in trained if row.accuracy is not None), key=lambda row: order.index(row.method))
    if measured:
        pages["frontier"] = draw.frontier(measured)
    for method, run in first.items():
        found = draw.filters_of(run, run.weights(run.snapshots()[-1])) if run.snapshots() else None
        if found is not None:
            pages[f"filters-{method}"] = draw.filters(*found, name=method)
    for name, page in pages.items():
        draw.save(page, place / f"{name}.png", dpi=130)
    return [place / f"{name}.png" for name in pages]


def _trained(outcome: Outcome, kind):
    stage = outcome.report["stages"]["trained"]
    strength = max(outcome.run.config()["strength"]) if outcome.run.config()["method"] != "none" else 0.0
    return kind(outcome.run.method, strength, stage["valid_accuracy"], figures(stage)["distinct"])


def _validation(report: dict) -> float:
    stage = report["stages"]["trained"]
    figure = -stage["valid_loss"] if stage["valid_accuracy"] is None else stage["valid_accuracy"]
    return figure if figure is not None and math.isfinite(figure) else -math.inf


def _outcome(outcome: Outcome) -> dict:
    run = outcome.run
    told = {"method": run.method, "changes": run.changes, "folder": run.folder.name}
    return {**told, "report": outcome.report, "failure": outcome.failure}


def _strength(strength) -> str:
    return ", ".join(f"{value:g}" for value in strength) if strength else "-"
