"""Change one place of the code at a time, and see whether the tests of its room notice.

``python .ci/mutate.py [--number 40] [--seed N] [ROOM…]`` draws so many places of each room, as likely in one line as in
another, runs tests of the room on a copy with that one change, and prints the score and the changes that survived.
Comparisons, signs, ``and`` and ``or``, ``not``, numbers, and the conditions of ``if`` are changed; texts are not.

Every test file of the room runs once without a change. That shows which functions each file enters and how long it
takes. A change is then tried on the files that enter its function: first those that are named after its module, then
the quick ones, up to the first test that fails. A change outside functions is tried on all files of the room.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[1]
REFERENCE = ("anova", "effects", "every_key", "more", "paired", "reliability")
LEFT_OUT = "tests/properties/test_what_is_left_out.py"
ROOMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "signal": (
        "emgkit/signal",
        ("tests/test_signal.py", "tests/test_steps.py", "tests/test_steps_contract.py", "tests/test_offset.py",
         "tests/properties/test_signal_properties.py", "tests/properties/test_filter_ends.py", LEFT_OUT),
    ),
    "stats/within": (
        "emgkit/stats/within",
        ("tests/stats/within", "tests/stats/results", *(f"tests/reference/test_stats_{name}.py" for name in REFERENCE),
         "tests/stats/test_edges.py", "tests/stats/test_other_programs.py",
         "tests/properties/test_statistics_properties.py", LEFT_OUT),
    ),
    "events": ("emgkit/events", ("tests/events", LEFT_OUT)),
    "normalize": ("emgkit/normalize", ("tests/normalize", "tests/study/test_mvc_hints.py", LEFT_OUT)),
    "recording": (
        "emgkit/recording.py",
        ("tests/test_recording.py", "tests/test_pipeline.py", "tests/test_steps.py", "tests/test_repairs.py"),
    ),
    "study": ("emgkit/study/recordings", ("tests/study",)),
}  # fmt: skip
LONGEST = 600.0  # seconds for the tests of one change; a change that makes them hang is noticed
PLACE, INSIDE = "", ".<locals>"  # what is outside functions; what stands between a function and one inside it
OTHER = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.Is: "is not",
    ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in", ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*",
    ast.Pow: "*", ast.FloorDiv: "/", ast.Mod: "*",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A stretch of a file (in bytes) and what stands in its place."""

    file: str
    line: int
    function: str
    start: int
    stop: int
    text: str

    def of(self, raw: bytes) -> bytes:
        return raw[: self.start] + self.text.encode() + raw[self.stop :]

    def shown(self, raw: bytes) -> str:
        old = raw[self.start : self.stop].decode()
        line = raw.decode().splitlines()[self.line - 1].strip()
        return f"{self.file}:{self.line}: {' '.join(old.split())[:40]!r} -> {self.text[:44]!r} in {line[:90]}"


def changes(file: str) -> list[Change]:
    """Every change of a file."""
    raw = (ROOT / file).read_bytes()
    tree = ast.parse(raw)
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    place = lambda line, column: starts[line - 1] + column  # noqa: E731
    found = []
    functions = {node: name for body, name in _functions(tree, "") for node in body}
    for node in _code(tree):
        first = place(node.lineno, node.col_offset)
        last = place(node.end_lineno or 0, node.end_col_offset or 0)
        for start, stop, text in _of(node, raw, first, last, place):
            found.append(Change(file, node.lineno, functions.get(node, PLACE), start, stop, text))
    return found


