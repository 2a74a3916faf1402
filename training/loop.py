"""Training, from a configuration to a report; stopped at any moment, it goes on as if nothing had been."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import torch

from .batches import crop_and_flip, order, seed_step_
from .checkpoint import LAST, Counters, load_checkpoint_, not_finite
from .config import Config
from .dose import NotFiniteWeightsError
from .environment import environment
from .evaluation import Score, count_right, evaluate, forward, mean_loss
from .finish import finish, stage_report
from .launch import check_same_weights, choose_device, distribute, process_group, ranks_from_environment, share, total
from .opening import check_folder, create_folder_, cut_back_, kept_status
from .progress import Event
from .recorder import Recorder, check_tensorboard
from .run_log import ENVIRONMENT, REPORT, RunFolder, write_json
from .setup import Setup, learning_rate, prepare
from .stopping import DivergedError, Interrupted, StopRequest, stop_request


def train(
    config: Config, folder, *, resume: bool = False, progress=None, tensorboard: bool = False, data_folder=None
) -> dict:
    """Run a configuration in ``folder``; the content of its report.json (see ``training.finish``).

    With ``resume`` a run that was interrupted or killed goes on from its last checkpoint, and ends with the weights
    that it would have had, bit for bit, on the same machine with the same number of threads; a finished one only
    gives its report.  ``progress`` is called with an ``Event`` after each step and epoch.  Under torchrun only the
    first process writes; the others return {}.

    Raises FileExistsError for a folder that is not empty where a new run is to start, ValueError where a run would go
    on with another configuration or with settings that do not fit data and model, FileNotFoundError for missing data,
    RuntimeError for a GPU that is not there, DivergedError with the step once a loss or a weight is not finite, and
    Interrupted (a KeyboardInterrupt) after Ctrl-C or SIGTERM, once the run is saved.
    """
    folder, ranks = Path(folder), ranks_from_environment()
    if tensorboard:
        check_tensorboard()
    if ranks.is_first:
        check_folder(folder, config, resume)
    if resume and (folder / REPORT).exists():
        run = RunFolder(folder)
        if run.status() == "finished":
            return run.report() if ranks.is_first else {}
    device = choose_device(config.device, ranks)
    if config.threads:
        torch.set_num_threads(config.threads)
    with process_group(ranks, device):
        setup = prepare(config, device, ranks, data_folder)
        if ranks.is_first:
            create_folder_(folder, config)
            write_json(folder / ENVIRONMENT, environment(device, ranks.world))
        with kept_status(folder, ranks.is_first), stop_request() as stop, Recorder(setup, folder, tensorboard) as log:
            training = Training(setup, folder, log, progress, stop)
            training.begin(resume)
            training.run()
            check_same_weights(setup.model, ranks)
            if not ranks.is_first:
                return {}
            report = finish(setup, training.counters, folder, training.check_stop)
            write_json(folder / REPORT, report)
    return report


@dataclass
class Training:
    """A run between its first step and its last; ``counters`` says where it is."""

    setup: Setup
    folder: Path
    log: Recorder
    progress: object
    stop: StopRequest
    counters: Counters = None

    def begin(self, resume: bool) -> None:
        """Start anew, or take up the last checkpoint, dropping what was logged after it."""
        setup, last = self.setup, self.folder / LAST
        if resume and last.exists():
            self.counters = load_checkpoint_(last, setup.model, setup.optimizer, setup.sharing)
            if setup.ranks.is_first:
                cut_back_(self.folder, self.counters.epoch, self.counters.step)
        else:
            first = setup.ranks.is_first
            self.counters = Counters(untrained=stage_report(setup) if first else {})
            if first:
                cut_back_(self.folder, 0, -1)
                self.log.snapshot(self.counters)
                self.log.save(self.counters, always=True)
        self.parallel = distribute(setup.model, setup.ranks)

    def run(self) -> None:
        """Train to the last epoch."""
        self._clock = time.perf_counter() - self.counters.seconds
        while self.counters.epoch < self.setup.config.epochs:
            self._epoch()
        self.log.save(self.counters, always=True)

    def check_stop(self) -> None:
        """Stop, after the training proper, where a signal asked for it; its last checkpoint stands."""
        if self.stop:
            self._interrupt()

    def _epoch(self) -> None:
        config, counters = self.setup.config, self.counters
        lr = learning_rate(config, config.lr, counters.epoch, config.epochs)
        for group in self.setup.optimizer.param_groups:
            group["lr"] = lr
        self.setup.model.train()
        batches = order(len(self.setup.data.train.inputs), config.batch, config.seed, counters.epoch)
        for batch in batches[counters.batch :]:
            asked = self._step(batch)
            self._tell()
            if asked:
                counters.seconds = time.perf_counter() - self._clock
                self._check_finite()
                self.log.save(counters, always=True)
                self._interrupt()
        self._end_epoch(lr)

    def _step(self, batch: torch.Tensor) -> bool:
        """One step of the optimizer; True where a process was asked to stop."""
        setup, counters = self.setup, self.counters
        config, train, ranks = setup.config, setup.data.train, setup.ranks
        seed_step_(setup.device, config.seed, counters.step, ranks.rank)
        index = share(batch, ranks).to(setup.device)
        inputs, targets = train.inputs[index], train.targets[index]
        if config.augment:
            inputs = crop_and_flip(inputs)
        outputs = forward(self.parallel, inputs, config.precision)
        loss = mean_loss(outputs, targets)
        sums = [loss.detach() * len(index), count_right(outputs, targets), torch.tensor(float(bool(self.stop)))]
        summed, right, asked = total(torch.stack([value.double().to(setup.device) for value in sums]), ranks)
        if not math.isfinite(summed):
            self._diverged(f"the loss is {summed / len(batch)}")
        setup.optimizer.zero_grad()
        loss.backward()
        try:
            setup.optimizer.step()
        except NotFiniteWeightsError as error:
            bad = not_finite(setup.model)
            self._diverged(f"{bad} is not finite" if bad else str(error))
        counters.loss += summed
        counters.correct += right
        counters.seen += len(batch)
        counters.batch += 1
        counters.step += 1
        return asked > 0

    def _end_epoch(self, lr: float) -> None:
        counters, setup = self.counters, self.setup
        first = setup.ranks.is_first
        valid = evaluate(setup.model, setup.data.valid, setup.config.precision) if first else Score(0.0, None)
        self._check_finite(valid.loss)
        counters.epoch += 1
        loss, accuracy = counters.loss / counters.seen, counters.correct / counters.seen
        counters.batch = counters.seen = 0
        counters.loss = counters.correct = 0.0
        if first:
            counters.seconds = time.perf_counter() - self._clock
            line = {
                "epoch": counters.epoch,
                "step": counters.step,
                "lr": lr,
                "train_loss": loss,
                "train_accuracy": accuracy if setup.data.classes else None,
                "valid_loss": valid.loss,
                "valid_accuracy": valid.accuracy,
                "seconds": counters.seconds,
            }
            self._tell(self.log.end_epoch(counters, line))

    def _tell(self, line: dict | None = None) -> None:
        if self.progress is not None:
            epochs = self.setup.config.epochs
            self.progress(Event(self.counters.step, epochs * self.setup.batches, self.counters.epoch, epochs, line))

    def _interrupt(self) -> NoReturn:
        counters, epochs = self.counters, self.setup.config.epochs
        raise Interrupted(
            f"stopped after step {counters.step} (epoch {min(counters.epoch + 1, epochs)} of {epochs}) and saved; "
            f"go on with: python -m training run --resume --out {self.folder}"
        )

    def _check_finite(self, valid_loss: float = 0.0) -> None:
        """Stop, on all processes, where what there is now could not be trained on, before it becomes a checkpoint."""
        bad = not_finite(self.setup.model)
        what = f"{bad} is not finite" if bad else ""
        if not math.isfinite(valid_loss):
            what = f"the validation loss is {valid_loss}"
        (found,) = total(torch.tensor([float(bool(what))], device=self.setup.device), self.setup.ranks)
        if found:
            self._diverged(what or "the validation loss or a weight of another process is not finite")

    def _diverged(self, what: str) -> NoReturn:
        raise DivergedError(
            f"{what} at step {self.counters.step} (epoch {self.counters.epoch + 1}): stopped; the last good checkpoint "
            f"is {self.folder / LAST}; start a new run with a smaller --lr or --strength"
        ) from None
