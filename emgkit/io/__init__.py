"""Reading recordings of any known format, and writing EMG-BIDS, BDF and EDF.

``FORMATS`` lists the formats; each is one module of this package, imported when a file needs it.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emgkit._checks import check_option
from emgkit.errors import ArgumentError, FileError, FormatError
from emgkit.io import bids
from emgkit.io._assembly import ChannelSpecs, FileContent, Overrides, assemble, survey, with_muscles
from emgkit.io._time_axis import Window
from emgkit.io.bids import write_bids
from emgkit.io.channel_map import channel_map
from emgkit.io.formats.edf import write_bdf, write_edf
from emgkit.io.formats.xlsx import Sheet
from emgkit.io.joining import join
from emgkit.notation import listed
from emgkit.recording import Trial

__all__ = [
    "FORMATS",
    "NOT_YET",
    "FileContent",
    "Foreign",
    "Format",
    "Overrides",
    "Sheet",
    "assemble",
    "bids",
    "channel_map",
    "join",
    "load",
    "place",
    "read",
    "sheets",
    "survey",
    "with_muscles",
    "write_bdf",
    "write_bids",
    "write_edf",
]

# as much of a file as its marker is looked for in
_HEAD = 4096


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format that :func:`read` knows.

    Parameters
    ----------
    name : str
        What ``format=`` calls it.
    description : str
        One line for people.
    extensions : tuple of str
        Endings of file names, in lower case.
    marker : re.Pattern of bytes, optional
        Found in the first 4096 bytes of every such file and of no other. Without one the
        ending alone decides.
    module : str
        The module whose ``load(path)`` gives the file's content.
    options : tuple of str
        Parameters of :func:`read` that only some formats have, and this one has.
    parts : bool, default False
        Whether ``load`` takes ``start`` and ``stop`` (s), and reads that part alone: its signals then have ``whole``.
    """

    name: str
    description: str
    extensions: tuple[str, ...]
    marker: re.Pattern[bytes] | None
    module: str
    options: tuple[str, ...] = ()
    parts: bool = False


_BOM = rb"\A(?:\xef\xbb\xbf)?"

