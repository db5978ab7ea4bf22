"""Files that are no recording, that lie, or that would take for ever: each is one short message that names the file."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

import pytest

import emgkit as ek
from emgkit.errors import EmgkitError, FileError, FormatError, StudyError
from emgkit.io.naming.timed import check_ends
from emgkit.io.reading import load

ROWS = "".join(f"{row / 1000},{row % 7}\n" for row in range(200))
BASE = f"time (s),VL (mV)\n{ROWS}"
MANY = 10_000
WIDE = "\n".join(",".join(["1.5"] * MANY) for _ in range(4))
TEXTS = {
    "odd byte": BASE.encode("utf-16")[:-1],
    "one byte": b"\xff\xfea",
    "separator of two signs": "sep=;;\n" + BASE.replace(",", ";"),
    "no separator": f"sep=\n{BASE}",
    "quote as separator": f'sep="\n{BASE}',
    "400 digits": f"{BASE}0.2,{'9' * 400}\n",
    "5000 digits": f"{BASE}0.2,{'9' * 5000}\n",
    "time of 5000 digits": f"{BASE}{'9' * 5000},1\n",
    "rate of 5000 digits": f"# rate {'9' * 5000} Hz\nVL (mV)\n1\n2\n",
    "all digits": "VL (mV)\n" + ("9" * 400 + "\n") * 5,
    "overflow": "time (s),VL (mV)\n" + "".join(f"{row / 1000},{row % 7}e308\n" for row in range(20)),
    "times of no size": "time (s),VL (mV)\n" + "".join(f"{row}e-320,{row % 7}\n" for row in range(200)),
    "times of any size": "time (s),VL (mV)\n" + "".join(f"{row}e305,{row % 7}\n" for row in range(200)),
    "overlong cell": f"{BASE}0.2,{'x' * 200_000}\n",
    "overlong quoted cell": f'{BASE}0.2,"{"x" * 200_000}"\n',
    "overlong name": f"time (s),{'x' * 10_000} (mV)\n{ROWS}",
    "overlong row": "1," * 1_000_001,
    "many columns": ",".join(f"c{one} (mV)" for one in range(MANY)) + "\n" + WIDE,
    "many columns of one name": ",".join(["c (mV)"] * MANY) + "\n" + WIDE,
    "many columns without names": WIDE,
    "separators alone": ("," * 100_000 + "\n") * 2,
    "control characters": f"time (s),V\x07L\x1b[2J (mV)\n{ROWS}",
    "zero in the header": f"time (s),V\x00L (mV)\n{ROWS}",
    "quotes": '"' * 100_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_read_or_refused_soon(tmp_path, name):
    path = tmp_path / "hostile.csv"
    text = TEXTS[name]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    begun, refused = time.process_time(), f"{path}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ek.EmgkitWarning)
            ek.read(path)
    except EmgkitError as problem:
        refused = str(problem)
    assert "hostile.csv" in refused
    assert len(refused) <= 605
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("ending", ["csv", "txt", "mat", "xdf", "tdf", "bdf", "edf", "c3d", "xlsx"])
@pytest.mark.parametrize("begins", [b"", BASE.encode()], ids=["zeros", "text, then zeros"])
def test_a_sparse_file_is_refused_soon(tmp_path, ending, begins):
    path = tmp_path / f"sparse.{ending}"
    with path.open("wb") as file:
        file.write(begins)
        file.truncate(1_200_000_000)
    begun = time.process_time()
    with pytest.raises(EmgkitError, match="sparse"):
        ek.read(path)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/dev/random"])
def test_a_device_is_refused_as_what_it_is(emgkit, path):
    if not Path(path).exists():
        pytest.skip(f"{path} is not there")
    with pytest.raises(FileError, match=rf"is a device, a pipe or a socket, not a file\. Where: {path}"):
        ek.read(path)
    done = emgkit("info", path)
    assert done.returncode == 2
    assert "is a device" in done.stderr


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(FileError, match=r"a pipe.*a\.csv"):
        ek.read(tmp_path / "a.csv")


def test_links_and_names_that_lead_nowhere_are_one_message(emgkit, tmp_path):
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "broken.csv").symlink_to(tmp_path / "nothing.csv")
    (tmp_path / "file.csv").write_text(BASE)
    for name, text in (
        ("loop.csv", "levels of symbolic links"),
        ("broken.csv", "a link that leads to nothing"),
        ("x" * 300 + ".csv", "File name too long"),
        ("file.csv/a.csv", "does not exist"),
    ):
        with pytest.raises(FileError, match=text):
            ek.read(tmp_path / name)
        done = emgkit("info", tmp_path / name)
        assert done.returncode == 2
        assert text in done.stderr
    with pytest.raises(FileError, match="No file can have this name"):
        ek.read("a\0b.csv")


def test_no_permission_is_one_message_that_names_the_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(BASE)
    opened = Path.open

    def refusing(self, *given, **named):
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(self, *given, **named)

    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(FileError, match=r"cannot be read\. Where: .*a\.csv\. Got: Permission denied"):
        ek.read(path)


@pytest.mark.parametrize("problem", [IndexError("3"), KeyError("a"), RecursionError("deep"), MemoryError()])
def test_what_a_reader_did_not_foresee_names_the_file(tmp_path, monkeypatch, problem):
    path = tmp_path / "a.csv"
    path.write_text(BASE)
    monkeypatch.setattr("emgkit.io.reading._UNFORESEEN", (Exception,))

    def failing(*_given, **_named):
        raise problem

    monkeypatch.setattr("emgkit.io.formats.delimited.load", failing)
    with pytest.raises(FileError, match=r"Where: .*a\.csv") as refused:
        load(path)
    assert refused.value.__cause__ is problem


@pytest.mark.parametrize(
    "regex", [r"(\w+\s?)+!", r"(?P<participant>(a+)+)_(?P<task>b)\.csv", r"(a|aa)+$.b", r"(.*a){25}"]
)
def test_an_expression_that_explodes_is_refused(monkeypatch, regex):
    monkeypatch.setattr("emgkit.io.naming.timed._LIMIT", 1.0)
    with pytest.raises(StudyError, match=r"regex is not through with 1 names after 1 s"):
        check_ends(regex, ["a" * 60])


def test_an_expression_that_ends_is_tried_once(monkeypatch):
    check_ends(r"(\w+)_(\w+)\.csv", ["p1_squat.csv"])
    monkeypatch.setattr("subprocess.run", None)
    check_ends(r"(\w+)_(\w+)\.csv", ["p1_squat.csv"])
    check_ends("P1_squat", ["anything"])


def test_nested_and_endless_values_are_no_toml(tmp_path):
    for text in (f"a = {'[' * 100_000}", f"a = {'9' * 5000}", f"a{'.a' * 100_000} = 1", "a = { b = " * 5000):
        (tmp_path / "map.toml").write_text(f"[channels]\n{text}\n")
        with pytest.raises(FormatError, match=r"map\.toml"):
            ek.io.channel_map(tmp_path / "map.toml")


def test_a_nested_sidecar_is_no_json(tmp_path):
    from emgkit.io._tables import read_json

    for text in ("[" * 200_000, '{"a": ' + "9" * 5000 + "}"):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(FormatError, match=r"not JSON.*a\.json"):
            read_json(tmp_path / "a.json")