def _functions(tree: ast.AST, before: str) -> Iterator[tuple[set[ast.AST], str]]:
    """What runs when a function is called, with its name; a function inside another belongs to the outer one."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{before}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield {one for line in node.body for one in ast.walk(line)}, f"{before}{node.name}"
        else:
            yield from _functions(node, before)


def _code(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that run: no annotations, no decorators, no calls that make an error or a notice."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.Raise):
                continue
            if isinstance(node, ast.keyword) and node.arg == "strict":  # of zip: guards what is so anyway
                continue
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith(("Error", "Notice", "warn")):
                continue
            if isinstance(node, ast.expr):
                yield node
            yield from _code(node)


def _of(node: ast.expr, raw: bytes, first: int, last: int, place) -> Iterator[tuple[int, int, str]]:  # type: ignore[no-untyped-def]
    if isinstance(node, (ast.Compare, ast.BinOp)):
        left = node.left
        right = node.comparators[0] if isinstance(node, ast.Compare) else node.right
        kind = type(node.ops[0] if isinstance(node, ast.Compare) else node.op)
        texts = any(
            isinstance(one, ast.JoinedStr)
            or (isinstance(one, ast.Constant) and not isinstance(one.value, (int, float)))
            for one in (left, right)
        )
        if kind in OTHER and not (isinstance(node, ast.BinOp) and texts):
            start, stop = place(left.end_lineno, left.end_col_offset), place(right.lineno, right.col_offset)
            sign = raw[start:stop].decode()
            bare = sign.strip("() \n\t")
            if bare and "#" not in sign:
                yield start, stop, sign.replace(bare, OTHER[kind], 1)
    elif isinstance(node, ast.BoolOp):
        start = place(node.values[0].end_lineno, node.values[0].end_col_offset)
        stop = place(node.values[1].lineno, node.values[1].col_offset)
        sign, other = raw[start:stop].decode(), ("and", "or")
        one, two = other if isinstance(node.op, ast.And) else other[::-1]
        if len(node.values) == 2 and sign.count(one) == 1:
            yield start, stop, sign.replace(one, two)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield first, last, raw[first + (3 if isinstance(node.op, ast.Not) else 1) : last].decode().strip()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield first, last, str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield first, last, str(node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield first, last, str(node.value * 1.5 or 1.0)
    elif isinstance(node, ast.IfExp):
        test = raw[
            place(node.test.lineno, node.test.col_offset) : place(node.test.end_lineno, node.test.end_col_offset)
        ]
        start = place(node.test.lineno, node.test.col_offset)
        yield start, start + len(test), f"(not ({test.decode()}))"


def drawn(room: str, number: int, seed: int) -> list[Change]:
    """So many changes of a room, at most one of a line."""
    base = ROOT / ROOMS[room][0]
    files = sorted(base.rglob("*.py")) if base.is_dir() else [base]
    lines: dict[tuple[str, int], list[Change]] = {}
    for file in files:
        for one in changes(file.relative_to(ROOT).as_posix()):
            lines.setdefault((one.file, one.line), []).append(one)
    rng = random.Random(f"{room} {seed}")
    chosen = rng.sample(sorted(lines), min(number, len(lines)))
    return [rng.choice(lines[one]) for one in chosen]


@dataclass(frozen=True)
class Tests:
    """A test file: how long it takes (s), and the functions of emgkit that it enters, each as (file, name)."""

    file: str
    seconds: float
    entered: frozenset[tuple[str, str]]


def files_of(room: str) -> list[str]:
    """The test files of a room."""
    places = [ROOT / name for name in ROOMS[room][1]]
    files = [file for place in places for file in (sorted(place.rglob("test_*.py")) if place.is_dir() else [place])]
    return [file.relative_to(ROOT).as_posix() for file in files]


def unchanged(file: str, work: Path) -> Tests:
    """Run a test file without a change; it has to pass."""
    begun, log = time.monotonic(), Path(tempfile.mkstemp(dir=work)[1])
    if not pass_on_copy([file], None, work, log=log):
        sys.exit(f"the tests of {file} do not pass as they are")
    lines = log.read_text(encoding="utf-8").splitlines()
    entered = frozenset((place, name) for place, _, name in (line.partition("\t") for line in lines))
    return Tests(file=file, seconds=time.monotonic() - begun, entered=entered)


def survives(one: Change, tests: list[Tests], work: Path) -> bool:
    """Whether all tests that can notice a change pass all the same."""
    able = [each for each in tests if one.function == PLACE or (one.file, one.function) in each.entered]
    stem = Path(one.file).stem
    nearest = sorted(able, key=lambda each: (stem not in Path(each.file).stem, each.seconds))
    return not nearest or pass_on_copy([each.file for each in nearest], one, work)


def pass_on_copy(files: list[str], one: Change | None, work: Path, *, log: Path | None = None) -> bool:
    """Whether test files pass on a copy of the repository with a change."""
    folder = Path(tempfile.mkdtemp(dir=work))
    shutil.copytree(ROOT / "emgkit", folder / "emgkit")
    for name in ("tests", "studies", "datasets", "docs", "pyproject.toml", "CHANGELOG.md", "README.md", ".ci"):
        (folder / name).symlink_to(ROOT / name)
    if one is not None:
        (folder / one.file).write_bytes(one.of((ROOT / one.file).read_bytes()))
    process = get_context("fork").Process(target=_run, args=(folder, files, log))
    process.start()
    process.join(LONGEST)
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    shutil.rmtree(folder, ignore_errors=True)
    return process.exitcode == 0


def _run(folder: Path, files: list[str], log: Path | None) -> None:
    """Run test files in a copy of the repository; the libraries are loaded already."""
    import pytest

    with Path(os.devnull).open("w") as quiet:
        os.dup2(quiet.fileno(), 1)
        os.dup2(quiet.fileno(), 2)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    entered: set[CodeType] = set()
    if log is not None:
        sys.settrace(lambda frame, *_: entered.add(frame.f_code))
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not slow and not site and not long"]
    status = pytest.main([*options, "--rootdir", str(folder), *files])
    if log is not None:
        sys.settrace(None)
        start = f"{folder}/"
        own = [code for code in entered if code.co_filename.startswith(f"{start}emgkit/")]
        names = {(code.co_filename.removeprefix(start), code.co_qualname.partition(INSIDE)[0]) for code in own}
        log.write_text("".join(f"{file}\t{name}\n" for file, name in sorted(names)), encoding="utf-8")
    os._exit(0 if status == pytest.ExitCode.NO_TESTS_COLLECTED else int(status))


def main() -> None:
    """Print the score of each room, and what survived."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("rooms", nargs="*")
    given = parser.parse_args()
    import matplotlib.pyplot, pandas, pytest, scipy.signal, scipy.stats, statsmodels.formula.api  # noqa: E401, F401, I001

    for room in given.rooms or ROOMS:
        begun, picked = time.monotonic(), drawn(room, given.number, given.seed)
        with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            tests = list(pool.map(lambda file: unchanged(file, Path(work)), files_of(room)))
            left, ends = 0, pool.map(lambda one: survives(one, tests, Path(work)), picked)  # noqa: B023
            for one, is_left in zip(picked, ends, strict=True):
                if is_left:
                    left += 1
                    print(f"  survived: {one.shown((ROOT / one.file).read_bytes())}", flush=True)
        print(
            f"{room}: {len(picked) - left} of {len(picked)} noticed, {100 * (1 - left / len(picked)):.0f} %, "
            f"in {time.monotonic() - begun:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
