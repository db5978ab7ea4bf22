"""The table of CONTRIBUTING: a toy one of each is added in the files that its row names, and works.

All toys go into one copy of the package. In two more copies each lacks what makes it known, and is not found there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
# what stands in the place of <name>, <family> and <slug>
NAMES = {"name": "toy", "family": "toy", "slug": "toy"}

# row -> file -> what is put before which line of it; None stands for the end, a new file has one text
Change = tuple[str | None, str]
TOYS: dict[str, dict[str, list[Change]]] = {
    "reader": {
        "emgkit/io/formats/toy.py": [
            (
                None,
                '''
"""Toy recordings: one value a line."""

from pathlib import Path

import numpy as np

from emgkit.io._assembly import FileContent, Signal

__all__ = ["load"]


def load(path: Path) -> FileContent:
    """What a toy recording says."""
    values = np.loadtxt(path)
    return FileContent(signals=(Signal(label="VL", values=values, unit="mV", sfreq=1000.0, kind="EMG"),))
''',
            )
        ],
        "emgkit/io/registry.py": [
            (
                '    Format(\n        name="bdf",',
                '    Format(name="toy", description="a value a line", extensions=(".toy",), marker=None,'
                ' module="emgkit.io.formats.toy"),\n',
            )
        ],
    },
    "step": {
        "emgkit/signal/__init__.py": [
            ('    "bandpass",\n', '    "divided_by",\n'),
            (
                None,
                '\n\ndef divided_by(x, by):\n    """Divide."""\n    return x / by\n',
            ),
        ],
        "emgkit/steps/conditioning.py": [
            ('    "Bandpass",\n', '    "Divide",\n'),
            (
                None,
                '''

@dataclass(frozen=True, kw_only=True)
class Divide(SampleStep):
    """Divide by a number."""

    divisor: float

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.divided_by(x, self.divisor)

    def sentence(self) -> str:
        return f"The signals were divided by {number(self.divisor)}."
''',
            ),
        ],
        "emgkit/steps/__init__.py": [
            ("    Bandpass,\n", "    Divide,\n"),
            ("            RemoveMean, Highpass", "            Divide,\n"),
        ],
        "emgkit/__init__.py": [('    "Bandpass": "steps",', '    "Divide": "steps",\n')],
        "emgkit/__init__.pyi": [
            ("from emgkit.steps import Bandpass as Bandpass", "from emgkit.steps import Divide as Divide\n")
        ],
    },
    "measure": {
        "emgkit/measures/definitions.py": [
            (
                "def _mean(",
                "def _range(segment: Array, sfreq: float) -> Array:  # noqa: ARG001\n"
                "    return np.asarray(np.ptp(segment, axis=-1))\n\n\n",
            ),
            (
                '            Measure(name="mean"',
                '            Measure(name="range", function=_range, unit=lambda unit: unit),\n',
            ),
        ],
    },
    "statistic": {
        "emgkit/stats/within/toy.py": [
            (
                None,
                '''
"""Medians of the conditions."""

import pandas as pd

from emgkit.stats.results.results import Results

__all__ = ["medians"]


def medians(cells: pd.DataFrame, *, outcome: str = "value", within: str) -> Results:
    """Give the median of each condition."""
    table = cells.groupby(within)[outcome].median().rename("median").reset_index()
    return Results.of(table, "medians", {"outcome": outcome, "within": within})
''',
            )
        ],
        "emgkit/stats/within/words.py": [
            (
                None,
                '''

def medians_sentence(row: Row, facts: AnalysisFacts) -> str:
    """Say a median."""
    return f"The median of {row[facts['within']]} was {row['median']:g}."


def medians_methods(facts: AnalysisFacts) -> Text:
    """Say what was done."""
    return Text(what=f"Medians were taken of each {facts['within']}.")


register(medians=Kind(title="Medians", methods=medians_methods, sentence=medians_sentence, needs=("median",)))
''',
            )
        ],
        "emgkit/stats/__init__.py": [
            (
                "from emgkit.stats.within.reliability import reliability",
                "from emgkit.stats.within.toy import medians\n",
            ),
            ('    "meta_analysis",\n', '    "medians",\n'),
        ],
    },
    "figure": {
        "emgkit/figures/toy_plots.py": [
            (
                None,
                '''
"""A line."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["line"]


def line(values: Sequence[float]) -> Axes:
    """Draw a line."""
    ax = Figure().subplots()
    ax.plot(values)
    return ax
