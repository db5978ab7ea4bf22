"""Recordings that stay in their file until they are used: the same numbers, read no sooner than needed."""

import copy
import os
import pickle
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit.errors import ArgumentError, EmgkitError, FileError, FormatError, SignalError
from emgkit.io import FORMATS, registry
from emgkit.io._assembly import Block, FileContent, Overrides, Signal, assemble, bytes_of, in_file, numbers_in
from emgkit.kernels import chain, compiled, cutting
from emgkit.recording import held
from emgkit.samples import InFile
from emgkit.steps import (
    TKEO,
    Bandpass,
    Downsample,
    Envelope,
    Highpass,
    Lowpass,
    MovingMean,
    MovingRMS,
    Normalize,
    Notch,
    Rectify,
    RemoveMean,
)

SEEDS = Path(__file__).parents[1] / "data" / "seeds"
BAND, LINEAR = Bandpass(low=20, high=450), (RemoveMean(), Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6))
CHAINS = {
    "envelope": LINEAR,
    "decimated": (*LINEAR, Downsample(sfreq=100)),
    "mean taken off exactly": (RemoveMean(), Lowpass(cutoff=300), Notch(frequency=50)),
    "rms": (Highpass(cutoff=30), MovingRMS(window=0.05)),
    "moving mean": (BAND, Rectify(), MovingMean(window=0.05), Downsample(sfreq=500)),
}


def same(lazy, whole):
    """Whether two trials are equal to the last bit."""
    assert repr(lazy) == repr(whole)
    assert lazy._repr_html_() == whole._repr_html_()
    assert (lazy.notices, lazy.events, dict(lazy.context)) == (whole.notices, whole.events, dict(whole.context))
    for name, recording in whole.items():
        other = lazy[name]
        assert (other.channels, other.sfreq, other.start, other.sfreq_source) == (
            recording.channels, recording.sfreq, recording.start, recording.sfreq_source,
        )  # fmt: skip
        assert other.data.tobytes() == recording.data.tobytes()
        assert not other.data.flags.writeable


def outcome(path, **given):
    try:
        return ek.read(path, **given)
    except EmgkitError as problem:
        return f"{type(problem).__name__}: {problem}"


def alike(path, **given):
    """Read a file lazily and at once: one trial, or one message."""
    lazy, whole = outcome(path, lazy=True, **given), outcome(path, **given)
    if isinstance(whole, str):
        assert lazy == whole
    else:
        same(lazy, whole)
    return whole


def is_unread(recording):
    return isinstance(held(recording), InFile)


def trial_of(n_channels, n, *, sfreq=2000.0, seed=0):
    data = np.random.default_rng(seed).normal(2e-5, 1e-4, (n_channels, n))
    channels = [ek.Channel(name=f"EMG {place}", unit="V") for place in range(n_channels)]
    return ek.Trial(streams={"emg": ek.Recording(data=data, sfreq=sfreq, channels=channels)})


@pytest.fixture(scope="module")
def c3d_of():
    namespace = {}
    source = (Path(__file__).parent / "c3d" / "conftest.py").read_text(encoding="utf-8")
    exec(compile(source, "conftest.py", "exec"), namespace)
    return namespace["_c3d_bytes"]


@pytest.fixture(scope="module")
def files(tmp_path_factory, c3d_of):
    """The same kind of recording in each format that stays in its file."""
    folder = tmp_path_factory.mktemp("lazy")
    trial = trial_of(3, 9001)
    counts = np.random.default_rng(1).integers(-3000, 3000, (3, 9000))
    for name, more in (("whole", {"real": False}), ("real", {}), ("vax", {"processor": "DEC"})):
        raw = c3d_of(counts, per_frame=20, scales=np.full(3, 1e-7), offsets=[0, 12, -3], **more)
        (folder / f"{name}.c3d").write_bytes(raw)
    # data records of 13.5 ms, which are shorter than what is skipped between them
    short = trial_of(3, 2900, sfreq=29 / 0.0135)
    return {
        "bdf": ek.io.write_bdf(trial, folder / "a.bdf"),
        "edf": ek.io.write_edf(trial, folder / "a.edf"),
        "short records": ek.io.write_edf(short, folder / "short.edf"),
        **{f"c3d of {name}": folder / f"{name}.c3d" for name in ("whole", "real", "vax")},
    }


