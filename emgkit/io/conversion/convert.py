"""Converting recordings to a data set, in their order, so that it can be stopped at any moment and go on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emgkit.channels import Value
from emgkit.errors import ArgumentError, EmgkitError, FileError, Notice
from emgkit.io._tables import read_json, write_json, write_table
from emgkit.io.bids import files_of
from emgkit.io.bids._labels import ORIGINAL, bids_label
from emgkit.io.bids._writing import README, add_facts, write_participants, write_root
from emgkit.io.conversion.electrodes import write_electrodes
from emgkit.io.conversion.manifest import Entry, Manifest, hash_of, move_into, workspace
from emgkit.io.conversion.map_file import ConversionMap, load_map
from emgkit.io.conversion.merging import cells_of, merged_people
from emgkit.io.conversion.people import facts_about
from emgkit.io.conversion.planning import LeftOut, Plan, Planned, paths_of, plan
from emgkit.io.conversion.writing import UnreadableError, Writer
from emgkit.notation import counted, listed
from emgkit.workers import Workers, workers

__all__ = ["Conversion", "convert"]

Progress = Callable[[str, int, int], None]

# a day that is none on which anything was recorded, as BIDS asks for dates that are hidden
_DAY = "1925-01-01T"
# files about several recordings
_BESIDE = ("*_scans.*", "*_electrodes.tsv", "*_coordsystem.json")


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What a conversion did.

    Parameters
    ----------
    root : Path
        The data set.
    written, kept : tuple of str
        Names of recordings that were written now, and of those that had been written before.
    left_out : tuple of LeftOut
        Sources that are not in the data set, each with ``name`` and ``reason``.
    notices : Mapping of str to tuple of Notice
        What was remarked, by source; about the whole data set under ``""``.
    """

    root: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    notices: Mapping[str, tuple[Notice, ...]]


