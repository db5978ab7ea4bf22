"""Damage files of every kind and read them: nothing may end in a traceback, hang, or take the memory.

``python .ci/fuzz.py [--seconds 60] [--seed N] [SUBJECT…]`` shares the time between the subjects: every reader of
recordings, study files, whole small studies, tables of repetitions, BIDS folders, channel maps and conversions. The
whole files stand in ``tests/data/seeds``, small real ones in the folder that ``EMGKIT_RECORDINGS`` names. What fails
is made as small as it gets and stored in ``tests/data/found``, where ``tests/test_found.py`` reads it ever after; what
was made from a real file may not be given on, and is stored in ``build/fuzz`` instead.

``--inputs 40`` tries so many inputs of each subject, however long they take, and makes them from the files of the
repository alone: with a seed they are the same on every machine.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import math
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SEEDS, FOUND = ROOT / "tests" / "data" / "seeds", ROOT / "tests" / "data" / "found"
PRIVATE = ROOT / "build" / "fuzz"  # findings made from real recordings; git ignores it
LONGEST = 10.0  # seconds of computing for one input
MEMORY = 4 * 2**30  # bytes of address space for one process
LARGEST = 300_000  # bytes of a real file that is taken as a seed
Tree = dict[str, bytes]  # the files of one input, by their path


@dataclass(frozen=True)
class Input:
    """The files of an input, and whether there is anything of a real recording in them."""

    files: Tree
    real: bool = False


class HangError(BaseException):
    """An input that takes longer than it may; no ``except Exception`` stops it."""


# ------------------------------------------------------------------------------------------------------- the subjects


def _read_as(name: str) -> Callable[[Path], None]:
    """Read the first file of a folder as a recording: by its content, then as what it was; first as it is."""

    def read(folder: Path) -> None:
        from emgkit import read
        from emgkit.errors import ArgumentError

        path = _main(folder)
        for format in (None, name):
            for given in ({}, {"units": "mV"}, {"units": "mV", "sfreq": 1000.0}):
                try:
                    read(path, format=format, **given)
                    return
                except ArgumentError as problem:  # a unit or a rate is missing
                    last: Exception = problem
                except Exception as problem:
                    last = problem
                    break
            if not _is_answer(last):
                raise last
        raise last

    return read


def _study_file(folder: Path) -> None:
    from emgkit.study import Study
    from emgkit.study.file.recordings import StudyFile
    from emgkit.study.recordings.plan import plan_of

    study = Study.load(folder / "study.toml")
    if isinstance(study.file, StudyFile):
        plan_of(study.file, study.folder)


def _whole_study(folder: Path) -> None:
    from emgkit.study import Study
    from emgkit.study.file.recordings import StudyFile
    from emgkit.study.recordings.analysis import analyse
    from emgkit.study.recordings.plan import plan_of
    from emgkit.study.recordings.simulated import data_folder

    study = Study.load(folder / "study.toml")
    if isinstance(study.file, StudyFile) and study.file.data.simulate is None:
        quiet = lambda _what, _done, _total: None  # noqa: E731
        plan = plan_of(study.file, study.folder)
        analyse(study.file, plan, data_folder(study.file.data, study.folder, quiet, quick=True), progress=quiet)


def _table(folder: Path) -> None:
    import numpy as np

    from emgkit import Channel, Recording, Trial
    from emgkit.events.ways.table import RepetitionTable, mark_repetitions

    table = RepetitionTable.read(_main(folder))
    emg = Recording(data=np.ones((1, 20000)), sfreq=500.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    context = {"participant": "P1", "task": "squat"}
    mark_repetitions(Trial(streams={"emg": emg}, context=context), table, starts="eccentric")


def _bids(folder: Path) -> None:
    from emgkit import read
    from emgkit.io import bids

    last = None
    for look in (bids.participants, bids.dataset):
        try:
            look(folder)
        except Exception as problem:
            if not _is_answer(problem):
                raise
            last = problem
    for path in bids.recordings(folder):
        for one in (bids.sidecar, bids.channels, bids.clock, read):
            one(path)
    if last is not None:
        raise last


def _channel_map(folder: Path) -> None:
    from emgkit import read

    read(folder / "a.csv", channels=folder / "map.toml", sfreq=1000.0)


def _conversion(folder: Path) -> None:
    from emgkit.io import convert

    convert(folder / "data", folder / "out", map=folder / "map.toml")


def _main(folder: Path) -> Path:
    """The file of an input that is opened: ``a.…``, or what stands first."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return next((path for path in files if path.suffix in (".vhdr", ".hea")), files[0])


