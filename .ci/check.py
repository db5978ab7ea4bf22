"""The everyday check: lint of what changed, and the tests of the rooms that changed and above them.

``make check`` runs it. What changed is what differs from the place where the branch left ``main``, with the files that
are not committed; ``make check SINCE=HEAD~3`` names another place. Which tests run follows from the imports:

1. *Near*: a test file that changed, that imports a changed file, or that stands in its room (``tests/io/`` for
   ``emgkit/io/``, ``tests/test_curves.py`` for ``emgkit/curves.py``). It runs whole.
2. *Above*: a test file that reaches a changed file over others. It runs without the tests marked ``long``.
3. *Ground*: a file on which more than half of the package stands, such as ``emgkit/errors.py``. Following it upwards
   would select everything. Its room's tests run whole; those that reach it by one import or two, without the long
   tests. A ``conftest.py`` that changed selects the tests below it without the long ones, too.
4. A changed file that is no Python code (a page, a table, a study file) selects the test files that name it, or its
   folder; in ``emgkit/`` it selects what the modules of its folder do.

What is left out is printed; ``make test`` runs it all.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PACKAGE = "emgkit"
ALWAYS = "tests/test_architecture.py"  # circles and layers are nobody's room
NO_TESTS = 5  # pytest's exit status where every selected test is left to another target
Graph = Mapping[str, frozenset[str]]


class _Uses(ast.NodeVisitor):
    """The modules whose names a piece of code uses."""

    def __init__(self, names: Names, bound: Mapping[str, str]) -> None:
        self.names, self.bound, self.found = names, bound, set[str]()

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.bound:
            self.found.add(self.bound[node.id])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain, base = [node.attr], node.value
        while isinstance(base, ast.Attribute):
            chain.insert(0, base.attr)
            base = base.value
        if isinstance(base, ast.Name) and base.id in self.bound:
            self.found.add(self.names.follow(self.bound[base.id], chain))
        else:
            self.visit(base)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value in self.names.files:  # a module that is imported by its name
            self.found.add(node.value)


class Names:
    """Which file of the package defines a name, asked of any place that passes it on."""

    def __init__(self, root: Path) -> None:
        self.files: dict[str, str] = {}
        self.passed_on: dict[str, dict[str, tuple[str, str]]] = {}
        for path in sorted((root / PACKAGE).rglob("*.py")):
            file = path.relative_to(root)
            module = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
            self.files[module] = file.as_posix()
            if path.name == "__init__.py":
                stub = path.with_suffix(".pyi")
                self.passed_on[module] = {
                    alias.asname or alias.name: (str(node.module), alias.name)
                    for node in ast.walk(_parsed(stub if stub.is_file() else path))
                    if isinstance(node, ast.ImportFrom)
                    for alias in node.names
                }

    def home(self, module: str, name: str) -> str:
        """The module that defines `name`, which is imported from `module`."""
        if f"{module}.{name}" in self.files:
            return f"{module}.{name}"
        source = self.passed_on.get(module, {}).get(name)
        return self.home(*source) if source and source[0] in self.files and source != (module, name) else module

    def follow(self, module: str, chain: Iterable[str]) -> str:
        """The module that ``module.one.two`` leads to."""
        for name in chain:
            following = self.home(module, name)
            if following == module:
                break
            module = following
        return module

    def bound(self, tree: ast.AST) -> dict[str, str]:
        """The names that a file imports from the package, and where each is at home."""
        found = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name in self.files:
                        top = alias.name.partition(".")[0]
                        found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and node.module in self.files:
                for alias in node.names:
                    found[alias.asname or alias.name] = self.home(node.module, alias.name)
        return found

    def used(self, part: ast.AST, bound: Mapping[str, str]) -> frozenset[str]:
        """The files of the package that a piece of code uses."""
        uses = _Uses(self, bound)
        uses.visit(part)
        return frozenset(self.files[module] for module in uses.found)


def graph(root: Path) -> Graph:
    """The files of the package and of the tests, each with the files that it imports.

    A test file imports also what the fixtures of a ``conftest.py`` above it use, those that it asks for; and the
    ``conftest.py`` themselves, which import nothing: what one fixture needs is no matter of the others.
    """
    names = Names(root)
    made: dict[str, frozenset[str]] = {}
    for file in names.files.values():
        tree = _parsed(root / file)
        bound = names.bound(tree)
        passed_on = {names.files[module] for module in bound.values()} if file.endswith("__init__.py") else set()
        made[file] = (names.used(tree, bound) | passed_on) - {file}
    fixtures: dict[str, dict[str, tuple[frozenset[str], frozenset[str]]]] = {}
    for path in sorted((root / "tests").rglob("conftest.py")):
        tree = _parsed(path)
        bound = names.bound(tree)
        fixtures[path.relative_to(root).as_posix()] = {
            node.name: (names.used(node, bound), _asked(node))
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }
    made |= dict.fromkeys(fixtures, frozenset())
    for path in sorted((root / "tests").rglob("test_*.py")):
        file, tree = path.relative_to(root), _parsed(path)
        above = [name for name in fixtures if PurePosixPath(name).parent in PurePosixPath(file.as_posix()).parents]
        found = names.used(tree, names.bound(tree)) | set(above)
        asked, ahead = set[str](), _asked(tree)
        while ahead := ahead - asked:
            asked |= ahead
            given = [fixtures[name][one] for name in above for one in ahead & set(fixtures[name])]
            found = found.union(*(files for files, _ in given))
            ahead = frozenset().union(*(others for _, others in given))
        made[file.as_posix()] = found
    return made


def _asked(tree: ast.AST) -> frozenset[str]:
    """The arguments of the functions: tests and fixtures ask for fixtures by them."""
    return frozenset(node.arg for node in ast.walk(tree) if isinstance(node, ast.arg))


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The test files to run, and what is left out."""

    near: frozenset[str]
    above: frozenset[str]
    ground: frozenset[str]  # changed files that are followed two imports upwards and no further
    left: frozenset[str]


