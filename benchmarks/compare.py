"""What `make bench` prints, and writes as Markdown: how long emgkit takes, beside other programs.

Both programs of a row run in turns in this process, on one core, with one thread of BLAS; times are processor time and
the ratio is the median over the turns, so that both meet the machine in one mood. Seconds differ between machines,
ratios much less.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path

# before NumPy starts its threads
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "EMGKIT_THREADS": "1"}

import of_files
import of_multiverse
import of_signals
import of_starts
import of_statistics
from timing import Row

TABLE = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "speed-table.inc"
PROGRAMS = (
    "numpy", "scipy", "pandas", "llvmlite", "mne", "pyemgpipeline", "neurokit2", "edfio", "ezc3d", "spm1d",
    "statsmodels",
)  # fmt: skip
HEAD = ("work", "emgkit", "against", "ratio", "wanted")


def main() -> None:
    """Run the groups that were asked for, print rows as they come, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    groups = ("starts", "signals", "multiverse", "files", "statistics")
    parser.add_argument("groups", nargs="*", help=f"{', '.join(groups)}; all where none is named")
    parser.add_argument("--long", action="store_true", help="16 channels of an hour, too (needs 6 GB)")
    parser.add_argument("--whole", action="store_true", help="compare every value of the multiverse")
    parser.add_argument("--out", type=Path, help=f"where to write the table; default, of all groups, {TABLE.name}")
    given = parser.parse_args()
    unknown = sorted(set(given.groups) - set(groups))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(groups)}")
    begun, missing, found = time.perf_counter(), set[str](), list[Row]()
    for row in _rows(given.groups or groups, missing, long=given.long, whole=given.whole):
        found.append(row)
        print(f"{row.work:<72} {row.ours:<28} {row.against:<42} {row.ratio:>8}  {row.wanted}", flush=True)
    for name in sorted(missing):
        print(f"{name}: not installed, its rows are left out")
    out = given.out or (None if given.groups else TABLE)
    if out is not None:
        out.write_text(_markdown(found, missing), encoding="utf-8")
        print(f"Wrote {out}")
    print(f"{time.perf_counter() - begun:.0f} s in all")


def _rows(groups: list[str], missing: set[str], *, long: bool, whole: bool) -> Iterator[Row]:
    for group in groups:
        if group == "starts":
            yield from of_starts.rows()
        elif group == "signals":
            yield from of_signals.rows(missing, long=long)
        elif group == "multiverse":
            yield from of_multiverse.rows(whole=whole)
        elif group == "files":
            yield from of_files.rows(missing)
        else:
            yield from of_statistics.rows(missing)


def _markdown(rows: list[Row], missing: set[str]) -> str:
    """The machine, the versions and the table."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join((row.work, row.ours, row.against, row.ratio, row.wanted)) + " |" for row in rows]
    versions = [f"{name} {version}" for name in PROGRAMS if (version := _version(name))]
    left_out = f" Not installed, and left out: {', '.join(sorted(missing))}." if missing else ""
    about = (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; "
        f"emgkit {_version('emgkit')} beside {', '.join(versions)}.{left_out}"
    )
    return "\n".join(["<!-- make bench writes this file -->", about, "", *lines, ""])


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    """What the system calls the processor, and whether it has wide vectors."""
    file = Path("/proc/cpuinfo")
    if not file.is_file():
        return platform.processor() or platform.machine()
    text = file.read_text(encoding="utf-8")
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    vectors = "AVX-512" if "avx512f" in text else "AVX2" if "avx2" in text else "no AVX2"
    return f"{names[0] if names else platform.machine()} with {vectors}"


if __name__ == "__main__":
    sys.exit(main())