# ----------------------------------------------------------------------------------------------------- what is read


@pytest.mark.parametrize("name", [known.name for known in FORMATS if known.name != "acq"])
def test_every_format_is_the_same_read_lazily(name):
    files = [path for path in sorted((SEEDS / name).rglob("*")) if path.is_file() and path.suffix != ".vmrk"]
    assert files
    trials = [
        alike(path, format=name, sfreq=sfreq, units=units)
        for path in files
        for sfreq, units in ((None, None), (1000.0, "mV"))
    ]
    assert any(isinstance(trial, ek.Trial) for trial in trials)
    stays = [
        is_unread(one)
        for path in files
        if not isinstance(trial := outcome(path, lazy=True, format=name), str)
        for one in trial.values()
    ]
    assert any(stays) == registry.named(name).lazy


def test_a_file_of_a_data_set_is_the_same_read_lazily():
    (path,) = (SEEDS / "bids").rglob("sub-02*_emg.bdf")
    assert alike(path).context["participant"] == "02"
    assert is_unread(ek.read(path, lazy=True).emg)


def test_every_recording_is_the_same_read_lazily(recordings):
    paths = [path for path in sorted(recordings.rglob("*")) if path.suffix.lower() in (".bdf", ".c3d", ".edf")]
    assert len(paths) > 15
    for path in paths:
        alike(path)


@pytest.mark.parametrize("ends", [{}, {"start": 0.5}, {"start": 0.5011, "stop": 1.2}, {"stop": 1.0}])
@pytest.mark.parametrize("skipped", [0, 1 << 13, 1 << 30])
@pytest.mark.parametrize("at_once", [100, 1 << 20])
def test_a_part_is_the_same_however_it_is_read(files, ends, skipped, at_once, monkeypatch):
    monkeypatch.setattr(in_file, "_SKIPPED", skipped)
    monkeypatch.setattr(in_file, "_AT_ONCE", at_once)
    for path in files.values():
        alike(path, **ends)


def test_without_reading_from_a_place_on_the_file_is_wound(files, monkeypatch):
    monkeypatch.setattr(in_file, "_AT_A_PLACE", None)
    for path in files.values():
        alike(path)


@pytest.mark.parametrize("kind", ["bdf", "edf", "c3d of whole", "c3d of real"])
def test_damaged_files_end_alike(files, kind, tmp_path):
    raw, random = files[kind].read_bytes(), np.random.default_rng(7)
    path, ends = tmp_path / files[kind].name, set()
    for _ in range(60):
        damaged = bytearray(raw)
        for place in random.integers(0, 3000, 4):
            damaged[place] = random.integers(256)
        path.write_bytes(damaged)
        ends.add(type(alike(path)).__name__)
    assert ends == {"str", "Trial"}


def test_what_the_samples_make_doubtful_is_noticed_alike(written):
    constant = np.full(400, 3)
    late = np.concatenate([np.full(399, 3), [4]])
    path = written(
        {"label": "VL", "unit": "V", "samples": 100}, {"label": "BF", "samples": 100, "values": constant},
        {"label": "GM", "samples": 100, "values": late}, {"label": "Status", "unit": "Boolean", "samples": 100},
    )  # fmt: skip
    whole = alike(path)
    assert [notice.code for notice in whole.notices] == ["amplitude-unlikely", "channel-constant"]
    assert "'BF' are equal" in whole.notices[1].text