def subjects() -> dict[str, Callable[[Path], None]]:
    """What is tried, by name: a function that takes the folder of an input."""
    from emgkit.io import FORMATS

    own = {
        "study-file": _study_file, "whole-study": _whole_study, "repetition-table": _table, "bids": _bids,
        "channel-map": _channel_map, "conversion": _conversion,
    }  # fmt: skip
    return own | {known.name: _read_as(known.name) for known in FORMATS}


def _is_answer(problem: BaseException) -> bool:
    """Whether an error is one of emgkit's own, that stands for no shortage of memory."""
    from emgkit.errors import EmgkitError

    return isinstance(problem, EmgkitError) and not isinstance(problem.__cause__, MemoryError)


def attempt(subject: Callable[[Path], None], files: Mapping[str, bytes]) -> tuple[str, str]:
    """How an input ends: ``("read", "")``, ``("refused", "")``, or what failed and its traceback.

    The first names the kind of the failure: the error and the innermost function of emgkit.
    """
    import numpy as np

    folder = Path(tempfile.mkdtemp(prefix="emgkit-fuzz-"))
    signal.signal(signal.SIGPROF, _hang)
    try:
        for name, raw in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(raw)
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            subject(folder)
        return "read", ""
    except BaseException as problem:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if _is_answer(problem):
            too_long = len(str(problem).replace(f"{folder}/", "")) > 700
            return ("a message of more than 700 characters", str(problem)) if too_long else ("refused", "")
        return _kind(problem), "".join(traceback.format_exception(problem))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        shutil.rmtree(folder, ignore_errors=True)


def _hang(_signal: int, _frame: object) -> None:
    raise HangError(f"not through after {LONGEST:g} s")


def _kind(problem: BaseException) -> str:
    frames = [one for one in traceback.extract_tb(problem.__traceback__) if one.filename != __file__]
    own = [one for one in frames if f"{os.sep}emgkit{os.sep}" in one.filename] or list(frames)
    place = own[-1]
    return f"{type(problem).__name__} in {Path(place.filename).name}, {place.name}"


# --------------------------------------------------------------------------------------------------------- the damage

TOKENS = [
    b"", b"0", b"-0", b"-1", b"1.5", b"1,5", b"1e400", b"-1e-320", b"nan", b"inf", b"0x10", b"1_000", b"65536",
    b"2147483648", b"9" * 400, b"9" * 5000, "²".encode(), "𝟗".encode(), b"9999-99-99", b"25:61:61", b"true", b"None",
    b"n/a", b"''", b'"', b"[]", b"{}", b"[[", b"[" * 5000, b"\0", b"\xff", b"\xef\xbb\xbf", "é".encode("cp1252"),
    b"../../x", b"/", b"x" * 10000, b"$x_{", b"\x1b[2J", b"(a+)+$", b"*", b".", b" ", b",", b";", b"#", b"=", b"\t",
    b"\r", b"\n", b"\n\n",
]  # fmt: skip
_WORD = re.compile(rb'"[^"\n]*"|[-+\w.]+')


def damaged(files: Mapping[str, bytes], rng: random.Random, others: list[Tree]) -> Tree:
    """An input with a few of its bytes, words, lines or files changed."""
    changed = dict(files)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 5))):
        name = rng.choice(sorted(changed))
        raw = changed[name]
        if rng.random() < 0.03 and len(changed) > 1:
            del changed[name]
        elif raw[:2] == b"PK" and rng.random() < 0.8:
            changed[name] = _in_archive(raw, rng)
        elif b"\0" not in raw[:2000] and rng.random() < 0.8:
            changed[name] = _in_text(raw, rng)
        else:
            changed[name] = _in_bytes(raw, rng, others)
    return changed