FORMATS = (
    Format(
        name="bdf",
        description="BDF and BDF+ (24 bits), alone or in an EMG-BIDS data set",
        extensions=(".bdf",),
        marker=re.compile(rb"\A\xffBIOSEMI"),
        module="emgkit.io.formats.edf",
        parts=True,
    ),
    Format(
        name="edf",
        description="EDF and EDF+ (16 bits), alone or in an EMG-BIDS data set",
        extensions=(".edf",),
        marker=re.compile(rb"\A0 {7}.{160}[ \d]\d\.\d\d\.\d\d\d\d\.\d\d\.\d\d", re.DOTALL),
        module="emgkit.io.formats.edf",
        parts=True,
    ),
    Format(
        name="datalog",
        description="Biometrics DataLOG text export",
        extensions=(".txt",),
        marker=re.compile(rb"^Channel \d+: '[^'\n]*', \d+ values, engineering units: ", re.MULTILINE),
        module="emgkit.io.formats.datalog",
    ),
    Format(
        name="opensignals",
        description="OpenSignals text of PLUX (biosignalsplux, BITalino)",
        extensions=(".txt",),
        marker=re.compile(rb"\A(?:\xef\xbb\xbf)?# OpenSignals Text File Format"),
        module="emgkit.io.formats.opensignals",
    ),
    Format(
        name="opensignals-h5",
        description="OpenSignals HDF5 of PLUX (needs h5py)",
        extensions=(".h5", ".hdf5"),
        marker=re.compile(rb"\A\x89HDF\r\n"),
        module="emgkit.io.formats.opensignals_h5",
    ),
    Format(
        name="biopac-text",
        description="BIOPAC AcqKnowledge text export",
        extensions=(".txt", ".csv"),
        marker=re.compile(rb"^[\d.]+ (?:m?sec|min)/sample\r?\n\d+ channels?", re.MULTILINE),
        module="emgkit.io.formats.biopac_text",
    ),
    Format(
        name="acq",
        description="BIOPAC AcqKnowledge recording (needs bioread)",
        extensions=(".acq",),
        marker=None,
        module="emgkit.io.formats.acq",
    ),
    Format(
        name="mat",
        description="MATLAB files of Delsys, Qualisys, BIOPAC and Noraxon, and plain ones (version 7.3 needs h5py)",
        extensions=(".mat",),
        marker=re.compile(rb"\AMATLAB [57]\.\d MAT-file"),
        module="emgkit.io.formats.mat",
    ),
    Format(
        name="xlsx",
        description="Excel workbook, a sheet a recording",
        extensions=(".xlsx", ".xlsm"),
        marker=re.compile(rb"\APK\x03\x04.*?(?:\[Content_Types\]\.xml|xl/)", re.DOTALL),
        module="emgkit.io.formats.xlsx",
        options=("sheet", "thousands"),
    ),
    Format(
        name="c3d",
        description="C3D of motion capture: analogue channels, markers, model outputs and events",
        extensions=(".c3d",),
        # its second byte is 'P'; the first, where its parameters begin, is no letter of a text
        marker=re.compile(rb"\A[\x01-\x08]P"),
        module="emgkit.io.formats.c3d",
        parts=True,
    ),
    Format(
        name="poly5",
        description="TMSi Poly5 recording",
        extensions=(".poly5",),
        marker=re.compile(rb"\APOLY SAMPLE FILE"),
        module="emgkit.io.formats.poly5",
    ),
    Format(
        name="shimmer",
        description="Shimmer Consensys CSV",
        extensions=(".csv",),
        marker=re.compile(rb'\A(?:\xef\xbb\xbf)?"?sep=(?:\\t|[\t,;])"?\r?\n[^\n]*_(?:CAL|RAW)\b', re.IGNORECASE),
        module="emgkit.io.formats.shimmer",
    ),
    Format(
        name="labchart",
        description="ADInstruments LabChart text export",
        extensions=(".txt",),
        marker=re.compile(rb"\A(?:\xef\xbb\xbf)?Interval=\t?[\d.,]+(?:[eE]-?\d+)?"),
        module="emgkit.io.formats.labchart",
    ),
    Format(
        name="delsys-discover",
        description="Delsys Trigno Discover CSV",
        extensions=(".csv",),
        marker=re.compile(_BOM + rb'"?Application:"?[,;\t]\s*"?Trigno Discover'),
        module="emgkit.io.formats.delsys.discover",
    ),
    Format(
        name="delsys-emgworks",
        description="Delsys EMGworks CSV, with or without a line a channel above the headings",
        extensions=(".csv",),
        # a header line a channel, or a column of times before every channel
        marker=re.compile(
            _BOM + rb'(?:"?Label: [^\n]*?Sampling frequency: |"?X ?\[m?s\]"?[,;\t]'
            rb'(?:[^\n]*?[,;\t]"?X ?\[m?s\]"?[,;\t\r\n]|"?[^,;\t\n"]*: [A-Za-z]+[ .]))'
        ),
        module="emgkit.io.formats.delsys.emgworks",
    ),
    Format(
        name="delsys-hpf",
        description="Delsys EMGworks HPF",
        extensions=(".hpf",),
        marker=re.compile(rb"\A.{16}datx", re.DOTALL),
        module="emgkit.io.formats.delsys.hpf",
        parts=True,
    ),
    Format(
        name="delsys-emg",
        description="Delsys EMGworks .emg, version 3",
        extensions=(".emg",),
        marker=re.compile(rb"\ADEMG"),
        module="emgkit.io.formats.delsys.emg",
        parts=True,
    ),
    Format(
        name="noraxon-csv",
        description="Noraxon MyoResearch (MR3, MR4) CSV, combined or a file a signal",
        extensions=(".csv",),
        # a line of facts with their values below it; or the program named in a first line that no row of numbers
        # follows, as a plain table may name it in its header
        marker=re.compile(
            _BOM + rb'(?:"?type"?[,;\t][^\n]*?"?frequency"?[,;\t][^\n]*\n"?(?:record|signal)\w*"?[,;\t]'
            rb'|(?!#)[^\n]*(?:noraxon|myoresearch)[^\n]*\n(?![\s"]*[-+.\d]))',
            re.IGNORECASE,
        ),
        module="emgkit.io.formats.noraxon_csv",
    ),
    Format(
        name="anc",
        description="Motion Analysis ANC, the analogue text of EVaRT and Cortex",
        extensions=(".anc",),
        marker=re.compile(_BOM + rb"File_Type:\s+Analog"),
        module="emgkit.io.formats.motion.anc",
    ),
    Format(
        name="nexus-csv",
        description="Vicon Nexus text export of devices, model outputs and trajectories",
        extensions=(".csv", ".txt"),
        marker=re.compile(
            _BOM + rb"(?:Devices|Joints|Model Outputs|Segments|Trajectories|Events)[,;\t ]*\r?\n"
            rb"[\d.]+[,;\t ]*\r?\n"
        ),
        module="emgkit.io.formats.motion.nexus_csv",
    ),
    Format(
        name="opensim",
        description="OpenSim storage and motion files",
        extensions=(".sto", ".mot"),
        marker=re.compile(rb"^endheader[ \t]*\r?$", re.MULTILINE | re.IGNORECASE),
        module="emgkit.io.formats.motion.opensim",
    ),
    Format(
        name="bioware",
        description="Kistler BioWare text export of force plates",
        extensions=(".txt",),
        marker=re.compile(_BOM + rb"BioWare Version "),
        module="emgkit.io.formats.motion.bioware",
    ),
    Format(
        name="delimited",
        description="comma-, semicolon-, tab- or space-separated text, one column a channel",
        extensions=(".csv", ".tsv", ".txt", ".asc", ".dat"),
        marker=None,
        module="emgkit.io.formats.delimited",
        options=("thousands",),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A file format that :func:`read` recognises but cannot read.

    Parameters
    ----------
    name : str
        What people call it, with the program that writes it.
    extensions : tuple of str
        Endings of file names that no readable format has; they decide where no marker is found.
    marker : re.Pattern of bytes, optional
        Found in the first 4096 bytes of such files; strict, since it goes before the ending.
    hint : str
        What to do with it.
    """

    name: str
    extensions: tuple[str, ...] = ()
    marker: re.Pattern[bytes] | None = None
    hint: str = (
        "Export it as EDF, BDF or a plain table: CSV with one header row, a column of times and a column a channel, "
        "such as 'time (s),VL (mV)'"
    )


# a reader for one of these becomes a Format above, and its entry here goes
NOT_YET = (
    Foreign(name="XDF (Lab Streaming Layer)", extensions=(".xdf", ".xdfz"), marker=re.compile(rb"\AXDF:")),
    Foreign(
        name="Excel (XLS)",
        extensions=(".xls", ".xlsb"),
        marker=re.compile(rb"\A\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        hint="Open it in a spreadsheet program and save it as an Excel workbook (.xlsx), without a password",
    ),
    Foreign(
        name="OpenDocument spreadsheet (ODS)",
        extensions=(".ods",),
        marker=re.compile(rb"\APK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument\.spreadsheet", re.DOTALL),
        hint="Open it in a spreadsheet program and save it as an Excel workbook (.xlsx)",
    ),
    Foreign(name="ZIP", extensions=(".zip",), marker=re.compile(rb"\APK\x03\x04")),
)


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
        Of EDF, BDF, C3D and Delsys' .emg and .hpf the rest is not read at all. The samples are those of the
        whole recording, on its times; events stay that overlap the part.

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
        `start` and `stop` are no part of the recording.

    Notes
    -----
    Muscle and side of EMG are taken from labels that are clear (``R_GMAX``, ``Recto Femoral``), where
    neither file nor user gives any: ``Channel.muscle_source`` is then ``"heuristic"``, and
    :func:`emgkit.io.labels.recognise` says why.

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
    """
    window = None
    if start is not None or stop is not None:
        window = Window(start=0.0 if start is None else float(start), stop=stop, where=place(path, sheet))
    content = _loaded(path, format, {"thousands": thousands, "sheet": sheet}, window)
    if window is not None:
        content = window.cut(content, sfreq=sfreq)
    specs = channel_map(channels) if isinstance(channels, (str, os.PathLike)) else channels
    overrides = Overrides(sfreq=sfreq, units=units, channels=specs)
    return assemble(content, overrides, where=place(path, sheet), recognise=True)


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
    chosen = detect(file)
    found: tuple[Sheet, ...] = importlib.import_module(chosen.module).sheets(file) if "sheet" in chosen.options else ()
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
    return _loaded(path, format, options, None)


def _loaded(
    path: str | os.PathLike[str], format: str | None, options: Mapping[str, str | None], window: Window | None
) -> FileContent:
    """What a file says, or only what it says of a part, where its format can be read in parts."""
    file = _existing(Path(path))
    chosen = detect(file) if format is None else named(format)
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in chosen.options:
            able = listed(sorted(known.name for known in FORMATS if name in known.options))
            raise ArgumentError(f"{name!r} is for {able} alone", where=str(path), got=f"a {chosen.name} file")
    if window is not None and chosen.parts:
        given |= {"start": window.start, "stop": window.stop}
    content: FileContent = importlib.import_module(chosen.module).load(file, **given)
    return bids.with_sidecars(content, file)


def named(name: str) -> Format:
    """The format of that name.

    Raises
    ------
    ArgumentError
        There is none.
    """
    check_option("format", name.lower(), [known.name for known in FORMATS])
    return next(known for known in FORMATS if known.name == name.lower())


def detect(path: Path) -> Format:
    """The format of a file, by its content, then by its ending.

    Raises
    ------
    FormatError
        No known format fits, or the format is one that emgkit does not read yet.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for known in FORMATS:
        if known.marker is not None and known.marker.search(head):
            return known
    ending = path.suffix.lower()
    fitting = [known for known in FORMATS if ending in known.extensions]
    foreign = next((one for one in NOT_YET if one.marker is not None and one.marker.search(head)), None)
    if foreign is None and not fitting:
        foreign = next((one for one in NOT_YET if ending in one.extensions), None)
    if foreign is not None:
        article = "an" if foreign.name[0] in "AEHOX" else "a"
        raise FormatError(
            f"This is {article} {foreign.name} file, which emgkit does not read yet",
            where=str(path),
            allowed=listed(known.name for known in FORMATS),
            hint=foreign.hint,
        )
    if not fitting:
        known_ones = "; ".join(f"{known.name} ({known.description})" for known in FORMATS)
        raise FormatError(
            "The file is of an unknown format",
            where=str(path),
            allowed=known_ones,
            got=f"a file that begins with {head[:12]!r} and ends in {ending!r}",
            hint="Say format= if it is one of these, else export it from its program as CSV, EDF or BDF",
        )
    return next((known for known in fitting if known.marker is None), fitting[0])


def _existing(path: Path) -> Path:
    if path.is_dir():
        is_bids = (path / "dataset_description.json").is_file()
        raise FileError(
            "The path is a directory, not a file",
            where=str(path),
            allowed="one recording",
            hint="Its recordings are listed by emgkit.io.bids.recordings(path)"
            if is_bids
            else f"Name one file of it. It holds {listed(sorted(entry.name for entry in path.iterdir())[:5])} …",
        )
    if not path.is_file():
        from emgkit._checks import nearest

        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise FileError("The file does not exist", where=str(path), hint=nearest(path.name, beside))
    if path.stat().st_size == 0:
        raise FileError("The file is empty", where=str(path), got="0 bytes")
    return path
