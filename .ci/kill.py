"""Kill runs at random moments, run two at once, fill the disk, forbid writing: nothing may be lost, nothing left.

``python .ci/kill.py [KILLS]`` prints each failure as it happens, and leaves with status 1 where there was one. It runs
the emgkit that lies beside it: on a copy of the repository that nobody edits, the runs stay equal to the byte.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "tests" / "data" / "seeds" / "whole-study" / "position"  # recordings of three people, in a few seconds
SIMULATED = "foot_position"  # its first run makes the recordings
EVERY = 10  # kills, after which a run is left alone: it puts everything right, and shows how long a run takes now


class Failures(list[str]):
    """What failed; each is printed at once."""

    def add(self, text: str) -> None:
        self.append(text)
        print(f"FAILED: {text}", flush=True)


def start(out: Path, study: Path | str) -> subprocess.Popen[bytes]:
    """One run as a process of its own; simulated recordings lie beside its results."""
    return subprocess.Popen(
        [sys.executable, "-m", "emgkit", "run", str(study), "--quick", "--out", str(out)], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "EMGKIT_DATA": str(out.parent / "data")},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def hashes(folder: Path) -> dict[str, str]:
    """The files of a folder with what is in them."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def whole_run(out: Path, study: Path | str) -> float:
    """A run that nobody kills, and the seconds that it took."""
    begun = time.perf_counter()
    run = start(out, study)
    text = run.communicate()[1].decode()
    if run.returncode:
        raise SystemExit(f"a run that nobody kills ends with status {run.returncode}\n{text[-2000:]}")
    return time.perf_counter() - begun


def kills(work: Path, number: int, failures: Failures) -> None:
    """Kill runs at random moments; the next whole run puts everything right."""
    out, study = work / "results", work / "study"
    shutil.copytree(STUDY, study)
    whole = whole_run(out, study)
    expected, given = hashes(out), hashes(study)
    killed = ended = swapping = 0
    while killed < number:
        rng = random.Random(killed + number * ended)
        # most of the moments are late, where the results are written and swapped
        moment, run = whole * rng.betavariate(2, 1), start(out, study)
        try:
            run.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            killed += 1
        else:  # it ended sooner than its moment: runs are quicker now, and this was no kill
            ended, whole = ended + 1, 0.8 * whole
            continue
        swapping += not out.exists()
        if not any(hashes(found.parent) == expected for found in work.rglob("report.html")):
            failures.add(f"kill {killed}, after {moment:.2f} s: the earlier results are not intact")
        if killed % EVERY == 0 or killed == number:
            whole = whole_run(out, study)
            if hashes(out) != expected:
                failures.add(f"the run after kill {killed} is not the same to the byte")
            if hashes(study) != given:
                failures.add(f"after kill {killed} the study's own files are others")
            left = sorted(path.name for path in work.iterdir() if path.name not in ("results", "study", "data"))
            if left:
                failures.add(f"left over after kill {killed} and a whole run: {left}")
            print(f"{killed} kills, {len(failures)} failures; a run takes {whole:.1f} s now", flush=True)
    print(f"{killed} kills inside runs, {swapping} between the two renames of a swap; {ended} runs ended before "
          f"their moment and do not count; {len(failures)} failures", flush=True)  # fmt: skip


def two_at_once(work: Path, failures: Failures) -> None:
    """Two first runs at once, each with its own results, of one set of simulated recordings."""
    runs = [start(work / name, SIMULATED) for name in ("one", "two")]
    texts = [run.communicate()[1].decode() for run in runs]
    if any(run.returncode for run in runs):
        failures.add(f"two runs at once: {texts}")
    elif hashes(work / "one") != hashes(work / "two"):
        failures.add("the results of two runs at once differ")
    left = sorted(path.name for path in work.iterdir() if path.name not in ("one", "two", "data"))
    if left:
        failures.add(f"two runs at once: left over {left}")


def refused(out: Path, failures: Failures, what: str) -> None:
    """A run that cannot write: status 2, one message, nothing left beside the results."""
    before = hashes(out) if out.exists() else {}
    run = start(out, STUDY)
    text = run.communicate()[1].decode()
    if run.returncode != 2 or "Traceback" in text or text.count("emgkit: ") != 1:
        failures.add(f"{what}: status {run.returncode}, {text[-800:]}")
    if (hashes(out) if out.exists() else {}) != before:
        failures.add(f"{what}: the earlier results changed")
    left = [path.name for path in out.parent.iterdir() if path != out and path.name.startswith(".")]
    if left:
        failures.add(f"{what}: left over {left}")


def full_disk(work: Path, failures: Failures) -> None:
    """A disk too small for the first results, and one with earlier results and no room for the next."""
    with_disk(work, "64k", lambda out: refused(out, failures, "full disk, first run"))

    def later(out: Path) -> None:
        whole_run(out, STUDY)
        filler = out.parent / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:  # full
            refused(out, failures, "full disk, next run")

    with_disk(work, "64m", later)


def read_only(work: Path, failures: Failures) -> None:
    """A disk that cannot be written to any more."""

    def later(out: Path) -> None:
        whole_run(out, STUDY)
        subprocess.run(["mount", "-o", "remount,ro", out.parent], check=True)
        refused(out, failures, "read-only disk")

    with_disk(work, "64m", later)


def with_disk(work: Path, size: str, trial: Callable[[Path], None]) -> None:
    """Try with results on a small disk of its own, where the right to mount one is given."""
    disk = work / "disk"
    disk.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], capture_output=True).returncode:
        print(f"no disk can be mounted here: left out ({size})")
        return
    try:
        trial(disk / "results")
    finally:
        subprocess.run(["umount", disk], check=True)


def main() -> None:
    """All trials, each in a folder of its own."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    failures = Failures()
    trials = {"kills": lambda work, failures: kills(work, number, failures), "two at once": two_at_once,
              "full disk": full_disk, "read-only disk": read_only}  # fmt: skip
    for name, trial in trials.items():
        work = Path(tempfile.mkdtemp(prefix="emgkit-kill-"))
        try:
            before = len(failures)
            trial(work, failures)
            print(f"{name}: {len(failures) - before} failures", flush=True)
        finally:
            shutil.rmtree(work)
    print(f"{len(failures)} failures" if failures else "nothing was lost, and nothing was left")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