def _in_bytes(raw: bytes, rng: random.Random, others: list[Tree]) -> bytes:
    changed = bytearray(raw or b"\0")
    reach = len(changed) if rng.random() < 0.3 else min(len(changed), 2000)
    at, kind = rng.randrange(reach), rng.randrange(8)
    if kind == 0:
        changed[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        changed[at] = rng.randrange(256)
    elif kind == 2:
        value = rng.choice((b"\0\0", b"\xff\xff", b"\xff\x7f", b"\0\0\0\x80", b"\xff\xff\xff\x7f", b"\0\0\xc0\x7f"))
        changed[at : at + len(value)] = value
    elif kind == 3:
        del changed[at : at + rng.randrange(1, 40)]
    elif kind == 4:
        changed[at:at] = changed[at : at + rng.randrange(1, 40)]
    elif kind == 5:
        del changed[rng.randrange(len(changed)) :]
    elif kind == 6:
        changed[at : at + rng.randrange(3)] = rng.choice(TOKENS)
    else:
        other = rng.choice(sorted(rng.choice(others).items()))[1] or b"\0"
        first = rng.randrange(len(other))
        changed[at : at + rng.randrange(100)] = other[first : first + rng.randrange(100)]
    return bytes(changed)


def _in_text(raw: bytes, rng: random.Random) -> bytes:
    kind, words = rng.randrange(8), list(_WORD.finditer(raw if rng.random() < 0.3 else raw[:3000]))
    lines = raw.split(b"\n")
    at = rng.randrange(len(lines))
    if kind < 4 and words:
        one, other = rng.choice(words), rng.choice(words)
        value = rng.choice(TOKENS) if rng.random() < 0.7 else other[0]
        if one[0][:1] == b'"' and rng.random() < 0.5:
            value = b'"' + value + b'"'
        return raw[: one.start()] + value + raw[one.end() :]
    if kind == 4:
        del lines[at]
    elif kind == 5:
        lines.insert(rng.randrange(len(lines)), lines[at])
    elif kind == 6:
        return raw[: rng.randrange(len(raw) + 1)]
    else:
        place = rng.randrange(len(raw) + 1)
        return raw[:place] + rng.choice(TOKENS) + raw[place:]
    return b"\n".join(lines)


def _in_archive(raw: bytes, rng: random.Random) -> bytes:
    """A workbook with damage inside one of its parts."""
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as whole, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as changed:
            chosen = rng.choice(whole.namelist())
            for part in whole.namelist():
                text = whole.read(part)
                if part == chosen and rng.random() < 0.95:
                    changed.writestr(part, _in_text(text, rng))
                elif part != chosen:
                    changed.writestr(part, text)
    except Exception:  # it was damaged before
        return _in_bytes(raw, rng, [{"a": raw}])
    return made.getvalue()


# ---------------------------------------------------------------------------------------------------------- the seeds


def seeds(name: str, *, real: bool = True) -> list[Input]:
    """The whole inputs of a subject: those of the repository, then small real ones."""
    found = [Input(tree_of(folder)) for folder in sorted((SEEDS / name).glob("*/"))]
    if name == "study-file":
        found += [Input({"study.toml": path.read_bytes()}) for path in sorted(ROOT.glob("studies/*/study.toml"))]
    return [*found, *(Input(files, real=True) for files in (_real(name) if real else ()))]


def tree_of(folder: Path) -> Tree:
    """The files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _real(name: str) -> Iterator[Tree]:
    from emgkit.errors import EmgkitError
    from emgkit.io import FORMATS
    from emgkit.io.registry import detect

    named = os.environ.get("EMGKIT_RECORDINGS")
    known = next((one for one in FORMATS if one.name == name), None)
    if named is None or known is None:
        return
    taken = 0
    for path in sorted(Path(named).rglob("*")):
        if path.suffix.lower() in known.extensions and path.is_file() and 0 < path.stat().st_size <= LARGEST:
            try:
                fits = detect(path).name == name
            except EmgkitError:
                continue
            if fits:
                yield {path.name: path.read_bytes()}
                taken += 1
            if taken == 4:
                return


# ------------------------------------------------------------------------------------------------------------ the work


@dataclass
class Count:
    """What became of the inputs of one subject."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    memory: int = 0  # kB that the process grew to at most
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)  # kind -> the first input of it, traceback
    finished: bool = False


