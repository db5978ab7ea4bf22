"""Reading a recording: the format's module gives what the file says, BIDS sidecars and the user add to it."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from emgkit._checks import check_option, check_seconds, nearest
from emgkit.errors import ArgumentError, EmgkitError, FileError, FormatError
from emgkit.io._assembly import ChannelSpecs, FileContent, Overrides, assemble
from emgkit.io._time_axis import Window
from emgkit.io.bids import with_sidecars
from emgkit.io.channel_map import channel_map
from emgkit.io.formats.xlsx import Sheet
from emgkit.io.registry import FORMATS, detect, named
from emgkit.notation import listed
from emgkit.recording import Trial

__all__ = ["load", "place", "read", "sheets"]

# what a reader may raise without meaning to; the tests of the readers let it through
_UNFORESEEN: tuple[type[Exception], ...] = (Exception,)


def read(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    sfreq: float | None = None,
    units: str | Mapping[str, str] | None = None,
    channels: ChannelSpecs | str | os.PathLike[str] | None = None,
    thousands: str | None = None,
    sheet: str | None = None,
    start: float | None = None,
    stop: float | None = None,
    lazy: bool = False,
) -> Trial:
    r"""Read one recording; nothing is resampled, filled, rescaled by guess or dropped.

    Parameters
    ----------
    path : path
        A file. Its content, then its ending, decides the format; a file of an EMG-BIDS data
        set is read with its sidecars.
    format : str, optional
        Name of a format in ``FORMATS``, where content and ending mislead.
    sfreq : float, optional
        Samples per second (Hz), for channels of which the file gives no rate.
    units : str or Mapping of str to str, optional
        Unit of all EMG channels (``"mV"``), or of single channels by name; goes before the file.
    channels : Mapping or path, optional
        Label in the file, or position among its channels (from 1, as ``emgkit info`` lists them),
        to a mapping with any of ``name, kind, muscle, side, unit``, or to a Channel. Channels not
        named keep what the file says. A path is a TOML file with a table ``[channels]``.
    thousands : str, optional
        The sign that separates thousands in the numbers of a text file: ``","``, ``"."``, a blank
        or an apostrophe; ``""`` where a comma or point is the decimal sign. Left out, a column
        that can be read in both ways, such as 1,104 beside 947, is refused.
    sheet : str, optional
        The sheet of an Excel workbook; needed where several hold cells.
    start, stop : float, optional
        Read only this part: seconds from the beginning of the recording, a sample at `stop` is not in it.
        Of EDF, BDF, C3D, TDF, Poly5, OpenSignals HDF5 and Delsys' .emg and .hpf the rest is not read at all. The
        samples are those of the whole recording, on its times; events stay that overlap the part.
    lazy : bool, default False
        Leave the samples of EDF, EDF+, BDF, BDF+ and C3D in the file until they are used. They are looked at all the
        same, a part at a time, so that errors and notices are those of any reading. A Pipeline of filters reads such a
        recording a stretch at a time; what needs all of it, such as ``recording.data``, reads all. The file must stay
        as it is until then. Other formats are read whole, and their trial is the same with and without ``lazy``.

    Returns
    -------
    Trial
        One Recording a stream and rate, in V, s, Hz, deg, m, N. What was found doubtful is in
        ``notices``.

    Raises
    ------
    FileError
        The file is missing, empty, or a directory.
    FormatError
        The file is damaged, cut off, or of an unknown format.
    UnitError
        A unit is missing or unknown.
    ArgumentError
        No rate is known, `sfreq` contradicts the file, a name or position is not in the file, or
        `start` and `stop` are not part of the recording.

    Notes
    -----
    Muscle and side of EMG are taken from labels that are clear (``R_GMAX``, ``Recto Femoral``), where
    neither file nor user gives any: ``Channel.muscle_source`` is then ``"heuristic"``, and
    ``emgkit.io.labels.recognise`` says why.

    A text file is one table: a header, with units in it (``VL (mV)``) or in a row below it, and a
    column a channel. Lines above it that begin with ``#``, ``%``, ``;``, ``!`` or ``//`` are
    comments. The rate is the slope of a straight line through the column of times, which may be
    seconds, clock times or Unix times; gaps and bursts are refused. A column that counts by one is
    a counter. A sheet of an Excel workbook is such a table too; formulas count by their saved values.

    EDF and BDF are read as recorders leave them, and a notice says what was odd. A channel whose
    header gives no scaling is left out. A label of several channels, or none, is replaced by the
    position: ``"EMG #2"``, ``"channel 4"``. Where the header gives no number of data records, or
    one too few, the size of the file decides; bytes behind the last record are left out. Data
    records with gaps between them are refused, whatever the flag (EDF+C, EDF+D) is. A channel in
    ``Boolean``, such as BioSemi's ``Status``, is a trigger without a unit.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "squat.csv")
    ...     _ = path.write_text("VL (mV),BF (mV)\n0.1,0.2\n0.3,-0.2\n")
    ...     trial = read(path, sfreq=1000, channels={"VL (mV)": {"muscle": "vastus_lateralis"}})
    >>> trial.emg
    <Recording: 2 EMG channels × 2 samples at 1000 Hz = 0.002 s, in V: VL, BF>

    A long recording is filtered without ever being whole in the memory:

    >>> from emgkit import Channel, Pipeline, Recording, Trial
    >>> from emgkit.io import write_bdf
    >>> from emgkit.steps import Bandpass, Downsample, Envelope, Rectify
    >>> vl = Channel(name="VL", unit="V")
    >>> emg = Recording(data=np.sin(np.arange(4000))[np.newaxis] * 1e-4, sfreq=2000.0, channels=(vl,))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_bdf(Trial(streams={"emg": emg}), pathlib.Path(folder, "night.bdf"))
    ...     unread = read(path, lazy=True).emg
    ...     envelope = Pipeline(
    ...         Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6), Downsample(sfreq=100)
    ...     )(unread)
    >>> envelope.data.shape
    (1, 200)
    """
    check_option("lazy", lazy, (True, False))
    window = None
    if start is not None or stop is not None:
        where = place(path, sheet)
        begin = 0.0 if start is None else check_seconds("start", start, where=where)
        window = Window(
            start=begin, stop=stop if stop is None else check_seconds("stop", stop, where=where), where=where
        )
    content = _loaded(path, format, {"thousands": thousands, "sheet": sheet}, window, lazy=lazy)
    if window is not None:
        with _errors_name(Path(path)):
            content = window.cut(content, sfreq=sfreq)
    specs = channel_map(channels) if isinstance(channels, (str, os.PathLike)) else channels
    overrides = Overrides(sfreq=sfreq, units=units, channels=specs)
    return assemble(content, overrides, where=place(path, sheet), recognise=True, lazy=lazy)


def place(path: str | os.PathLike[str], sheet: str | None) -> str:
    """A file and the sheet in it, for messages."""
    return str(path) if sheet is None else f"{path}, sheet {sheet!r}"


def sheets(path: str | os.PathLike[str]) -> tuple[Sheet, ...]:
    """The sheets of a workbook in their order; empty for a file of another format.

    Parameters
    ----------
    path : path
        A file.

    Raises
    ------
    FileError
        The file is missing, empty, or a directory.
    FormatError
        The workbook is damaged, or the format is unknown.
    """
    file = _existing(Path(path))
    with _errors_name(file):
        chosen = detect(file)
        if "sheet" not in chosen.options:
            return ()
        found: tuple[Sheet, ...] = importlib.import_module(chosen.module).sheets(file)
        return found


def load(path: str | os.PathLike[str], *, format: str | None = None, **options: str | None) -> FileContent:
    """What a file says, before a Trial is made of it: :func:`read` without its overrides and refusals.

    Parameters
    ----------
    path, format : optional
        As for :func:`read`.
    **options : str
        ``thousands`` and ``sheet``, as for :func:`read`.

    Raises
    ------
    FileError
        The file is missing, empty, or a directory.
    FormatError
        The file is damaged, cut off, or of an unknown format.
    ArgumentError
        An option was given for a file of a format that has none of that name.
    """
    return _loaded(path, format, options, None, lazy=False)


def _loaded(
    path: str | os.PathLike[str],
    format: str | None,
    options: Mapping[str, str | None],
    window: Window | None,
    *,
    lazy: bool,
) -> FileContent:
    """What a file says, or only what it says of a part, where its format can be read in parts."""
    file = _existing(Path(path))
    # what is too large for a number is infinite, and refused as such
    with _errors_name(file), np.errstate(over="ignore", invalid="ignore"):
        chosen = detect(file) if format is None else named(format)
        given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
        for name in given:
            if name not in chosen.options:
                able = listed(sorted(known.name for known in FORMATS if name in known.options))
                raise ArgumentError(f"{name!r} is for {able} alone", where=str(path), got=f"a {chosen.name} file")
        if window is not None and chosen.parts:
            given |= {"start": window.start, "stop": window.stop}
        if lazy and chosen.lazy:
            given["lazy"] = True
        content: FileContent = importlib.import_module(chosen.module).load(file, **given)
        return with_sidecars(content, file)


def _existing(path: Path) -> Path:
    """The path of a file that is there, holds something, and is no device."""
    if "\0" in str(path):
        raise FileError("No file can have this name", got=repr(str(path)))
    try:
        kind = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise FileError(
                "The file is a link that leads to nothing", where=str(path), got=os.readlink(path)
            ) from None
        hint = ""
        with suppress(OSError):
            hint = nearest(path.name, [entry.name for entry in path.parent.iterdir()])
        raise FileError("The file does not exist", where=str(path), hint=hint) from None
    except (OSError, RuntimeError) as problem:
        raise _system_error(path, problem) from None
    if stat.S_ISDIR(kind.st_mode):
        raise _is_folder(path)
    if not stat.S_ISREG(kind.st_mode):
        raise FileError(
            "The path is a device, a pipe or a socket, not a file",
            where=str(path),
            allowed="one recording",
            hint="Save what it gives as a file first",
        )
    if kind.st_size == 0:
        raise FileError("The file is empty", where=str(path), got="0 bytes")
    return path


def _is_folder(path: Path) -> FileError:
    hint = ""
    with suppress(OSError):  # it may not be listed
        inside = sorted(entry.name for entry in path.iterdir())
        hint = f"Name one file of it. It holds {listed(inside[:5])} …"
        if "dataset_description.json" in inside:
            hint = "Its recordings are listed by emgkit.io.bids.recordings(path)"
    return FileError("The path is a directory, not a file", where=str(path), allowed="one recording", hint=hint)


@contextmanager
def _errors_name(path: Path) -> Iterator[None]:
    """Name a file in every error that its reading raises.

    Raises
    ------
    FileError
        The system does not give the file, or it does not fit the memory.
    FormatError
        A reader met something that it does not know, as a damaged file holds.
    """
    try:
        yield
    except EmgkitError as problem:
        if path.name in problem.where or problem.where.startswith(f"{path.parent}{os.sep}"):
            raise
        where = ", ".join(part for part in (str(path), problem.where) if part)
        raise type(problem)(
            problem.what, where=where, allowed=problem.allowed, got=problem.got, hint=problem.hint
        ) from problem
    except Warning:  # where warnings are errors
        raise
    except MemoryError as problem:
        raise FileError(
            "The file does not fit the memory of this computer",
            where=str(path),
            hint="Read a part (start and stop), or EDF, BDF and C3D lazily (lazy=True)",
        ) from problem
    except OSError as problem:
        raise _system_error(path, problem) from problem
    except _UNFORESEEN as problem:
        raise FormatError(
            "The file cannot be read: it is damaged, or written in a way that emgkit does not know",
            where=str(path),
            got=f"{type(problem).__name__}: {problem}",
            hint="Export it once more; if other programs read it, report it as an error of emgkit",
        ) from problem


def _system_error(path: Path, problem: OSError | RuntimeError) -> FileError:
    """What the system says of a file, as an error that names it."""
    return FileError(
        "The file cannot be read",
        where=str(path),
        got=getattr(problem, "strerror", None) or str(problem),
        hint="Check its name, and that you may read it",
    )