def select(changed: Sequence[str], imports: Graph, named: Mapping[str, frozenset[str]]) -> Selection:
    """The test files for changed files; `named` gives, for a file that is no code, the files that stand for it."""
    files = {one for file in changed for one in (named.get(file, frozenset()) if file not in imports else {file})}
    users: dict[str, set[str]] = {file: set() for file in imports}
    for file, others in imports.items():
        for other in others:
            users[other].add(file)
    tests = {file for file in imports if _is_test(file)}
    package = {file for file in imports if file.startswith(f"{PACKAGE}/")}
    ground = {file for file in files & package if len(_reached({file}, users) & package) > len(package) / 2}
    followed = files - ground
    rooms = {file for file in (*files, *changed) if file.startswith(f"{PACKAGE}/")}  # those of deleted files too
    near = {test for test in tests if test in files or any(_in_room(test, file) for file in rooms)}
    near |= {test for file in followed & package for test in users[file] & tests}
    above = tests & (_reached(followed, users) | {two for file in ground for one in users[file] for two in users[one]})
    above |= {test for file in ground for test in users[file] & tests}
    if rooms:
        above |= {ALWAYS} & tests
    return Selection(
        near=frozenset(near),
        above=frozenset(above - near),
        ground=frozenset(ground),
        left=frozenset(tests - near - above),
    )


def _reached(start: Iterable[str], users: Mapping[str, set[str]]) -> set[str]:
    seen, ahead = set(start), list(start)
    while ahead:
        new = users[ahead.pop()] - seen
        seen |= new
        ahead += new
    return seen


def _is_test(file: str) -> bool:
    return PurePosixPath(file).name.startswith("test_")


def _in_room(test: str, file: str) -> bool:
    """Whether a test file stands in the room of a file of the package."""
    room = file.removesuffix(".py").split("/")[1]
    return test.startswith((f"tests/{room}/", f"tests/test_{room}.py", f"tests/test_{room}_"))