def made(name: str, whole: list[Input], seed: int, number: int) -> Input:
    """The input of that number: the first are whole, the rest damaged; nothing of a real file gets into another."""
    if number < len(whole):
        return whole[number]
    rng = random.Random(f"{name} {seed} {number}")
    chosen = rng.choice(whole)
    alike = [one.files for one in whole if one.real == chosen.real]
    return Input(damaged(chosen.files, rng, alike), real=chosen.real)


@dataclass(frozen=True)
class Plan:
    """What is tried: inputs of this seed, for so many seconds or so many of each subject."""

    seed: int
    seconds: float = math.inf
    inputs: float = math.inf

    def seeds(self, name: str) -> list[Input]:
        """The whole inputs of a subject; a number of inputs is of the repository's own."""
        return seeds(name, real=self.inputs == math.inf)

    def __str__(self) -> str:
        return f"{self.seconds:g} s" if self.inputs == math.inf else f"{self.inputs} inputs of each subject"


def work(name: str, plan: Plan, first: int, until: float, to: Connection) -> None:
    """Try the inputs of a subject until the time is over or their number reached; runs in a process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    subject, whole, number = subjects()[name], plan.seeds(name), first
    while number < plan.inputs and time.monotonic() < until:
        files = made(name, whole, plan.seed, number).files
        to.send(("begun", number))
        begun = time.process_time()
        kind, text = attempt(subject, files)
        to.send((kind, number, time.process_time() - begun, text, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
        number += 1
    to.send(("finished", number))


def run(names: list[str], plan: Plan) -> dict[str, Count]:
    """Share the time between the subjects, as many at once as there are cores."""
    counts, waiting, going = {name: Count() for name in names}, list(names), dict[Connection, Any]()
    cores = os.cpu_count() or 1
    share = plan.seconds * cores / len(names)
    process = multiprocessing.get_context("fork")

    def start(name: str, first: int, until: float) -> None:
        mine, theirs = process.Pipe(duplex=False)
        one = process.Process(target=work, args=(name, plan, first, until, theirs), daemon=True)
        one.start()
        theirs.close()
        going[mine] = [name, one, until, first, time.monotonic()]

    while waiting or going:
        while waiting and len(going) < cores:
            start(waiting.pop(0), 0, time.monotonic() + share)
        for ready in wait(list(going), timeout=1.0):
            assert isinstance(ready, Connection)
            _take(ready, going, counts, start)
        for mine, (name, one, until, number, since) in list(going.items()):
            if time.monotonic() - since > 6 * LONGEST:  # a hang that no signal ends
                one.kill()
                counts[name].failures.setdefault("a hang that no signal ends", (number, ""))
                del going[mine]
                start(name, number + 1, until)
    return counts


def _take(
    ready: Connection, going: dict[Connection, Any], counts: dict[str, Count], start: Callable[..., None]
) -> None:
    """Take one message of a process."""
    name, one, until, number, _ = going[ready]
    count = counts[name]
    try:
        kind, *rest = ready.recv()
    except EOFError:
        one.join()
        del going[ready]
        count.failures.setdefault(f"the process ended with {one.exitcode}", (number, ""))
        if time.monotonic() < until:
            start(name, number + 1, until)
        return
    if kind == "finished":
        count.finished = True
        del going[ready]
    elif kind == "begun":
        going[ready][3:] = [rest[0], time.monotonic()]
    else:
        number, took, text, memory = rest
        count.slowest, count.memory = max(count.slowest, took), max(count.memory, memory)
        if kind in ("read", "refused"):
            setattr(count, kind, getattr(count, kind) + 1)
        else:
            count.failures.setdefault(kind, (number, text))


# ------------------------------------------------------------------------------------------------------ what is found


def smallest(name: str, files: Tree, kind: str, seconds: float = 20.0) -> Tree:
    """The input without all that its failure does not need."""
    subject, until = subjects()[name], time.monotonic() + seconds

    def fails(tried: Tree) -> bool:
        return bool(tried) and time.monotonic() < until and attempt(subject, tried)[0] == kind

    kept = dict(files)
    for file in sorted(kept):
        without = {one: raw for one, raw in kept.items() if one != file}
        kept = without if fails(without) else kept
    for file in sorted(kept):
        size = len(kept[file]) // 2
        while size:
            at = 0
            while at < len(kept[file]):
                shorter = {**kept, file: kept[file][:at] + kept[file][at + size :]}
                if fails(shorter):
                    kept = shorter
                else:
                    at += size
            size //= 2
    return kept


def store(name: str, files: Tree, *, real: bool) -> Path:
    """Keep an input as a regression file; one with anything of a real recording out of what git sees."""
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:8]
    folder = (PRIVATE if real else FOUND) / name / digest
    for file, raw in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(raw)
    return folder


def report(counts: Mapping[str, Count]) -> None:
    """Print a line for each subject."""
    print(f"{'':18} {'inputs':>8} {'read':>8} {'refused':>8} {'failures':>8} {'slowest':>9} {'memory':>8}")
    for name, one in counts.items():
        print(f"{name:18} {one.read + one.refused:8} {one.read:8} {one.refused:8} {len(one.failures):8} "
              f"{one.slowest:7.2f} s {one.memory / 1024:5.0f} MB")  # fmt: skip
    inputs = sum(one.read + one.refused for one in counts.values())
    print(f"{inputs} inputs, {sum(len(one.failures) for one in counts.values())} kinds of failure, "
          f"largest memory {max(one.memory for one in counts.values()) / 1024:.0f} MB")  # fmt: skip


def main() -> None:
    """Try everything, print a table, store what failed; status 1 where anything did."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=float, default=60.0)
    length.add_argument("--inputs", type=int, help="so many of each subject, of the repository's own files alone")
    parser.add_argument("--seed", type=int, default=None, help="draws the damage; without it, another one every time")
    parser.add_argument("subjects", nargs="*")
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from emgkit.io import reading

    reading._UNFORESEEN = ()  # what a reader did not foresee fails here, though a user is told that the file is damaged
    seed = random.randrange(10**6) if given.seed is None else given.seed
    plan = Plan(seed, seconds=given.seconds) if given.inputs is None else Plan(seed, inputs=given.inputs)
    names = given.subjects or list(subjects())
    empty = [name for name in names if not plan.seeds(name)]
    names = [name for name in names if name not in empty]
    print(f"seed {seed}; {plan}" + (f"; no whole file, left out: {', '.join(empty)}" if empty else ""))
    for name in names:  # loads the libraries too, which is no work of an input
        ended = attempt(subjects()[name], plan.seeds(name)[0].files)
        if ended[0] != "read":
            sys.exit(f"the first whole input of {name} is not read but {ended[0]}\n{ended[1]}")
    counts = run(names, plan)
    report(counts)
    for name, one in counts.items():
        for kind, (number, text) in one.failures.items():
            failing = made(name, plan.seeds(name), seed, number)
            files = smallest(name, failing.files, kind) if text and "HangError" not in kind else failing.files
            kept = store(name, files, real=failing.real).relative_to(ROOT)
            print(f"\n{name}, input {number}: {kind}\nstored in {kept}", *text.splitlines()[-14:], sep="\n")
    sys.exit(any(one.failures for one in counts.values()))


if __name__ == "__main__":
    main()