@pytest.mark.parametrize("beyond", [(39,), (3, 21), (21,)])
def test_samples_beyond_the_limits_are_refused_alike(written, beyond):
    values = np.zeros(40, int)
    values[list(beyond)] = 9
    inside = {"label": "BF", "digital": (-5, 5), "values": values * 0}
    path = written(inside, {"label": "VL", "digital": (-5, 5), "values": values}, {"label": "GM", "values": values})
    assert f"{len(beyond)} sample" in alike(path)
    assert isinstance(alike(path, stop=0.35), ek.Trial if beyond[0] > 3 else str)
    # the channel that the file has first is named, wherever the others are wrong
    swapped = np.roll(values, 1)
    path = written(*({"label": x, "digital": (-5, 5), "values": v} for x, v in (("A", values), ("B", swapped))))
    assert "channel 1, 'A'" in alike(path)


@pytest.mark.parametrize("gain", [np.inf, 1e300, 2.0])
def test_samples_that_are_not_finite_are_refused_alike(tmp_path, gain):
    path, reals = tmp_path / "a", np.array([[[0, 1, -2], [3, 1e20, 5]]], "<f4")
    path.write_bytes(reals.tobytes())
    signals = []
    for lazy in (True, False):
        numbers = numbers_in(bytes_of(path, lazy=lazy), "<f4", reals.shape, begin=0, strides=(24, 12, 4))
        block = Block(numbers=numbers, offsets=np.zeros(1), gains=np.array([gain]), part=slice(0, 6))
        signals.append(Signal(label="x", values=block.rows()[0], unit="n/a", sfreq=10.0))
    ends = []
    for lazy, signal in zip((True, False), signals, strict=True):
        with suppress(SignalError), np.errstate(over="ignore", invalid="ignore"):
            assemble(FileContent(signals=(signal,)), Overrides(), where="a", lazy=lazy)
            ends.append("read")
            continue
        with pytest.raises(SignalError) as caught, np.errstate(over="ignore", invalid="ignore"):
            assemble(FileContent(signals=(signal,)), Overrides(), where="a", lazy=lazy)
        ends.append(str(caught.value))
    assert ends[0] == ends[1]
    assert (ends[0] == "read") == (gain == 2.0)


# ------------------------------------------------------------------------------------------- nothing sooner than needed


@pytest.fixture
def opened(monkeypatch):
    """The names of the files, one each time that one is opened."""
    names, really = [], in_file.File.opened

    def noted(file):
        names.append(file.path.name)
        return really(file)

    monkeypatch.setattr(in_file.File, "opened", noted)
    return names


@pytest.mark.parametrize("kind", ["bdf", "c3d of real"])
def test_nothing_is_read_before_it_is_needed(files, kind, opened):
    trial = ek.read(files[kind], lazy=True)
    del opened[:]
    emg = trial.emg
    other = trial.with_context(task="squat").with_events([ek.Event(onset=0.0, duration=1.0, label="squat")]).emg
    part, one = emg.crop(1.0, 1.5), emg.pick(emg.names[1])
    for recording in (emg, other, part, one, one.crop(0.0, 1.0)):
        assert is_unread(recording)
        assert repr(recording)
        assert recording._repr_html_()
        assert recording.n_samples == len(recording.times) == round(recording.duration * recording.sfreq)
    with pytest.raises(ArgumentError, match="reaches beyond"):
        emg.crop(0.0, 99.0)
    with pytest.raises(AttributeError, match="'Recording' object has no attribute 'dat'"):
        _ = emg.dat
    assert opened == []

    whole = ek.read(files[kind]).emg
    assert (part.data == whole.crop(1.0, 1.5).data).all()
    assert (one.data == whole.data[[1]]).all()
    assert is_unread(emg)
    assert (other.data == whole.data).all()
    times = len(opened)
    assert emg.data.base is other.data.base
    assert emg.data is emg.data
    assert len(opened) == times
    assert not is_unread(emg)
    assert not is_unread(emg.crop(0.0, 1.0))