def stand_for(file: str, root: Path, imports: Graph) -> frozenset[str]:
    """The files that stand for one that is no Python code: see the fourth rule."""
    path = PurePosixPath(file)
    if path.parts[0] == PACKAGE:
        for folder in path.parents:
            beside = frozenset(other for other in imports if PurePosixPath(other).parent == folder)
            if beside:
                return beside
    quoted = {path.name, *path.parts[1:-1][-1:]}  # of studies/three_lifts/study.toml: study.toml and three_lifts
    return frozenset(
        test
        for test in imports
        if _is_test(test) and any(word in (root / test).read_text(encoding="utf-8") for word in quoted)
    )


def changed_files(since: str | None) -> tuple[str, list[str]]:
    """Where it is compared with, and the files that differ from there, those that were deleted among them."""
    base = since or _git("merge-base", "HEAD", "main") or "HEAD"
    lines = _git("diff", "--name-only", "--no-renames", base, "--").splitlines()
    lines += _git("ls-files", "--others", "--exclude-standard").splitlines()
    return base, sorted(set(lines))


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _run(title: str, *command: str, also: int = 0) -> bool:
    """Run a command; its exit status is 0, or `also`, where all is well."""
    begun = time.monotonic()
    print(f"--- {title}", flush=True)
    passed = subprocess.run(command, cwd=ROOT, check=False).returncode in (0, also)
    print(f"    {'done' if passed else 'FAILED'} after {time.monotonic() - begun:.0f} s", flush=True)
    return passed


def _lint(changed: list[str]) -> list[bool]:
    program = Path(sys.executable).parent
    code = [file for file in changed if file.endswith((".py", ".pyi")) and (ROOT / file).exists()]
    done = []
    if code:
        done.append(_run("style of what changed", f"{program}/ruff", "check", *code))
        done.append(_run("format of what changed", f"{program}/ruff", "format", "--check", *code))
    # without names of files, as only then it skips what pyproject.toml says
    done.append(_run("spelling", f"{program}/codespell"))
    if any(file.startswith(f"{PACKAGE}/") or file == "pyproject.toml" for file in changed):
        done.append(_run("types", f"{program}/mypy"))
        done.append(_run("import layers", f"{program}/lint-imports", "--no-cache"))
    return done


def main(since: str | None) -> int:
    """Run it and give the exit status."""
    begun = time.monotonic()
    base, changed = changed_files(since)
    print(f"Compared with {_git('log', '-1', '--format=%h %s', base)}: {len(changed)} files changed.")
    if not changed:
        return 0
    imports = graph(ROOT)
    named = {file: stand_for(file, ROOT, imports) for file in changed if file not in imports}
    chosen = select(changed, imports, named)
    for title, files in (("Whole", chosen.near), ("Without long tests", chosen.above)):
        print(f"{title}: {len(files)} test files{': ' if files else ''}{' '.join(sorted(files))}")
    if chosen.ground:
        names = " ".join(sorted(chosen.ground))
        print(f"Followed two imports upwards only, for most of the package stands on it: {names}")
    left = "the long tests of those above, and test files that reach nothing that changed"
    print(f"Left to make test: {left} ({len(chosen.left)}).")
    done = _lint(changed)
    pytest = (sys.executable, "-m", "pytest", "-n", "2", "-q", "--durations=5")
    documented = [
        file for file in changed if file.startswith(f"{PACKAGE}/") and file.endswith(".py") and (ROOT / file).exists()
    ]
    if near := [*sorted(chosen.near), *documented]:
        done.append(_run("tests near, and doctests of what changed", *pytest, *near, also=NO_TESTS))
    if chosen.above:
        quick = ("-m", "not slow and not site and not long")
        done.append(_run("tests above", *pytest, *quick, *sorted(chosen.above), also=NO_TESTS))
    print(f"{'Everything passed' if all(done) else 'FAILED'} in {time.monotonic() - begun:.0f} s.")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