''',
            )
        ],
        "emgkit/figures/__init__.py": [
            ("from emgkit.figures.matrix_plots", "from emgkit.figures.toy_plots import line\n"),
            ('    "activation",', '    "line",\n'),
        ],
    },
    "study": {
        "studies/toy/study.toml": [
            (
                None,
                """
[study]
title = "Two lifts"
question = "Which?"
[data]
folder = "../../recordings"
pattern = "{participant}_{task}.csv"
sfreq = 1000
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.deadlift]
task = "deadlift"
starts = "concentric"
[mvc]
own_task_maximum = true
[[steps]]
step = "Rectify"
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "channel"
""",
            )
        ],
        "studies/toy/README.md": [(None, "# Two lifts\n")],
    },
}
# in each further copy: row -> the file that is left as it is, and how the lack of it is answered
UNKNOWN = (
    {
        "reader": ("emgkit/io/registry.py", "FormatError: The file is of an unknown format"),
        "step": ("emgkit/steps/__init__.py", "AttributeError: module 'emgkit.steps' has no attribute 'Divide'"),
        "measure": ("emgkit/measures/definitions.py", "ArgumentError: Unknown measure 'range'"),
        "statistic": ("emgkit/stats/within/words.py", "DesignError: The table is of an unknown kind"),
        "figure": ("emgkit/figures/__init__.py", "AttributeError: module 'emgkit.figures' has no attribute 'line'"),
        "study": ("studies/toy/study.toml", "StudyError: There is no study 'toy'"),
        "stub": ("emgkit/__init__.pyi", "['Divide']"),
    },
    {
        "step": ("emgkit/__init__.py", "AttributeError: module 'emgkit' has no attribute 'Divide'"),
        "statistic": ("emgkit/stats/__init__.py", "AttributeError: module 'emgkit.stats' has no attribute 'medians'"),
    },
)

# run beside a copy: a function a row, and what each gives or how it fails
SCRIPT = r"""
import json, sys
from pathlib import Path
import numpy as np
import emgkit as ek

def recording():
    return ek.Recording(data=[[1.0, 3.0, 2.0]], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V", kind="EMG"),))

def reader():
    Path("one.toy").write_text("1\n2\n4\n")
    emg = ek.read("one.toy").emg
    return [emg.data.tolist(), emg.sfreq, emg.channels[0].unit]

def step():
    pipeline = ek.Pipeline(ek.Divide(divisor=4))
    assert ek.Pipeline.from_json(pipeline.to_json()) == pipeline
    return [pipeline(recording()).data.tolist(), pipeline.methods()]

def measure():
    return ek.measure(recording(), "range", during="recording")["value"].tolist()

def statistic():
    import pandas as pd
    cells = pd.DataFrame({"exercise": ["squat"] * 3, "value": [1.0, 5.0, 2.0]})
    table = ek.stats.medians(cells, within="exercise")
    return [table.sentences(), table.methods().partition(". ")[0], "squat" in table.to_html()]

def figure():
    return ek.figures.line([1, 2, 4]).lines[0].get_ydata().tolist()

def study():
    Path("recordings").mkdir()
    time = np.arange(4000) / 1000
    bar = 0.5 - 0.25 * (1 - np.cos(2 * np.pi * time))
    for seed, (who, task) in enumerate((w, t) for w in ("p1", "p2") for t in ("squat", "deadlift")):
        emg = np.random.default_rng(seed).normal(0, 0.1, time.size)
        lines = [f"{a:.6f},{b:.6f}" for a, b in zip(emg, bar if task == "squat" else 0.5 - bar)]
        Path("recordings", f"{who}_{task}.csv").write_text("\n".join(["VL (mV),bar (m)", *lines]))
    from emgkit.study import Study
    result = Study.load("toy").run(quick=True)
    return [result.report.relative_to(Path.cwd()).as_posix(), result.tables["contrasts"]["n"].tolist()]

given = {}
for row in (reader, step, measure, statistic, figure, study):
    try:
        given[row.__name__] = row()
    except Exception as problem:
        given[row.__name__] = f"{type(problem).__name__}: {problem}"
stub = Path(ek.__file__).with_suffix(".pyi").read_text()
given["stub"] = [name for name in ek._PUBLIC if f" import {name} as {name}\n" not in stub]
print(json.dumps(given))
"""


def rows() -> dict[str, tuple[set[str], set[str]]]:
    """Row -> the files of its second and of its third column."""
    section = PAGE.read_text(encoding="utf-8").partition("## To add one")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (\w+) \| (.*) \| (.*) \|$", section, flags=re.MULTILINE)
    return {row: (files(second), files(third)) for row, second, third in cells}


def layers(container: str) -> list[set[str]]:
    """The layers of a package from top to bottom, as the import contracts have them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (found,) = (one["layers"] for one in contracts if one.get("containers") == [container])
    return [set(layer.split(" | ")) for layer in found]


def files(text: str) -> set[str]:
    """The paths that a cell names, with names in their places."""
    return {re.sub(r"<(\w+)>", lambda m: NAMES[m[1]], one) for one in re.findall(r"`([^`]*[/.][^`()]*)`", text)}


def copy_with_toys(folder: Path, *, leaving: dict[str, tuple[str, str]] = MappingProxyType({})) -> Path:
    """A copy of the package with every toy, but for the files that are left as they are."""
    shutil.copytree(ROOT / "emgkit", folder / "emgkit", ignore=shutil.ignore_patterns("__pycache__", "_shipped"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "studies").mkdir()
    (folder / "datasets").symlink_to(ROOT / "datasets")
    left = {file for file, _ in leaving.values()}
    for changes in TOYS.values():
        for file, changed in changes.items():
            if file in left:
                continue
            path = folder / file
            path.parent.mkdir(exist_ok=True)
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            for before, added in changed:
                assert before is None or text.count(before) == 1, (file, before, text.count(before))
                text = f"{text}{added}".lstrip("\n") if before is None else text.replace(before, f"{added}{before}")
            path.write_text(text, encoding="utf-8")
    return folder


def used(folder: Path) -> dict[str, object]:
    """What each toy gives in a copy, or how it fails there."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    given: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return given


@pytest.fixture(scope="module")
def whole(shared):
    """A copy with every toy, what they give there, and what the layers say of it."""

    def make(folder: Path):
        given = used(copy_with_toys(folder))
        code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
        lint = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)
        return given, lint.returncode, lint.stdout + lint.stderr

    return shared("a_toy_of_each", make)


@pytest.mark.parametrize("container", ["emgkit", "emgkit.stats", "emgkit.study"])
def test_the_layers_are_those_of_the_import_contracts(container):
    section = PAGE.read_text(encoding="utf-8").partition("## The design")[2].partition("\n## ")[0]
    if container == "emgkit":
        named = "".join(re.findall(r"^\| [a-z ]+ \|([^|]*)\|", section, flags=re.MULTILINE))
    else:
        (named,) = re.findall(
            rf"^- in `{container.partition('.')[2]}`:(.*?)\.$", section, flags=re.MULTILINE | re.DOTALL
        )
    modules = re.findall(r"`(\w+)`", named)
    for layer in layers(container):
        assert set(modules[: len(layer)]) == layer
        del modules[: len(layer)]
    assert modules == []


def test_a_toy_is_made_in_the_files_that_its_row_names():
    table = rows()
    assert list(table) == list(TOYS)
    for row, (touched, others) in table.items():
        assert touched == set(TOYS[row]), row
        for file in touched | others:
            there = ROOT / file
            assert there.exists() or "toy" in file, f"{row}: {file} is not there"
            assert there.parent.is_dir() or there.parent == ROOT / "studies" / "toy", f"{row}: {file}"


@pytest.mark.long
@pytest.mark.parametrize(
    ("row", "gives"),
    [
        ("reader", [[[0.001, 0.002, 0.004]], 1000.0, "V"]),
        ("step", [[[0.25, 0.75, 0.5]], "The signals were divided by 4."]),
        ("measure", [2.0]),
        ("statistic", [["The median of squat was 2."], "Medians were taken of each exercise", True]),
        ("figure", [1, 2, 4]),
        ("study", ["results/toy/report.html", [2]]),
        ("stub", []),
    ],
)
def test_it_works(whole, row, gives):
    assert whole[0][row] == gives


@pytest.mark.long
def test_the_layers_hold_with_every_toy(whole):
    assert whole[1] == 0, whole[2]


@pytest.mark.long
@pytest.mark.parametrize("leaving", UNKNOWN, ids=["not registered", "no public name"])
def test_without_a_file_of_its_row_it_is_not_known(tmp_path, leaving):
    given = used(copy_with_toys(tmp_path, leaving=leaving))
    for row, (_, answer) in leaving.items():
        assert str(given[row]).startswith(answer), (row, given[row])