def test_recordings_that_are_joined_stay_unread(files):
    first, other = (ek.read(files[kind], lazy=True) for kind in ("bdf", "c3d of real"))
    joined = ek.io.join(first, other, offset=0.25)
    assert [is_unread(one) for one in joined.values()] == [True, True]
    assert (joined["emg_2"].start, joined["emg_2"].n_samples) == (0.25, 9000)
    assert (joined["emg_2"].data == other.emg.data).all()


def test_a_chain_leaves_its_recording_unread(files):
    emg = ek.read(files["edf"], lazy=True).emg
    envelope = ek.Pipeline(*LINEAR)(emg)
    assert is_unread(emg)
    assert envelope.names == emg.names
    assert envelope.data.shape == (3, emg.n_samples)


@pytest.mark.parametrize("kept", [pickle.loads, None])
def test_copies_and_pickles_hold_their_samples(files, kept, tmp_path):
    path = tmp_path / "a.edf"
    path.write_bytes(files["edf"].read_bytes())
    whole, trial = ek.read(path), ek.read(path, lazy=True)
    made = [kept(pickle.dumps(trial))] if kept else [copy.copy(trial.emg), copy.deepcopy(trial)]
    path.unlink()
    for one in made:
        assert ((one if isinstance(one, ek.Recording) else one.emg).data == whole.emg.data).all()


# ----------------------------------------------------------------------------------------- a file that does not stay


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


def grow(path):
    with path.open("ab") as file:
        file.write(b"\0")


def overwrite(path):
    raw = bytearray(path.read_bytes())
    raw[-100:] = bytes(100)
    path.write_bytes(raw)


def overwrite_and_keep_the_time(path):
    before = path.stat()
    overwrite(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path):
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes()[::-1])
    other.replace(path)


def become_a_pipe(path):
    path.unlink()
    os.mkfifo(path)


CHANGES = [cut_off, grow, overwrite, replace]
if hasattr(os, "mkfifo"):  # which nobody writes to, so that opening it would never end
    CHANGES.append(become_a_pipe)
if os.name != "nt":  # Windows keeps no time of the last change beside the one that can be set
    CHANGES.append(overwrite_and_keep_the_time)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["edf", "bdf", "c3d of real", "short records"])
def test_a_file_that_changed_is_refused_and_named(files, kind, change, tmp_path):
    path = tmp_path / files[kind].name
    path.write_bytes(files[kind].read_bytes())
    os.utime(path, ns=(10**18, 10**18))
    trial, used = ek.read(path, lazy=True), ek.read(path, lazy=True)
    data = used.emg.data
    change(path)
    for use in (lambda: trial.emg.data, lambda: ek.Pipeline(*LINEAR)(trial.emg), lambda: trial.emg.crop(0, 0.5).data):
        with pytest.raises(FormatError, match="The file has changed since its reading began") as caught:
            use()
        assert str(path) in str(caught.value)
    assert used.emg.data is not None
    assert (used.emg.data == data).all()


def test_a_file_that_is_gone_is_named_and_can_come_back(files, tmp_path):
    path = tmp_path / "a.bdf"
    path.write_bytes(files["bdf"].read_bytes())
    emg = ek.read(path, lazy=True).emg
    path.rename(path.with_name("b.bdf"))
    with pytest.raises(FileError, match=r"a\.bdf: The file is gone|The file is gone.*a\.bdf"):
        _ = emg.data
    with pytest.raises(FileError, match="The file is gone"):
        ek.Pipeline(*LINEAR)(emg)


def test_a_relative_path_stays_the_same_file(files, tmp_path, monkeypatch):
    monkeypatch.chdir(files["bdf"].parent)
    emg = ek.read(files["bdf"].name, lazy=True).emg
    monkeypatch.chdir(tmp_path)
    assert emg.data.shape == (3, 9001)


def test_no_file_stays_open(files):
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else None
    held_open = [ek.read(files["bdf"], lazy=True) for _ in range(20)]
    assert len(held_open) == 20
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) <= before


# -------------------------------------------------------------------------------------------------------- the chains


