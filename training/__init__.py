"""Weight-sharing regularization of real networks: attach the engine to any torch optimizer, project, keep, save.

Names are looked up when they are first used, so that ``training.run_log`` loads no torch.
"""

from importlib import import_module

_HOME = {
    "attach": "hook",
    "Sharing": "sharing",
    "L1": "penalties",
    "BetaLasso": "penalties",
    "GroupLasso": "penalties",
    "Subgradient": "penalties",
    "Constant": "schedules",
    "Linear": "schedules",
    "Cosine": "schedules",
    "Target": "schedules",
    "measure": "tensor_figures",
    "project": "projection",
    "freeze_sharing": "freeze",
    "thaw_sharing": "freeze",
    "reestimate_batch_norm": "batch_norm",
    "save_shared": "shared_file",
    "load_shared": "shared_file",
}
__all__ = sorted([*_HOME, "WeightSharing"])


def __getattr__(name: str):
    if name == "WeightSharing":
        from prox import WeightSharing

        return WeightSharing
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = found
    return found
