"""OT Bioelettronica's files, built by writers of their own after the maker's published readers: none is at hand."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgkit.errors import FormatError
from emgkit.io import detect, read

RNG = np.random.default_rng(0)
COUNTS = RNG.integers(-20_000, 20_000, size=(300, 5)).astype("<i2")
WHOLE = COUNTS.astype(float)
MARKERS = (
    "<ArrayOfMarker><Marker><Milliseconds>{0}</Milliseconds><Description>{1}</Description></Marker></ArrayOfMarker>"
)


def tar(files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            archive.addfile(member)
    return raw.getvalue()


def zipped(files: Mapping[str, bytes], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return raw.getvalue()


def device(
    adapters: Sequence[tuple[str, float | None, int, Sequence[str]]], *, name: str = "QUATTROCENTO", rate: float = 2048,
    bits: int = 16, total: int = 5,
) -> bytes:  # fmt: skip
    """The description of an .otb+; an adapter is ID, gain, first channel and the attributes of its channels."""
    body = ""
    for place, (adapter, gain, first, channels) in enumerate(adapters):
        gains = "" if gain is None else f'Gain="{gain}"'
        inside = "".join(f'<Channel Index="{i}" {more}/>' for i, more in enumerate(channels))
        body += f'<Adapter ID="{adapter}" {gains} ChannelStartIndex="{first}" AdapterIndex="{place}">{inside}</Adapter>'
    head = f'Name="{name};serial" SampleFrequency="{rate}" ad_bits="{bits}" DeviceTotalChannels="{total}"'
    return f'<?xml version="1.0"?><Device {head}><Channels>{body}</Channels></Device>'.encode()


MUSCLES = ['ID="HD" Muscle="Tibialis Anterior" Side="Right"'] * 3
ADAPTERS = [
    ("AD2x64SE", 150, 0, MUSCLES),
    ("Direct connection", 0.5, 3, ['ID="AUX 1"']),
    ("AdapterControl", 1, 4, ['ID="Ramp"']),
]


def plus(counts: np.ndarray = COUNTS, description: bytes | None = None, **more: bytes) -> dict[str, bytes]:
    return {
        "123.sig": counts.tobytes(),
        "123.xml": device(ADAPTERS) if description is None else description,
        "patient.xml": b"<patient><family_name>Secret</family_name></patient>",
        "markers_0.xml": MARKERS.format(250, "start").encode(),
        "markers_1.xml": MARKERS.format(250, "start").encode(),
        **more,
    }


def track(title: str, *, first: int, channels: int, **given: object) -> str:
    facts = {
        "Title": title, "Device": "Muovi+", "SignalStreamPath": "1.sig", "AcquisitionChannel": first,
        "NumberOfChannels": channels, "TotalChannelsInFile": 5, "SampleSize": 2, "SamplingFrequency": 2000,
        "ADC_Nbits": 16, "ADC_Range": 4.8, "Gain": 256, "UnitOfMeasurement": "mV", "UnitOfMeasurementFactor": 1000,
        **given,
    }  # fmt: skip
    return f"<TrackInfo>{''.join(f'<{key}>{value}</{key}>' for key, value in facts.items())}</TrackInfo>"


def four(*tracks: str, **files: bytes) -> dict[str, bytes]:
    described = "<ArrayOfTrackInfo xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>" + "".join(tracks)
    content = {"Tracks_000.xml": f"{described}</ArrayOfTrackInfo>".encode(), "1.sig": COUNTS.tobytes()}
    return content | {name.replace("_sig", ".sig").replace("_xml", ".xml"): raw for name, raw in files.items()}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(raw: bytes, name: str = "a.otb+") -> Path:
        (tmp_path / name).write_bytes(raw)
        return tmp_path / name

    return write


@pytest.mark.parametrize("pack", [tar, zipped])
def test_volts_come_from_the_supply_of_the_device_and_the_gain_of_the_file(written, tmp_path, pack) -> None:
    path = written(pack(plus()))
    before = sorted(tmp_path.rglob("*"))
    trial = read(path)
    assert detect(path).name == "otb"
    assert sorted(tmp_path.rglob("*")) == before
    assert trial.emg.names == tuple(f"Right Tibialis Anterior #{i}" for i in (1, 2, 3))
    assert {(one.muscle, one.side) for one in trial.emg.channels} == {("tibialis_anterior", "right")}
    assert {one.muscle_source for one in trial.emg.channels} == {"header"}
    # the factors in mV that the maker's reader prints: 0.00050863 and 0.1526
    np.testing.assert_allclose(trial.emg.data, WHOLE[:, :3].T * 5 / 2**16 / 150, rtol=1e-12)
    np.testing.assert_allclose(trial.emg.data[0, 0] / COUNTS[0, 0] * 1000, 0.00050863, rtol=1e-5)
    np.testing.assert_allclose(trial["other"].pick("AUX 1").data[0] / COUNTS[:, 3] * 1000, 0.1526, rtol=1e-3)
    np.testing.assert_array_equal(trial["other"].pick("Ramp").data[0], COUNTS[:, 4])
    assert [(one.onset, one.label) for one in trial.events] == [(0.25, "start")]
    assert "Secret" not in repr((trial, trial.context, trial.notices))


@pytest.mark.parametrize(
    ("name", "adapter", "gain", "millivolts"),
    [
        ("QUATTRO", "AD16", 150, 0.00050863), ("DUE+", "Due+", 202, 0.00024928), ("QUATTRO+", "x", 202, 0.00024928),
        ("DUE", "x", 200, 0.00038147), ("SYNCSTATION", "Due+", 202, 0.00024928),
        ("SYNCSTATION", "Muovi", 256, 0.00028610), ("SYNCSTATION", "AdapterLoadCell", 205, 0.00037217),
        ("SESSANTAQUATTRO", "AD64", 256, 0.00028610), ("MUOVI", "x", 1, 0.00028610), ("MUOVI", "x", None, 0.00028610),
        ("MUOVI", "x", 128, 0.00057220),
    ],
)  # fmt: skip
def test_the_factors_are_those_of_the_makers_reader(written, name, adapter, gain, millivolts) -> None:
    description = device([(adapter, gain, 0, ['ID="a"'] * 5)], name=name)
    trial = read(written(tar(plus(description=description))))
    stream = trial["other"] if adapter == "AdapterLoadCell" else trial.emg
    np.testing.assert_allclose(stream.data.T * 1000, WHOLE * millivolts, rtol=2e-5)
    told = [one.text for one in trial.notices if one.code == "gain-unusual"]
    assert bool(told) == (gain in (1, None, 128))
    if gain == 128:
        assert told[0] == "The gain of MUOVI is not the usual one. x: 128 in the file, 256 usual, 128 taken."


def test_channels_that_are_not_described_are_left_out_and_told(written) -> None:
    trial = read(written(tar(plus(description=device(ADAPTERS[:1])))))
    assert list(trial) == ["emg"]
    assert trial.notices[0].text == "Left out, since the file does not describe them: 'channel 4' and 'channel 5'."


@pytest.mark.parametrize("width", [2, 3, 4])
def test_tracks_have_their_own_files_widths_rates_and_units(written, width) -> None:
    wide = RNG.integers(-(2 ** (8 * width - 1)), 2 ** (8 * width - 1), size=(100, 2))
    raw = wide.astype("<i4" if width > 2 else "<i2").tobytes()
    if width == 3:
        raw = np.frombuffer(raw, np.uint8).reshape(-1, 4)[:, :3].tobytes()
    force = np.linspace(0, 40, 50)
    second = {"SignalStreamPath": "2.sig", "TotalChannelsInFile": 2, "SampleSize": width, "SamplingFrequency": 500}
    files = four(
        track("IN1", first=0, channels=3), track("Control", first=3, channels=1, ADC_Nbits=0, IsControl="true"),
        track("AUX", first=4, channels=1), track("grid", first=0, channels=2, ADC_Nbits=8 * width, Gain=1, **second),
        **{
            "2_sig": raw, "3_sig": force.tobytes(),
            "TrapezoidalTracks_000_xml": f"""<ArrayOfTrackInfo>{track('Performed Path', first=0, channels=1,
            SignalStreamPath='3.sig', TotalChannelsInFile=1, SampleSize=8, SamplingFrequency=10,
            UnitOfMeasurement='%MVC')}</ArrayOfTrackInfo>""".encode(),
        },
    )  # fmt: skip
    path = written(tar(files), "a.otb4")
    trial = read(path)
    assert trial.emg.names == ("IN1 1", "IN1 2", "IN1 3")
    np.testing.assert_allclose(trial.emg.data, WHOLE[:, :3].T * 4.8 / 2**16 / 256, rtol=1e-12)
    np.testing.assert_allclose(trial["emg_2"].data, wide.T * 4.8 / 2.0 ** (8 * width), rtol=1e-12)
    assert (trial["emg_2"].sfreq, trial.emg.sfreq) == (500, 2000)
    other = {name: stream for stream in trial.values() for name in stream.names}
    np.testing.assert_allclose(other["AUX"].pick("AUX").data[0], WHOLE[:, 4] * 4.8 / 2**16 / 256, rtol=1e-12)
    np.testing.assert_array_equal(other["Control"].pick("Control").data[0], COUNTS[:, 3])
    np.testing.assert_array_equal(other["Performed Path"].data[0], force)


@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize("name", ["../123.sig", "/etc/passwd", "a/../../b", "..\\b", "C:\\b"])
def test_members_that_climb_out_are_refused(written, tmp_path, pack, name) -> None:
    path = written(pack({**plus(), name: b"x"}))
    with pytest.raises(FormatError, match=r"climbs out of its folder.*nothing of it was read or written"):
        read(path)
    assert [one.name for one in tmp_path.rglob("*")] == ["a.otb+"]


def test_links_bombs_and_entities_are_refused(written) -> None:
    with pytest.raises(FormatError, match=r"not a plain file.*a link"):
        read(written(tar(plus(), links={"456.xml": "/etc/passwd"})))
    with pytest.raises(FormatError, match="unpack to more than a recording can"):
        read(written(zipped(plus(counts=np.zeros((4_000_000, 5), dtype="<i2")))))
    bomb = device(ADAPTERS).replace(b"<Device ", b'<!DOCTYPE a [<!ENTITY b "c">]><Device ')
    for encoding in ("utf-8", "utf-16"):
        text = bomb.decode().replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding)
        with pytest.raises(FormatError, match="a declaration in its XML"):
            read(written(tar(plus(description=text))))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (plus(description=device(ADAPTERS, bits=24)), r"24 bits are not read.*Allowed: ad_bits = 16.*as .otb4"),
        (plus(description=device(ADAPTERS, total=0)), "contradicts itself.*0 channels at 2048 Hz"),
        (plus(description=device(ADAPTERS, rate=0)), "contradicts itself.*5 channels at 0 Hz"),
        (plus(description=device([("a", 1, 3, ['ID="a"'] * 3)])), "contradicts itself.*channel 6"),
        (plus(description=device([("a", -1, 0, ['ID="a"'])])), "A gain is not above 0"),
        (plus(description=b"<Device>"), "description is damaged.*XML"),
        (plus(description=b'<Device DeviceTotalChannels="x"/>'), "no number for DeviceTotalChannels.*'x'"),
        (plus(COUNTS[:33, :4]), "number of samples is not the same.*multiple of 10 bytes for 5 channels.*264 bytes"),
        ({**plus(), "4.sig": b"", "4.xml": b""}, "several devices or sessions"),
        ({"a.txt": b"x"}, r"holds no recording of OT BioLab.*'a.txt'"),
        (four(track("a", first=3, channels=3)), "track contradicts itself.*3 channels from 4 on of 5"),
        (four(track("a", first=0, channels=5, SampleSize=5)), "track contradicts itself.*5 bytes"),
        (four(track("a", first=0, channels=5, Gain="many")), "no number for Gain.*'many'"),
        (four(track("a", first=0, channels=5, SignalStreamPath="9.sig")), r"not in the archive.*'9.sig'"),
        (four(), "The recording has no track"),
    ],
)  # fmt: skip
def test_damage_is_named(written, files, message) -> None:
    with pytest.raises(FormatError, match=message):
        read(written(tar(files)))


@pytest.mark.fuzz("otb")
@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize("files", [plus(COUNTS[:60]), four(track("a", first=0, channels=5))], ids=["plus", "four"])
def test_damaged_files_are_read_or_refused(survives, files, pack) -> None:
    assert survives(pack(files), name="a.otb+") <= {"Trial", "FormatError", "FileError", "UnitError"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.one_of(st.integers(), st.floats(), st.text(max_size=5)), min_size=4, max_size=4),
    key=st.sampled_from(["NumberOfChannels", "AcquisitionChannel", "TotalChannelsInFile", "ADC_Nbits", "SampleSize"]),
)
def test_numbers_of_descriptions_may_be_any(tmp_path, outcome, numbers, key) -> None:
    safe = [str(one).replace("<", "").replace("&", "").replace('"', "") for one in numbers]
    name, rate, bits, total = safe
    head = f'<Device Name="{name}" SampleFrequency="{rate}" ad_bits="{bits}" DeviceTotalChannels="{total}">'
    outcome(tmp_path / "a.otb+", tar(plus(description=head.encode("utf-8", "replace") + b"</Device>")))
    outcome(tmp_path / "a.otb4", tar(four(track("a", first=0, channels=5, **{key: safe[0]}))))
