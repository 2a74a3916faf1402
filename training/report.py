"""``python -m training report RUN...``: what a run has reached, as a table, Markdown and figures; loads no torch."""

from __future__ import annotations

from pathlib import Path

from particles.checked_file import replacing

from .arguments import Parser
from .presets import PRESETS
from .run_log import RunFolder
from .tables import aligned, markdown, percent

MARKDOWN = "report.md"
STAGES = {
    "untrained": "untrained",
    "trained": "as trained",
    "best": "best epoch on validation",
    "projected": "after projection",
    "finetuned": "after fine-tuning",
}


def main(argv: list[str]) -> int:
    """Write report.md and the figures of each run, print the tables; see ``write_report``."""
    parser = Parser(prog="python -m training report", description="Figures and tables of runs, into their folders.")
    parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="the folder of a run")
    parser.add_argument("--out", metavar="FILE.png", type=Path, help="also draw the runs side by side into this file")
    parser.add_argument("--no-figures", action="store_true", help="tables only, and nothing is written")
    args = parser.parse_args(argv)
    runs = [RunFolder(path) for path in args.runs]
    for run in runs:
        print(f"{run.path}: {headline(run)}\n{aligned(stage_table(run))}\n")
        if not args.no_figures:
            print(f"{write_report(run.path)}\n")
    if args.out:
        from . import figures

        figures.save(figures.learning(runs), args.out)
        print(args.out)
    return 0


def write_report(folder) -> Path:
    """Draw the figures of a run and write its report.md, also of a run that has not ended; the path of the latter.

    Raises FileNotFoundError for a folder that holds no run, ValueError for a file in it that is broken.
    """
    from . import figures

    run = RunFolder(folder)
    drawn = figures.write_all(folder)
    text = "\n\n".join(sections(run, [path.relative_to(run.path).as_posix() for path in drawn])) + "\n"
    path = run.path / MARKDOWN
    with replacing(path) as file:
        file.write(text.encode())
    return path


def sections(run: RunFolder, drawn: list[str]) -> list[str]:
    """The parts of the Markdown; ``drawn``: paths of figures, as seen from the run's folder."""
    config, report, environment = run.config, run.report(), run.environment
    parts = [f"# {config['preset']}: {named(config)}, seed {config['seed']}", headline(run)]
    parts += ["## Stages", markdown(stage_table(run))]
    tensors = tensor_table(run)
    if len(tensors) > 1:
        parts += ["## Tensors", markdown(tensors)]
        parts.append(
            "Distinct values are counted bit for bit. Bits a weight: a codebook and packed indices, or plain where "
            "that is smaller. The untrained tensor is the yardstick: drawing float32 numbers gives ties already."
        )
    size = report.get("shared_file")
    if size:
        share = percent(size["bytes"] / size["dense_bytes"], 1)
        parts.append(
            f"The shared file has {size['bytes']:,} bytes: {share} % of the {size['dense_bytes']:,} of the plain one."
        )
    for path in drawn:
        parts.append(f"![{Path(path).stem}]({path})")
    parts += ["## Configuration", markdown([["setting", "value"], *changed(config)])]
    if environment:
        rows = [[name, str(value)] for name, value in environment.items() if name != "command"]
        parts += ["## Environment", f"```\n{environment.get('command', '')}\n```", markdown([["what", "value"], *rows])]
    return parts


def named(config: dict) -> str:
    """The method in words: wsr in latent mode, rewound 0.5."""
    if config["method"] == "none":
        return f"{config['model']}, not regularized"
    words = config["method"]
    if config["method"] == "wsr":
        words += f", {config['mode']} mode" + (f", rewind {config['rewind']:g}" if config["rewind"] else "")
    strengths = ", ".join(f"{strength:g}" for strength in config["strength"])
    return f"{config['model']} with {words}, strength {strengths}"


def headline(run: RunFolder) -> str:
    """One sentence on how far the run is and what it has reached."""
    status, metrics, config = run.status(), run.metrics(), run.config
    far = metrics[-1]["epoch"] if metrics else 0
    told = f"{named(config)}; {status} after {far} of {config['epochs']} epochs"
    if metrics:
        told += f" and {metrics[-1]['seconds']:.0f} s"
        best = [line["valid_accuracy"] for line in metrics if line["valid_accuracy"] is not None]
        told += f"; best validation accuracy {percent(max(best))} %" if best else ""
    return told + "."


def stage_table(run: RunFolder) -> list[list[str]]:
    """Rows: the stages of the run, or the last epoch of one that has not ended."""
    stages = run.report().get("stages")
    if not stages:
        last = (run.metrics() or [{}])[-1]
        stages = {f"epoch {last.get('epoch', 0)}": last}
    names = list(dict.fromkeys(name for stage in stages.values() for name in stage.get("tensors", {})))
    measured = any(stage.get("valid_accuracy") is not None for stage in stages.values())
    kind = "accuracy" if measured else "loss"
    header = ["stage", *(f"{split} {'%' if measured else 'loss'}" for split in ("valid", "test")), "translation"]
    rows = [header + [f"values of {name}" for name in names]]
    for stage, found in stages.items():
        scores = [found.get(f"{split}_{kind}") for split in ("valid", "test")]
        shown = [percent(score) if measured else _number(score) for score in scores]
        distinct = [found.get("tensors", {}).get(name, {}).get("distinct") for name in names]
        values = ["-" if number is None else f"{number:,}" for number in distinct]
        rows.append([STAGES.get(stage, stage), *shown, _number(found.get("translation"), ".3f"), *values])
    return rows


def tensor_table(run: RunFolder) -> list[list[str]]:
    """Rows: each tensor at each stage, with all its figures."""
    rows = [["tensor", "stage", "weights", "distinct", "zeros %", "largest cluster %", "balance", "bits a weight", "R"]]
    stages = run.report().get("stages", {})
    for name in dict.fromkeys(name for stage in stages.values() for name in stage["tensors"]):
        for stage, found in stages.items():
            figures = found["tensors"].get(name)
            if figures:
                row = [name, STAGES.get(stage, stage), f"{figures['numel']:,}", f"{figures['distinct']:,}"]
                row += [percent(figures["sparsity"]), percent(figures["largest"]), _number(figures["balance"], ".3f")]
                rows.append([*row, _number(figures["bits"], ".2f"), _number(figures["penalty"])])
    return rows


def changed(config: dict) -> list[list[str]]:
    """The settings that are not the preset's, and those that name it."""
    preset = PRESETS[config["preset"]].config.to_json() if config["preset"] in PRESETS else {}
    kept = ("preset", "data", "model", "method", "mode", "strength", "seed", "epochs")
    return [[name, _plainly(value)] for name, value in config.items() if name in kept or preset.get(name) != value]


def _plainly(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(value, form: str = ".4g") -> str:
    return "-" if value is None else f"{value:{form}}"