def convert(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    map: str | os.PathLike[str] | ConversionMap,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Conversion:
    r"""Convert recordings of any format that is read to an EMG-BIDS data set.

    Parameters
    ----------
    sources : path or iterable of path
        Recordings, or folders of recordings.
    out : path
        The folder of the data set: new, or one that an earlier conversion has begun or finished.
    map : path or ConversionMap
        A TOML file that says how files are named and what they do not say themselves; ``emgkit convert --draft``
        writes one to fill in.
    progress : callable, optional
        Called with a text, the number of recordings that are done, and their number.
    jobs : int
        Processes of this machine that read and write recordings side by side; the data set is the same. With more than
        one, a script needs ``if __name__ == "__main__":`` around what it does.

    Returns
    -------
    Conversion
        What was written, kept and left out, and what was remarked.

    Raises
    ------
    FileError
        A source or the map is not there, a source cannot be read, or `out` holds something else.
    FormatError
        The map is not filled in, or a key or value in it is wrong.
    ArgumentError
        Two sources would have one name, two people one label, a recording fits no layout, the map names a channel,
        file or person that is not there, or a channel does not fit into a BDF file.

    Notes
    -----
    Each recording is one BDF+ file with its streams at their own rates, in steps of 2⁻²³ of each channel's largest
    value, where its streams begin together and their rates fit; otherwise one file for each group of streams that do,
    told apart by ``recording-``. The header names nobody and no day. Nothing is filled, rescaled or guessed: muscles
    are those of the map or of the file itself.

    A conversion that was stopped goes on where it was: a recording is not written again while its source, and what the
    map says of it, stay the same. A set that is not finished has no ``dataset_description.json``, and
    ``code/emgkit_convert.json`` says what is written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source, rules = pathlib.Path(folder, "P01_squat.csv"), pathlib.Path(folder, "map.toml")
    ...     _ = source.write_text("time (s),VL (mV)\n0,0.1\n0.001,0.3\n")
    ...     _ = rules.write_text(
    ...         '[dataset]\nname = "Lifts"\n[data]\npattern = "{participant}_{task}.csv"\n'
    ...         '[channels]\n"VL (mV)" = { muscle = "vastus_lateralis", side = "left" }'
    ...     )
    ...     convert(source, folder + "/bids", map=rules).written
    ('sub-P01_task-squat',)
    """
    rules = map if isinstance(map, ConversionMap) else load_map(map)
    folder = Path() if isinstance(map, ConversionMap) else Path(map).parent
    root, given = Path(out), paths_of(sources)
    _check_apart(given, root)
    manifest = Manifest.of(root)
    planned = plan(given, rules)
    people, notices = facts_about(
        dict.fromkeys(one.participant for one in planned.recordings), rules.participants, folder
    )
    with workers(jobs) as found:
        made = _Made(
            planned=planned, rules=rules, writer=Writer(root=root.absolute(), rules=rules), workers=found,
            progress=progress or (lambda _what, _done, _total: None),
        )  # fmt: skip
        manifest, written, failed = made.recordings(manifest)
    made.check_channels(manifest)
    kept = made.finish(manifest, people)
    done = {one.stem: one for one in planned.recordings if one.stem in manifest.recordings}
    remarks = {one.name: tuple(Notice(code=c, text=t, hint=h) for c, t, h in manifest.recordings[stem].notices)
               for stem, one in done.items()}  # fmt: skip
    return Conversion(
        root=root,
        written=tuple(written),
        kept=tuple(stem for stem in done if stem not in written),
        left_out=(*planned.left_out, *failed),
        notices={"": (*planned.notices, *notices, *kept), **remarks},
    )


def _check_apart(sources: Sequence[Path], root: Path) -> None:
    for source in sources:
        if root.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(root.resolve()):
            raise ArgumentError(
                "The data set and the sources lie within each other", where=f"{source} and {root}",
                allowed="a folder for the data set beside the sources", hint="Name another folder with --out",
            )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A conversion under way: the plan, the map, who reads and writes, and whom to tell."""

    planned: Plan
    rules: ConversionMap
    writer: Writer
    workers: Workers
    progress: Progress

    def recordings(self, manifest: Manifest) -> tuple[Manifest, list[str], list[LeftOut]]:
        """Write every recording that is not written yet; their names, and the sources that cannot be read."""
        hashes = {one.stem: hash_of(files_of(one.path)) for one in self.planned.recordings}
        stale = self._stale(manifest, set(hashes.values()))
        to_do = {one.stem for one in self.planned.recordings if not self._is_done(one, manifest, hashes[one.stem])}
        self._check_unchanged(manifest, {*to_do, *stale})
        if to_do or stale or not manifest.finished:
            manifest.root.mkdir(parents=True, exist_ok=True)
            manifest = manifest.begun()
        for stem in stale:
            manifest = manifest.without(stem)
        written, failed, total = list[str](), list[LeftOut](), len(self.planned.recordings)
        left = [one for one in self.planned.recordings if one.stem in to_do]
        self.progress("Converting", total - len(left), total)
        entries = self.workers.map(self.writer.attempt, [(one, hashes[one.stem]) for one in left])
        for count, (one, entry) in enumerate(zip(left, entries, strict=True), total - len(left) + 1):
            if isinstance(entry, EmgkitError):
                raise entry
            if isinstance(entry, UnreadableError):
                if not self.rules.exclude.allow:
                    raise entry.with_hint()
                failed.append(LeftOut(name=one.name, reason=f"could not be read: {entry.cause}"))
            if one.stem in manifest.recordings:
                # the old files go first: a mixture of old and new ones is never listed
                manifest = manifest.without(one.stem)
            if isinstance(entry, Entry):
                move_into(manifest.root, one.stem)
                manifest = manifest.with_entry(one.stem, entry)
                written.append(one.stem)
            self.progress("Converting", count, total)
        self.progress("Converting", total, total)
        return manifest, written, failed

    def _stale(self, manifest: Manifest, sources: set[str]) -> list[str]:
        """The recordings that were written and are no longer planned; those of other sources are refused."""
        planned = {one.stem for one in self.planned.recordings}
        left = {stem: entry for stem, entry in manifest.recordings.items() if stem not in planned}
        dropped = {bids_label(entry.participant) for entry in self.rules.exclude.participants}
        foreign = [
            stem
            for stem, entry in left.items()
            if entry.source not in sources and bids_label(entry.participant) not in dropped
        ]
        if foreign:
            raise ArgumentError(
                f"The data set holds {counted(len(foreign), 'recording')} that no source gives",
                where=str(manifest.root), got=listed(foreign[:4]),
                hint="Convert all sources of the data set together, or name another folder with --out",
            )  # fmt: skip
        return list(left)

    def _check_unchanged(self, manifest: Manifest, stems: Iterable[str]) -> None:
        """Refuse to write over what somebody changed by hand."""
        changed = manifest.changed(stems)
        if changed:
            raise FileError(
                f"{counted(len(changed), 'file')} of the data set would be written again, and changed by hand since",
                where=str(manifest.root), got=listed(changed[:4]),
                hint="Move these files out of the data set, or name another folder with --out",
            )  # fmt: skip

    def _is_done(self, one: Planned, manifest: Manifest, source: str) -> bool:
        entry = manifest.recordings.get(one.stem)
        return entry is not None and manifest.has(one.stem, self.writer.key(one, source, entry.labels))

    def check_channels(self, manifest: Manifest) -> None:
        """Refuse what the map says of channels and tasks that no recording has."""
        seen = {label for entry in manifest.recordings.values() for label in entry.labels}
        layouts = {label for layout in self.rules.data.all_layouts() for label in layout.channels}
        left_out = {entry.channel for entry in self.rules.exclude.channels}
        unknown = [label for label in (*self.rules.channels, *layouts, *left_out) if label not in seen]
        if unknown:
            raise ArgumentError(
                f"The map names {counted(len(unknown), 'channel')} that no recording has",
                where="[channels]", allowed=listed(sorted(seen)[:12]), got=listed(unknown[:6]),
                hint="Correct the labels, and run the conversion again; what is written is kept",
            )  # fmt: skip
        tasks = {one.task for one in self.planned.recordings}
        odd = [task for task in self.rules.tasks if task not in tasks]
        if odd:
            raise ArgumentError(
                f"The map describes the task {odd[0]!r}, which no recording has", where="[tasks]", allowed=listed(tasks)
            )

    def finish(self, manifest: Manifest, people: Mapping[str, Mapping[str, Value]]) -> tuple[Notice, ...]:
        """Write what is about the whole data set; its description comes last. What was written by hand is kept."""
        # in the order of the sources, whatever was written first
        planned = [one.stem for one in self.planned.recordings]
        entries = {stem: manifest.recordings[stem] for stem in planned if stem in manifest.recordings}
        if not entries:
            raise ArgumentError("No source could be converted", where=str(manifest.root), allowed="at least one")
        facts: dict[str, dict[str, Value]] = {}
        for entry in entries.values():
            add_facts(facts.setdefault(entry.participant, {}), entry.about, entry.participant)
        for name in facts:
            add_facts(facts[name], people[name], name)
        if any(bids_label(name) != name for name in facts):
            facts = {name: {**about, ORIGINAL: name} for name, about in facts.items()}
        merged, kept = merged_people(facts, manifest.root, manifest.participants)
        described = manifest.root / "participants.json"
        work = workspace(manifest.root)
        write_participants(work, merged, described=read_json(described) if described.is_file() else {})
        _write_scans(work, entries)
        if self.rules.placement is not None:
            signals = [file for entry in entries.values() for file in entry.files if file.endswith("_emg.bdf")]
            kept = (*kept, *write_electrodes(manifest.root, work, signals, self.rules.placement))
        beside, more = self._beside(manifest, work)
        kept = (*kept, *more)
        write_root(
            work, name=self.rules.dataset.name, n_participants=len(facts), n_trials=len(entries),
            n_simulated=sum(entry.simulated for entry in entries.values()), more=self.rules.dataset.described(),
        )  # fmt: skip
        readme, own = (work / README).read_text("utf-8"), manifest.root / README
        if own.is_file() and own.read_text("utf-8", errors="replace") not in (readme, manifest.readme):
            # somebody wrote about the data set in it
            (work / README).unlink()
            kept = (*kept, Notice(code="readme-kept", text="README.md was changed by hand, and stays as it is."))
        move_into(manifest.root)
        Manifest(
            root=manifest.root, recordings=entries, participants=cells_of(facts), readme=readme, beside=beside,
            finished=True,
        ).saved()  # fmt: skip
        return kept

    def _beside(self, manifest: Manifest, work: Path) -> tuple[dict[str, str], tuple[Notice, ...]]:
        """The files about several recordings that will be written, with their hashes; those of others are kept."""
        found = [path for pattern in _BESIDE for path in manifest.root.glob(f"sub-*/**/{pattern}")]
        names = [path.relative_to(manifest.root).as_posix() for path in found if path.is_file()]
        theirs = [name for name in names if not (manifest.is_own(name) or _same(work / name, manifest.root / name))]
        for name in names:
            (work / name if name in theirs else manifest.root / name).unlink(missing_ok=True)
        new = [path for pattern in _BESIDE for path in work.glob(f"sub-*/**/{pattern}")]
        beside = {path.relative_to(work).as_posix(): hash_of([path]) for path in new}
        if not theirs:
            return beside, ()
        text = f"{listed(sorted(theirs)[:4])}: made or changed by hand, so what stands there stays as it is."
        return beside, (Notice(code="files-kept", text=text),)


def _same(new: Path, old: Path) -> bool:
    return new.is_file() and hash_of([new]) == hash_of([old])


def _write_scans(root: Path, entries: Mapping[str, Entry]) -> None:
    """Write when files of one recording begin, for participants (and sessions) with recordings of several files."""
    folders: dict[str, dict[str, float | None]] = {}
    for entry in entries.values():
        signals = {file: start for file, start in entry.files.items() if file.endswith("_emg.bdf")}
        for file, start in signals.items():
            folder = file.rpartition("/emg/")[0]
            folders.setdefault(folder, {})[file[len(folder) + 1 :]] = start if len(signals) > 1 else None
    for folder, starts in folders.items():
        if all(start is None for start in starts.values()):
            continue
        stem = folder.replace("/", "_")
        first = min(start for start in starts.values() if start is not None)
        times = [None if start is None else f"{_DAY}{_clock(start - min(first, 0.0))}" for start in starts.values()]
        place = root / folder
        place.mkdir(parents=True, exist_ok=True)
        write_table(place / f"{stem}_scans.tsv", {"filename": list(starts), "acq_time": times})
        text = "When a file begins, beside the others of one recording; the day and the hour are not the true ones"
        write_json(place / f"{stem}_scans.json", {"acq_time": {"Description": text}})


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02d}:{minutes:02d}:{rest:09.6f}"
