"""Kill runs at random moments, run two at once, fill the disk, forbid writing: nothing may be lost, nothing left.

``python .ci/kill.py [KILLS]`` prints what failed, and leaves with status 1 where anything did.
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
from pathlib import Path

STUDY = "contreras_2015"


def start(out: Path, data: Path) -> subprocess.Popen[bytes]:
    """One run as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "emgkit", "run", STUDY, "--quick", "--out", str(out)],
        env={**os.environ, "EMGKIT_DATA": str(data)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def hashes(folder: Path) -> dict[str, str]:
    """The files of a folder with what is in them."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def kills(work: Path, number: int) -> list[str]:
    """Kill runs at random moments; the next whole run puts everything right."""
    out, failures = work / "results", list[str]()
    begun = time.perf_counter()
    assert start(out, work / "data").wait() == 0
    whole, expected = time.perf_counter() - begun, hashes(out)
    for trial in range(number):
        run = start(out, work / "data")
        # most of the moments are late, where the results are written and swapped
        moment = whole * random.Random(trial).betavariate(2, 1)
        time.sleep(moment)
        run.kill()
        run.communicate()
        kept = [found for found in work.rglob("report.html") if hashes(found.parent) == expected]
        if not kept:
            failures.append(f"kill {trial} after {moment:.2f} s: the earlier results are not intact")
    if start(out, work / "data").wait() != 0 or hashes(out) != expected:
        failures.append("the next run is not the same to the byte")
    left = sorted(path.name for path in work.iterdir() if path.name not in ("results", "data"))
    if left:
        failures.append(f"left over: {left}")
    print(f"{number} kills in runs of {whole:.1f} s")
    return failures


def two_at_once(work: Path) -> list[str]:
    """Two first runs at once, each with its own results."""
    runs = [start(work / name, work / "data") for name in ("one", "two")]
    texts = [run.communicate()[1].decode() for run in runs]
    if any(run.returncode for run in runs):
        return [f"two runs at once: {texts}"]
    return [] if hashes(work / "one") == hashes(work / "two") else ["two runs at once differ"]


def refused(what: str, out: Path, data: Path) -> list[str]:
    """A run that cannot write: status 2, one message, nothing left beside the results."""
    before = hashes(out) if out.exists() else {}
    run = start(out, data)
    text = run.communicate()[1].decode()
    failures = []
    if run.returncode != 2 or "Traceback" in text or text.count("emgkit: ") != 1:
        failures.append(f"{what}: status {run.returncode}, {text[-800:]}")
    if (hashes(out) if out.exists() else {}) != before:
        failures.append(f"{what}: the earlier results changed")
    left = [path.name for path in out.parent.iterdir() if path != out and path.name.startswith(".")]
    return [*failures, *([f"{what}: left over {left}"] if left else [])]


def full_disk(work: Path) -> list[str]:
    """A disk of a quarter of a megabyte, where the right to mount one is given."""
    disk = work / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True).returncode:
        print("full disk: skipped, no disk can be mounted here")
        return []
    try:
        return refused("full disk", disk / "results", work / "data")
    finally:
        subprocess.run(["umount", disk], check=True)


def read_only(work: Path) -> list[str]:
    """A disk that cannot be written to."""
    disk = work / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], capture_output=True).returncode:
        print("read only: skipped, no disk can be mounted here")
        return []
    try:
        assert start(disk / "results", work / "data").wait() == 0
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        return refused("read only", disk / "results", work / "data")
    finally:
        subprocess.run(["umount", disk], check=True)


def main() -> None:
    """All trials, each in a folder of its own."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    failures = []
    for trial in (lambda work: kills(work, number), two_at_once, full_disk, read_only):
        work = Path(tempfile.mkdtemp(prefix="emgkit-kill-"))
        try:
            failures += trial(work)
        finally:
            shutil.rmtree(work)
    print("\n".join(failures) or "nothing was lost, and nothing was left")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
