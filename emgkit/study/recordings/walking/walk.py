"""The walk through many stages of one kind: by workers, with what is finished stored and what is stored not run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from emgkit.errors import EmgkitError, EmgkitWarning
from emgkit.recording import Trial
from emgkit.study.recordings.keys import Stage
from emgkit.study.recordings.walking.storing import Store
from emgkit.workers import Workers, here

__all__ = ["Progress", "Walk", "nobody"]

Output = TypeVar("Output")
Progress = Callable[[str, int, int], None]

# bytes of trials that stay in memory; those beyond are read again
_MOST = 2**30


def nobody(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


@dataclass
class Walk:
    """Who runs stages, what they gave, and where it is stored.

    Parameters
    ----------
    workers : Workers
        Who runs them.
    store : Store, optional
        Where outputs are kept for a run that goes on where this one was stopped.
    progress : callable
        Called with (what, done, total).

    Attributes
    ----------
    memory : dict
        The outputs of the stages that were asked for. In this process, trials are there, too, while they fit.
    """

    workers: Workers = here
    store: Store | None = None
    progress: Progress = nobody
    memory: dict[Stage[Any], Any] = field(default_factory=dict)
    _taken: int = 0

    def run(self, stages: Sequence[Stage[Output]], what: str) -> Iterator[Output | EmgkitError]:
        """What each stage gives, in their order: its output, or the error that it raised."""
        stored = {stage: self._stored(stage) for stage in stages}
        left = [stage for stage, found in stored.items() if found is None]
        done = len(stages) - len(left)
        self.progress(what, done, len(stages))

        def note(place: int, output: Output | EmgkitError) -> None:
            nonlocal done
            done += 1
            if self.store is not None and not isinstance(output, EmgkitError):
                self.store.put(left[place].key, output)
            self.progress(what, done, len(stages))

        run = self._run_here if self.workers is here else attempt
        outputs = self.workers.map(run, left, each=note)
        for stage, found in stored.items():
            output = next(outputs) if found is None else found[0]
            if not isinstance(output, EmgkitError):
                self.memory[stage] = output
            yield output

    def _stored(self, stage: Stage[Output]) -> tuple[Output] | None:
        if stage in self.memory:
            return (self.memory[stage],)
        return None if self.store is None else self.store.get(stage.key)

    def _run_here(self, stage: Stage[Output]) -> Output | EmgkitError:
        """Run a stage; of what it took, trials are kept."""
        memory = dict(self.memory)
        output = attempt(stage, memory)
        for one in stage.inputs:
            trial = memory.get(one) if isinstance(one, Stage) else None
            if isinstance(trial, Trial) and one not in self.memory:
                size = sum(stream.data.nbytes for stream in trial.values())
                if self._taken + size <= _MOST:
                    self._taken += size
                    self.memory[one] = trial
        return output


def attempt(stage: Stage[Output], memory: dict[Stage[Any], Any] | None = None) -> Output | EmgkitError:
    """A stage's output, or the error that it raises, which reaches another process either way."""
    try:
        with warnings.catch_warnings():
            # each of these is kept as a notice of the result
            warnings.simplefilter("ignore", EmgkitWarning)
            return stage.run(memory)
    except EmgkitError as problem:
        return problem
