"""What `make check` selects: the tests near what changed and above it, on a toy package and on the real one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def load():
    spec = importlib.util.spec_from_file_location("check", ROOT / ".ci" / "check.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["check"] = module  # dataclasses look for it there
    spec.loader.exec_module(module)
    return module


check = load()

TOY = {
    "emgkit/__init__.py": "",
    "emgkit/__init__.pyi": "from emgkit.io import read as read\nfrom emgkit import stats as stats\n",
    "emgkit/errors.py": "class Wrong(Exception): ...",
    "emgkit/io/__init__.py": "from emgkit.io.text import read\nFORMATS = ('emgkit.io.edf',)",
    "emgkit/io/text.py": "from emgkit.errors import Wrong\ndef read(): raise Wrong",
    "emgkit/io/edf.py": "import emgkit.errors\ndef load(): raise emgkit.errors.Wrong",
    "emgkit/stats/__init__.py": "from emgkit.stats.contrasts import contrasts\nfrom emgkit.stats.anova import anova",
    "emgkit/stats/contrasts.py": "from emgkit.errors import Wrong\ndef contrasts(): raise Wrong",
    "emgkit/stats/anova.py": "from emgkit.errors import Wrong\ndef anova(): raise Wrong",
    "emgkit/study.py": "def run():\n    from emgkit import stats\n    return stats.contrasts()",
    "emgkit/report.html": "",
    "emgkit/cli.py": "from emgkit import study\nstudy.run()",
    "tests/conftest.py": (
        "from emgkit.study import run\n"
        "def command(): return run\n"
        "def asked(command): ...\n"
        "def other(): ..."
    ),
    "tests/io/conftest.py": "def made(): ...",
    "tests/io/test_text.py": "import emgkit as ek\ndef test_it(made): ek.read()",
    "tests/test_stats.py": "from emgkit import stats as st\ndef test_it(): st.anova()",
    "tests/test_study.py": "from emgkit.study import run\ndef test_it(): run()",
    "tests/test_command.py": "def test_it(asked): open('study.toml')",
    "tests/test_architecture.py": "def test_it(other): ...",
}  # fmt: skip


@pytest.fixture
def toy(tmp_path):
    for name, text in TOY.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return check.graph(tmp_path)


def test_imports_lead_to_the_file_that_defines_a_name(toy):
    assert toy["tests/io/test_text.py"] == {"emgkit/io/text.py", "tests/io/conftest.py", "tests/conftest.py"}
    assert toy["tests/test_stats.py"] == {"emgkit/stats/anova.py", "tests/conftest.py"}
    assert toy["emgkit/study.py"] == {"emgkit/stats/contrasts.py"}
    assert toy["emgkit/cli.py"] == {"emgkit/study.py"}


def test_a_module_that_is_named_in_text_is_imported(toy):
    assert toy["emgkit/io/__init__.py"] == {"emgkit/io/text.py", "emgkit/io/edf.py"}


def test_a_test_imports_what_its_fixtures_use_and_theirs(toy):
    assert toy["tests/test_command.py"] == {"emgkit/study.py", "tests/conftest.py"}
    assert toy["tests/test_architecture.py"] == {"tests/conftest.py"}


def test_near_runs_whole_and_above_without_long_tests(toy):
    chosen = check.select(["emgkit/stats/contrasts.py"], toy, {})
    assert chosen.near == {"tests/test_stats.py"}, "the room's tests, whatever they import"
    assert chosen.above == {"tests/test_study.py", "tests/test_command.py", "tests/test_architecture.py"}
    assert chosen.left == {"tests/io/test_text.py"}
    assert check.select(["emgkit/study.py"], toy, {}).near == {"tests/test_study.py", "tests/test_command.py"}


def test_a_deleted_file_runs_the_tests_of_its_room(toy):
    chosen = check.select(["emgkit/stats/deleted.py"], toy, {})
    assert chosen.near == {"tests/test_stats.py"}
    assert chosen.above == {"tests/test_architecture.py"}


def test_a_run_in_which_every_test_is_left_out_is_no_failure():
    stop = "import sys; sys.exit(5)"
    assert check._run("all left out", sys.executable, "-c", stop, also=check.NO_TESTS)
    assert not check._run("failed", sys.executable, "-c", stop)


def test_a_changed_test_runs_alone(toy):
    chosen = check.select(["tests/test_stats.py"], toy, {})
    assert (chosen.near, chosen.above) == ({"tests/test_stats.py"}, set())


def test_ground_is_followed_two_imports_upwards(toy):
    chosen = check.select(["emgkit/errors.py"], toy, {})
    assert chosen.ground == {"emgkit/errors.py"}
    assert chosen.near == set()
    assert chosen.above == {"tests/io/test_text.py", "tests/test_stats.py", "tests/test_architecture.py"}
    assert chosen.left == {"tests/test_study.py", "tests/test_command.py"}


def test_a_conftest_selects_the_tests_below_it(toy):
    chosen = check.select(["tests/io/conftest.py"], toy, {})
    assert (chosen.near, chosen.above) == (set(), {"tests/io/test_text.py"})


def test_pages_and_tables_select_the_tests_that_name_them(toy, tmp_path):
    def near(file):
        return check.select([file], toy, {file: check.stand_for(file, tmp_path, toy)}).near

    assert near("studies/lifts/study.toml") == {"tests/test_command.py"}
    assert near("docs/nowhere.md") == set()
    assert check.stand_for("emgkit/stats/words.toml", tmp_path, toy) == {
        f"emgkit/stats/{name}.py" for name in ("__init__", "contrasts", "anova")
    }


def test_the_real_rooms():
    imports = check.graph(ROOT)
    assert imports["tests/test_cli.py"] >= {"emgkit/cli/__init__.py"}
    signal = check.select(["emgkit/signal/filters.py"], imports, {})
    assert "tests/test_signal.py" in signal.near
    assert signal.above >= {"tests/test_cli.py", "tests/study/test_three_lifts.py", "tests/test_measures.py"}
    assert signal.left >= {"tests/stats/within/test_anova.py", "tests/test_literature.py"}
    edf = check.select(["emgkit/io/formats/edf.py"], imports, {})
    assert edf.near >= {"tests/io/test_edf.py", "tests/io/test_read.py"}
    ground = check.select(["emgkit/errors.py", "emgkit/notation/numbers.py", "emgkit/_checks.py"], imports, {})
    assert ground.ground == {"emgkit/errors.py", "emgkit/notation/numbers.py", "emgkit/_checks.py"}
    every = {file for file in imports if check.PurePosixPath(file).name.startswith("test_")}
    for chosen in (signal, edf, ground):
        assert chosen.near | chosen.above | chosen.left == every
        assert not chosen.near & chosen.above
