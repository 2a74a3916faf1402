"""Imports run in one direction only, and light packages load nothing heavy.

The directions are read from the source of every module, imports inside functions included: particles stands alone,
prox knows of it only the vocabulary and the decorator for kernels, and nobody imports upwards.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "cupy", "matplotlib", "sklearn", "PySide6", "pyqtgraph"}
QT = {"PySide6", "pyqtgraph"}
FORBIDDEN = {  # anywhere in the package
    "particles": {"prox", "gui", "training", "tests", "torch", "cupy", *QT},
    "prox": {"gui", "training", "tests", *QT},
    "training": {"gui", "tests", *QT},
    "gui": {"torch", "cupy", "tests"},
}
OWN_PROCESS = {("gui", "torch_child", "torch")}  # a program that never runs in the window's process
LATE = {"particles": {"sklearn"}, "prox": {"torch", "cupy", "matplotlib", "sklearn"}}  # only inside of functions
VOCABULARY = {"particles.state", "particles.compiled"}  # what prox may know of particles
COMMAND_LINE = {"particles.checked_file", "particles.measure"}  # and its commands: no physics in these either
MODULES = [path for package in FORBIDDEN for path in sorted((ROOT / package).rglob("*.py"))]


def imports(path):
    """(module, at the top level?) for each import of a source file; relative ones are resolved."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = path.relative_to(ROOT).parts[:-1]
    inside = {node for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.Lambda) for node in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
            base = base if node.level else node.module
            names = [base] if node.module else [f"{base}.{alias.name}" for alias in node.names]
            if base in FORBIDDEN:  # from particles import state
                names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((name, node not in inside) for name in names)


def top(name):
    return name.partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_crosses_a_forbidden_direction(path):
    package = path.relative_to(ROOT).parts[0]
    for name, _ in imports(path):
        if (package, path.stem, name) not in OWN_PROCESS:
            assert top(name) not in FORBIDDEN[package], f"{package} must not import {name}"
        if package == "prox" and top(name) == "particles":
            allowed = VOCABULARY | (COMMAND_LINE if path.stem in ("__main__", "bench") else set())
            assert ".".join(name.split(".")[:2]) in allowed, f"prox must not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_are_imported_only_where_they_are_used(path):
    """Modules that are themselves only imported inside of functions may: the gradient is one."""
    package = path.relative_to(ROOT).parts[0]
    if (package, path.stem) not in {("prox", "autograd")}:
        for name, at_top in imports(path):
            assert not (at_top and top(name) in LATE.get(package, ())), f"import {name} inside of a function"


def test_the_source_is_read_right(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    source = tmp_path / "prox" / "x.py"
    source.parent.mkdir()
    source.write_text("import a.b\nfrom . import c\nfrom .d import e\nfrom particles import f\ndef g():\n import h\n")
    expected = {("a.b", 1), ("prox.c", 1), ("prox.d", 1), ("particles.f", 1), ("h", 0)}
    assert set(imports(source)) == expected


def fresh(program):
    """What a program prints in a process of its own, as JSON."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("package", ["particles", "prox"])
def test_importing_loads_nothing_heavy(package):
    loaded = fresh(f"import json, sys, {package}; print(json.dumps(sorted(sys.modules)))")
    assert package in loaded
    assert not HEAVY & {top(name) for name in loaded}
    if package == "particles":
        assert "prox" not in loaded


def test_importing_prox_loads_of_particles_only_what_it_may_plus_the_package_itself():
    """``import particles.state`` runs the package's __init__; nothing beyond that may be there."""
    of_package = set(fresh("import json, sys, particles; print(json.dumps(sorted(sys.modules)))"))
    with_prox = fresh("import json, sys, prox; print(json.dumps(sorted(sys.modules)))")
    assert {name for name in with_prox if top(name) == "particles"} <= of_package


def test_solving_and_simulating_load_nothing_heavy():
    loaded = fresh(
        "import json, sys, numpy as np, particles, prox\n"
        "p = particles.Particles.from_weights(np.arange(9.0)); particles.simulate(p).clusters(1.0)\n"
        "[prox.solve(p, 1.0, solver) for solver in prox.SOLVERS if solver != 'cuda']\n"
        "prox.prox_weight_sharing(p.position, 1.0)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert not HEAVY & {top(name) for name in loaded}


def test_particles_is_imported_in_less_than_two_seconds():
    """The best of three: another program may be in the way."""
    program = "import time; t = time.perf_counter(); import particles; print(time.perf_counter() - t)"
    for _ in range(3):
        if (seconds := fresh(program)) < 2.0:
            return
    raise AssertionError(f"import particles took {seconds:.2f} s")