@pytest.fixture(params=["compiled", "short stretches", "two threads", "SciPy"])
def way(request, monkeypatch):
    """How the chain is computed."""
    if request.param == "SciPy":
        monkeypatch.setattr(chain, "is_fast", lambda *_, **__: False)
    if request.param != "compiled":
        monkeypatch.setattr(cutting, "_STRETCH", 3000)
    if request.param == "two threads":
        monkeypatch.setenv("EMGKIT_THREADS", "2")
    return request.param


@pytest.mark.parametrize("name", CHAINS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.usefixtures("way")
def test_a_chain_gives_the_same_to_the_last_bit(files, name, data):
    path = files[data.draw(st.sampled_from(sorted(files)))]
    lazy, whole = ek.read(path, lazy=True).emg, ek.read(path).emg
    n, steps = whole.n_samples, CHAINS[name]
    if whole.sfreq != 2000.0:
        steps = tuple(step for step in steps if not isinstance(step, Downsample))
    precision = data.draw(st.sampled_from(["double", "single"]))
    first = data.draw(st.integers(0, n // 2))
    stop = data.draw(st.integers(first + 1200, n))
    names = data.draw(st.permutations(whole.names).map(lambda order: order[: 1 + len(order) // 2]))
    made = []
    for one in (lazy, whole):
        picked = one.pick(*names).crop(one.start + first / one.sfreq, one.start + stop / one.sfreq)
        values = [ek.steps.ChannelReference(channel=label, value=1e-4, unit="V", trial="mvc") for label in names]
        percent = Normalize(window=0.5, values=values, processing=(*picked.history, *steps))
        made.append(ek.Pipeline(*steps, percent)(picked, precision=precision))
        assert is_unread(picked) == (one is lazy)
    assert made[0].data.tobytes() == made[1].data.tobytes()
    assert repr(made[0]) == repr(made[1])


@pytest.mark.parametrize("moved", [-1, 0, 1])
@pytest.mark.parametrize("every", [1, 20])
def test_a_chain_is_the_same_where_a_stretch_ends(tmp_path, monkeypatch, moved, every):
    monkeypatch.setattr(cutting, "_STRETCH", 3000)
    steps = (
        Bandpass(low=100, high=450),
        Rectify(),
        MovingMean(window=0.05),
        *([Downsample(sfreq=100)] if every > 1 else []),
    )
    for cores in (1, 2, 5):
        path = ek.io.write_bdf(trial_of(2, 4000 * cores + moved), tmp_path / "a.bdf", overwrite=True)
        lazy, whole = (ek.Pipeline(*steps)(ek.read(path, lazy=lazy).emg) for lazy in (True, False))
        assert lazy.data.tobytes() == whole.data.tobytes()


def test_a_step_that_cannot_be_joined_reads_all(files):
    lazy, whole = ek.read(files["bdf"], lazy=True).emg, ek.read(files["bdf"]).emg
    for step in (TKEO(), Bandpass(low=20, high=400), RemoveMean()):
        assert step(lazy).data.tobytes() == step(whole).data.tobytes()


@pytest.mark.skipif(not compiled.compiled(), reason="the compiled kernels are not installed")
def test_a_chain_of_a_long_recording_takes_little_memory(tmp_path):
    n_channels, n = 16, 300 * 2000
    path = ek.io.write_bdf(trial_of(n_channels, n), tmp_path / "long.bdf")
    pipeline = ek.Pipeline(*CHAINS["decimated"])
    short = trial_of(1, 4000).emg
    pipeline(short)
    tracemalloc.start()
    envelope = pipeline(ek.read(path, lazy=True).emg)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert envelope.data.shape == (n_channels, n // 20)
    assert peak <= 0.15 * n_channels * n * 8


@pytest.mark.parametrize("lazy", ["no", 1, None, np.arange(2)], ids=repr)
def test_lazy_is_yes_or_no(lazy, tmp_path):
    with pytest.raises(ArgumentError, match=r"Unknown value for 'lazy'. Allowed: 'True' and 'False'"):
        ek.read(tmp_path / "any.bdf", lazy=lazy)
