"""The formats that are known: what each is called, how its files are recognised, and the module that reads them.

``FORMATS`` is asked in its order: the first whose marker is in the head of a file reads it. A new format is one row of
it, and one module of :mod:`emgkit.io.formats`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from emgkit._checks import check_option
from emgkit.errors import FormatError
from emgkit.notation import listed

__all__ = ["FORMATS", "NOT_YET", "Foreign", "Format", "detect", "named"]

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
    lazy : bool, default False
        Whether ``load`` takes ``lazy``, and can leave the samples in the file until they are used.
    """

    name: str
    description: str
    extensions: tuple[str, ...]
    marker: re.Pattern[bytes] | None
    module: str
    options: tuple[str, ...] = ()
    parts: bool = False
    lazy: bool = False


_BOM = rb"\A(?:\xef\xbb\xbf)?"

FORMATS = (
    Format(
        name="bdf",
        description="BDF and BDF+ (24 bits), alone or in an EMG-BIDS data set",
        extensions=(".bdf",),
        marker=re.compile(rb"\A\xffBIOSEMI"),
        module="emgkit.io.formats.edf",
        parts=True,
        lazy=True,
    ),
    Format(
        name="edf",
        description="EDF and EDF+ (16 bits), alone or in an EMG-BIDS data set",
        extensions=(".edf",),
        marker=re.compile(rb"\A0 {7}.{160}[ \d]\d\.\d\d\.\d\d\d\d\.\d\d\.\d\d", re.DOTALL),
        module="emgkit.io.formats.edf",
        parts=True,
        lazy=True,
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
        parts=True,
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
        description="MATLAB files of Delsys, Qualisys, BIOPAC, Noraxon, OT BioLab+; plain ones (v7.3 needs h5py)",
        extensions=(".mat",),
        marker=re.compile(rb"\AMATLAB [57]\.\d MAT-file"),
        module="emgkit.io.formats.mat",
    ),
    Format(
        name="otb",
        description="OT Bioelettronica .otb+ (OT BioLab+) and .otb4 (OT BioLab 4)",
        extensions=(".otb+", ".otb4", ".otb"),
        # a TAR, or a ZIP that begins with a description or with samples and no folder
        marker=re.compile(rb"\A(?:.{257}ustar|PK\x03\x04.{26}[\w .+-]{1,120}\.(?:xml|sig|sip))", re.DOTALL),
        module="emgkit.io.formats.otb",
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
        lazy=True,
    ),
    Format(
        name="poly5",
        description="TMSi Poly5 recording",
        extensions=(".poly5",),
        marker=re.compile(rb"\APOLY SAMPLE FILE"),
        module="emgkit.io.formats.poly5",
        parts=True,
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
        marker=re.compile(rb"^endheader[ \t,;]*\r?$", re.MULTILINE | re.IGNORECASE),
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
        name="tdf",
        description="BTS TDF: EMG, analogue channels, force plates, markers and events",
        extensions=(".tdf",),
        marker=re.compile(rb"\A\x82\x4b\x60\x41\xd3\x11\x84\xca\x60\x00\xb6\xac\x16\x68\x0c\x08"),
        module="emgkit.io.formats.motion.tdf",
        parts=True,
    ),
    Format(
        name="xdf",
        description="XDF of the Lab Streaming Layer (needs pyxdf)",
        extensions=(".xdf", ".xdfz"),
        marker=re.compile(rb"\AXDF:"),
        module="emgkit.io.formats.xdf",
    ),
    Format(
        name="brainvision",
        description="BrainVision, by its header (.vhdr)",
        extensions=(".vhdr",),
        marker=re.compile(_BOM + rb"Brain ?Vision(?: Core| V-Amp)? Data(?: Exchange)? Header File", re.IGNORECASE),
        module="emgkit.io.formats.neurophysiology.brainvision",
    ),
    Format(
        name="gdf",
        description="GDF, versions 1 and 2",
        extensions=(".gdf",),
        marker=re.compile(rb"\AGDF [12]\.\d"),
        module="emgkit.io.formats.neurophysiology.gdf",
    ),
    Format(
        name="intan",
        description="Intan RHD and RHS (needs neo)",
        extensions=(".rhd", ".rhs"),
        marker=re.compile(rb"\A(?:\x02\x27\x91\xc6|\xac\x27\x91\xd6)"),
        module="emgkit.io.formats.neurophysiology.intan_spike2",
    ),
    Format(
        name="spike2",
        description="CED Spike2 SMR, not SMRX (needs neo)",
        extensions=(".smr",),
        marker=re.compile(rb"\A.{2}\(C\) CED 87", re.DOTALL),
        module="emgkit.io.formats.neurophysiology.intan_spike2",
    ),
    Format(
        name="wfdb",
        description="WFDB of PhysioNet, by its header (.hea, needs wfdb)",
        extensions=(".hea",),
        marker=None,
        module="emgkit.io.formats.neurophysiology.wfdb_record",
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
