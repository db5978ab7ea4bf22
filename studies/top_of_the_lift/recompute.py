"""EMG by hip angle and by half of the lift against what is published on the moment, and whether the toolkit finds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as distributions

from emgkit import figures, literature, stats
from emgkit.channels import Channel
from emgkit.events import find_angle_bins, find_halves, find_repetitions
from emgkit.figures.drawing import style
from emgkit.measures import measure, summarize
from emgkit.normalize import reference
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Trial
from emgkit.spectrum import shaped_noise
from emgkit.steps import Bandpass, Envelope, Rectify
from emgkit.study import Drawn, Recomputed, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

R_LOW, R_HIGH = 0.3, 0.9  # correlations of two angles, swept: they were not printed
UPPER_SHARES = (0.4, 0.5, 0.6)  # of the hex-bar deadlift's EMG, the share in its upper half: assumed

# the simulated lift: hip bent by 60 degrees at the bottom, straight at the top
SFREQ, ANGLE_SFREQ, BENT = 1000.0, 100.0, 60.0
MOVING, REST, AROUND = 1.5, 1.0, 1.5  # s: one way, between repetitions, before and after all
PEOPLE, LEVEL, PERSON_LOG_SD, STEEPNESS_SD = 13, 0.6, 0.3, 0.5  # all assumed
SKEW = -0.5  # the way up is slow first, so that half of the time is not half of the way
SHAPES = {"rising": (94.0, 84.0, 80.0), "flat": (80.0, 80.0, 80.0)}  # relative, at 0, 30 and 60 degrees
STEP = 1.25  # a third activation: this many times as much above the middle of the displacement as below
ENVELOPE = Pipeline(Bandpass(low=20, high=450, order=4), Rectify(), Envelope(cutoff=6, order=4))

METHODS = (
    "Differences of angles were reconstructed from printed means and standard deviations over a range of "
    "correlations. With both halves equally long, whole = (1 - s) lower + s upper, s being the upper half's share "
    "of the hex-bar deadlift; solved for the lower half's ratio. The demonstration sends simulated EMG and a "
    "simulated hip angle through find_repetitions, find_halves or find_angle_bins, 20 to 450 Hz, rectification, "
    "a 6 Hz envelope and an MVC reference. " + ENVELOPE.methods()
)
LIMITS = (
    "EMG is not a measure of force: a short muscle can be very active and pull little. That the activity rises "
    "toward the top while the moment falls is not a contradiction.",
    "Worrell's people held maximal contractions without a bar; a lift is neither maximal nor still.",
    "Andersen's upper half is a comparison of two lifts. It does not say that the hip thrust's own upper half "
    "is above its lower half.",
    "Moment and EMG come from different people and loads (70 % of 1RM and 1RM).",
)


def recompute(published: pd.DataFrame, *, seed: int, quick: bool) -> Recomputed:
    """Contrasts of angles and halves, the two facts on the moment, and a simulated lift cut into halves and bins."""
    worrell = published[published["study"] == "worrell_2001"]
    angles, moment = _angles(worrell), _moment(published)
    gluteus = published[(published["study"] == "andersen_2018") & (published["muscle"] == "gluteus_maximus")]
    gluteus = gluteus[gluteus["value"].notna()]
    readings = literature.percent_readings(gluteus)
    implied, lower = literature.implied_by_p(readings), _lower_half(readings)
    halves, cuts, bins = _simulated(seed=seed, repetitions=3 if quick else 10)
    return Recomputed(
        finding=_finding(angles, implied, lower, moment),
        tables=_tables(angles, implied, lower, moment, (halves, cuts, bins)),
        figures=_figures(worrell, gluteus, bins),
        simulated=_told(halves, cuts),
        methods=METHODS,
        limits=LIMITS,
    )


def _tables(
    angles: pd.DataFrame,
    implied: pd.DataFrame,
    lower: pd.DataFrame,
    moment: pd.DataFrame,
    simulated: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> tuple[Table, ...]:
    """The tables, published ones first."""
    halves, cuts, bins = simulated
    return (
        Table(
            name="angles",
            title="Activation by joint angle (Worrell 2001)",
            caption="Maximal isometric contractions without a bar, % of each person's best angle, 25 men and 25 "
            "women. p and correlations were not seen: t(49) is given at correlations of .3 and .9. Values are "
            "capped at 100 % by their reference, so t is rough.",
            frame=angles,
        ),
        Table(
            name="halves",
            title="Hip thrust over hex-bar deadlift, whole lift and upper half (Andersen 2018)",
            caption="Gluteus maximus, concentric phase at 1RM, both readings of each percentage. t(12), d_z and the "
            "interval hold if p is that of an unadjusted paired test on logarithms.",
            frame=implied,
        ),
        Table(
            name="lower_half",
            title="What whole lift and upper half leave for the lower half",
            caption="Assumed: both halves last equally long in both lifts, so that the whole is their mean, and "
            "upper_share of the hex-bar deadlift's EMG lies in its upper half. Low and high: rounding alone. No "
            "lower half of the gluteus maximus was printed in what was read.",
            frame=lower,
        ),
        Table(
            name="moment",
            title="What is published on the hip extensor moment",
            caption="Three facts and a second-hand one; no curve was printed in what was read, so none is drawn. "
            "Interval of the mean: t(6), if 0.48 is the standard deviation between the seven people.",
            frame=moment,
        ),
        Table(
            name="halves_found",
            title="Halves of a simulated lift: measured against true",
            caption=f"{PEOPLE} simulated people; ratio of upper to lower half of the concentric phase, cut by "
            "find_halves; true_ratio is that of the activation that was simulated, by displacement; ratio_by_time what a "
            "cut at half of the time would have made of it.",
            frame=halves,
            simulated=True,
        ),
        Table(
            name="cuts_found",
            title="Where a simulated lift was cut",
            caption="Boundary between the halves of the concentric phase against the instant at which half of the simulated "
            "displacement was done, ms (positive: too late); half_time_ms: the same for the middle of the phase's time.",
            frame=cuts,
            simulated=True,
        ),
        Table(
            name="bins_found",
            title="Angle bins of a simulated lift: measured against true",
            caption=f"{PEOPLE} simulated people; bins of 15° cut by find_angle_bins, in % of the person's own "
            "mean over the bins, with 95 % intervals (t); rows “true” are the activation that was simulated.",
            frame=bins,
            simulated=True,
        ),
    )


def _figures(worrell: pd.DataFrame, gluteus: pd.DataFrame, bins: pd.DataFrame) -> tuple[Drawn, ...]:
    """The figures, published ones first."""
    return (
        Drawn(
            name="angles",
            title="Activation by joint angle, as printed",
            caption="Maximal isometric contractions, n = 50 (Worrell 2001), mean ± 1 SD in % of each person's best "
            "angle. The hip at 90° was cut off in the copy read.",
            figure=_angle_figure(worrell),
        ),
        Drawn(
            name="halves",
            title="The hip thrust's margin over the hex-bar deadlift, as printed",
            caption="Gluteus maximus, concentric phase at 1RM, n = 13 men (Andersen 2018); which lift is 100 % is "
            "not stated.",
            figure=figures.published(
                gluteus.assign(part=gluteus["phase"].str.removesuffix(" concentric")), label="part"
            ).figure,
        ),
        Drawn(
            name="bins_found",
            title="A simulated lift by hip angle",
            caption="Two activations were simulated: one that follows Worrell's three means (straight lines between "
            "them) and a flat one. Means of simulated people, in % of each one's own mean, with 95 % intervals.",
            figure=_bins_figure(bins),
            simulated=True,
        ),
    )


def _angles(rows: pd.DataFrame) -> pd.DataFrame:
    """Every pair of angles of one muscle, with what means and standard deviations imply."""
    rows = rows.assign(at=[_angle(exercise) for exercise in rows["exercise"]])
    found = []
    for muscle, own in rows.groupby("muscle", sort=False):
        values = list(own.itertuples())
        for first, second in [(a, b) for i, a in enumerate(values) for b in values[i + 1 :]]:
            ends = {}
            for r in (R_LOW, R_HIGH):
                sd = np.sqrt(first.sd**2 + second.sd**2 - 2 * r * first.sd * second.sd)
                ends[r] = (first.value - second.value) * np.sqrt(first.n) / sd
            implied = stats.reconstruct(
                n=int(first.n), mean1=f"{first.value:g}", sd1=f"{first.sd:g}", mean2=f"{second.value:g}",
                sd2=f"{second.sd:g}", r_range=(R_LOW, R_HIGH),
            ).iloc[0]  # fmt: skip
            found.append(
                {
                    "muscle": muscle, "first": first.at, "second": second.at, "n": first.n, "df": first.n - 1,
                    "mean_first": first.value, "sd_first": first.sd, "mean_second": second.value, "sd_second": second.sd,
                    "difference": first.value - second.value, "ratio": first.value / second.value,
                    "d_av": implied["d_av"], "t_at_r_low": ends[R_LOW], "t_at_r_high": ends[R_HIGH],
                    "p_at_r_low": 2 * distributions.t.sf(abs(ends[R_LOW]), first.n - 1),
                    "p_at_r_high": 2 * distributions.t.sf(abs(ends[R_HIGH]), first.n - 1),
                }
            )  # fmt: skip
    return pd.DataFrame(found)


def _angle(exercise: str) -> str:
    joint, degrees = re.search(r"(hip|knee) (\d+) deg", exercise).groups()
    return f"{joint} {degrees}°"


def _lower_half(readings: pd.DataFrame) -> pd.DataFrame:
    """The ratio of the lower half that whole lift and upper half leave, under both readings."""
    rows = []
    for base, own in readings.groupby("hundred_percent_is", sort=False):
        whole, upper = (own.set_index("phase").loc[f"{part} concentric"] for part in ("whole", "upper half"))
        for share in UPPER_SHARES:

            def left(whole_ratio: float, upper_ratio: float, share: float = share) -> float:
                return (whole_ratio - share * upper_ratio) / (1 - share)

            rows.append(
                {
                    "hundred_percent_is": base, "upper_share": share, "whole": whole["ratio"], "upper": upper["ratio"],
                    "lower": left(whole["ratio"], upper["ratio"]),
                    "lower_low": left(whole["ratio_low"], upper["ratio_high"]),
                    "lower_high": left(whole["ratio_high"], upper["ratio_low"]),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _moment(published: pd.DataFrame) -> pd.DataFrame:
    """The published facts on the hip extensor moment; an interval where mean, standard deviation and n stand."""
    names = literature.sources().set_index("study")["name"]
    what = {
        "bezodis_2017:hip_extensor_moment_hip_thrust": "largest, early in the lift, hip about 90° flexed",
        "brazil_2021:hip_extensor_moment_time_of_peak_hip_thrust": "time of the largest",
        "brazil_2021:hip_extensor_moment_course_hip_thrust": "diminishes through the lift; no numbers seen",
        "isbs_2018:hip_extensor_moment_late_hip_thrust_vs_deadlift_and_back_squat": "late in the lift significantly "
        "greater than in deadlift and squat; no numbers seen",
    }
    rows = published[published["id"].isin(what)]
    rows = rows.assign(
        value=rows["value"].where(rows["unit"] != "direction"), unit=rows["unit"].replace("direction", "")
    )
    half = distributions.t.isf(0.025, rows["n"].astype(float) - 1) * rows["sd"] / np.sqrt(rows["n"].astype(float))
    return pd.DataFrame(
        {
            "study": rows["study"].map(names), "what": rows["id"].map(what), "n": rows["n"], "load": rows["load"],
            "value": rows["value"], "sd": rows["sd"], "unit": rows["unit"], "ci_low": rows["value"] - half,
            "ci_high": rows["value"] + half, "seen": rows["seen"],
        }
    ).reset_index(drop=True)  # fmt: skip


def _simulated(*, seed: int, repetitions: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Simulated people lift with three activations; halves, their boundaries and bins as found, against the true ones."""
    rng = np.random.default_rng(seed)
    found = {"half": [], "angle": []}
    true, cuts = [], []
    for number in range(1, PEOPLE + 1):
        gain = 2e-4 * np.exp(0.4 * rng.standard_normal())  # V, of a maximal contraction
        level = LEVEL * np.exp(PERSON_LOG_SD * rng.standard_normal())
        steepness = 1 + STEEPNESS_SD * rng.standard_normal()
        context = {"participant": f"{number:02}", "simulated": True}
        contraction = np.concatenate([np.full(1000, 0.02), np.ones(4000), np.full(1000, 0.02)])
        mvc = Trial(streams={"emg": _emg(contraction, gain, rng)}, context={**context, "task": "mvcGluteus", "run": 1})
        percent = ENVELOPE.then(reference([mvc], ENVELOPE))
        for shape in (*SHAPES, "step"):
            trial = _trial(shape, repetitions, level, steepness, gain, rng=rng, context=context)
            trial = find_repetitions(trial, by="angle", starts="concentric", exercise=shape)
            trial = find_angle_bins(find_halves(trial, by="angle"), width=15)
            cuts += _cuts(trial, shape)
            for during, rows in found.items():
                rows.append(measure(percent(trial.emg), "mean", during=during, phase="concentric"))
            true.append(
                {"participant": context["participant"], "exercise": shape, **_true_halves(shape, level, steepness)}
            )
    halves, bins = (summarize(pd.concat(rows)) for rows in found.values())
    per_shape = pd.DataFrame(cuts).groupby("activation", sort=False)
    boundaries = per_shape.agg(
        n=("late", "size"), mean_ms=("late", "mean"), earliest_ms=("late", "min"), latest_ms=("late", "max"),
        half_time_ms=("half_time", "mean"),
    ).reset_index()  # fmt: skip
    return _halves_found(halves, pd.DataFrame(true)), boundaries, _bins_found(bins, pd.DataFrame(true))


def _cuts(trial: Trial, shape: str) -> list[dict[str, object]]:
    """Of every way up, how late (ms) the boundary of its halves is, and how late half of its time would be."""
    up = [event for event in trial.events if event.get("phase") == "concentric"]
    phases = [event for event in up if event.label == "phase"]
    upper = [event for event in up if event.label == "half" and event.get("half") == "upper"]
    starts = AROUND + (2 * MOVING + REST) * np.arange(len(phases))
    # w(u) = u + SKEW u (1 - u) = 1/2, of the share u of the time that is gone when half of the way is done
    middle = (-(1 + SKEW) + np.sqrt((1 + SKEW) ** 2 - 2 * SKEW)) / (-2 * SKEW)
    return [
        {
            "activation": shape, "late": 1000 * (half.onset - start - MOVING * middle),
            "half_time": 1000 * ((phase.onset + phase.end) / 2 - start - MOVING * middle),
        }
        for start, phase, half in zip(starts, phases, upper, strict=True)
    ]  # fmt: skip


def _active(shape: str, angle: Array, level: float, steepness: float) -> Array:
    """The activation (fraction of MVC) at an angle of hip flexion: `level` at the bottom of the lift."""
    if shape == "step":
        return np.asarray(level * np.where(angle < BENT / 2, STEP, 1.0))
    relative = np.interp(angle, (0.0, 30.0, 60.0), SHAPES[shape]) / SHAPES[shape][-1]
    return np.asarray(level * relative**steepness)


def _path(share: Array) -> Array:
    """The angle after a share of the time of the way up (0 to 1): half a cosine from bent to straight, slow first."""
    return np.asarray(BENT * (1 + np.cos(np.pi * (share + SKEW * share * (1 - share)))) / 2)


def _true_halves(shape: str, level: float, steepness: float) -> dict[str, float]:
    """Means (%MVC) over the halves and bins of the way up, from the movement that was simulated, not from events."""
    share = (np.arange(6000) + 0.5) / 6000
    active, angle = 100 * _active(shape, _path(share), level, steepness), _path(share)
    bins = {f"{low:g}": float(active[(angle > low) & (angle <= low + 15)].mean()) for low in (0.0, 15.0, 30.0, 45.0)}
    below = angle > BENT / 2
    return {
        "lower": float(active[below].mean()), "upper": float(active[~below].mean()),
        "lower_by_time": float(active[:3000].mean()), "upper_by_time": float(active[3000:].mean()), **bins,
    }  # fmt: skip


def _trial(
    shape: str,
    repetitions: int,
    level: float,
    steepness: float,
    gain: float,
    *,
    rng: np.random.Generator,
    context: dict,
) -> Trial:
    """One simulated trial: EMG and hip angle; the person rests at the bottom."""
    every = 2 * MOVING + REST
    duration = 2 * AROUND + every * repetitions - REST

    def angle_at(times: Array) -> Array:
        within = np.clip((times - AROUND) % every, 0, 2 * MOVING)
        lifting = (times >= AROUND) & (times <= duration - AROUND)
        return np.where(lifting, _path(1 - np.abs(1 - within / MOVING)), BENT)

    def effort(times: Array) -> Array:
        away = np.maximum(np.abs(((times - AROUND) % every) - MOVING) - MOVING, 0)  # s from the nearest movement
        away = np.where(times < AROUND - REST / 2, REST, np.where(times > duration - AROUND + REST / 2, REST, away))
        return (1 + np.cos(np.pi * np.clip((away - 0.1) / 0.2, 0, 1))) / 2

    times = np.arange(round(duration * SFREQ)) / SFREQ
    active = 0.02 + effort(times) * (_active(shape, angle_at(times), level, steepness) - 0.02)
    instants = np.arange(round(duration * ANGLE_SFREQ)) / ANGLE_SFREQ
    sensor = angle_at(instants) + 0.2 * rng.standard_normal(len(instants))
    hip = Recording(
        data=sensor[np.newaxis], sfreq=ANGLE_SFREQ, channels=(Channel(name="hip", unit="deg", kind="JNTANG"),)
    )
    return Trial(streams={"emg": _emg(active, gain, rng), "angle": hip}, context={**context, "task": shape})


def _emg(active: Array, gain: float, rng: np.random.Generator) -> Recording:
    """Surface EMG (V) of this activation, with the noise of an amplifier."""
    signal = gain * active * shaped_noise(len(active), sfreq=SFREQ, rng=rng)
    channel = Channel(name="GMAX", unit="V", kind="EMG", muscle="gluteus_maximus", side="right")
    return Recording(data=signal + 1e-6 * rng.standard_normal(signal.shape), sfreq=SFREQ, channels=(channel,))


def _halves_found(cells: pd.DataFrame, true: pd.DataFrame) -> pd.DataFrame:
    """Upper over lower half, of the geometric means, beside the true ratio."""
    halves = cells["phase"].str.extract("(upper|lower)")[0]
    cells = cells.assign(phase=pd.Categorical(halves, categories=["upper", "lower"], ordered=True))
    table = pd.DataFrame(stats.contrasts(cells, within="phase", by="exercise"))

    def true_ratio(suffix: str) -> pd.Series:
        return np.exp(np.log(true[f"upper{suffix}"] / true[f"lower{suffix}"]).groupby(true["exercise"]).mean())

    table = table.rename(columns={"exercise": "activation"})
    table.insert(2, "true_ratio", table["activation"].map(true_ratio("")))
    table.insert(3, "ratio_by_time", table["activation"].map(true_ratio("_by_time")))
    return table[
        ["activation", "contrast", "true_ratio", "ratio_by_time", "ratio", "ci_low", "ci_high", "t", "df", "n", "p"]
    ]


def _bins_found(cells: pd.DataFrame, true: pd.DataFrame) -> pd.DataFrame:
    """Each bin in % of the person's own mean over the bins: means over people with t intervals, and the true shares."""
    cells = cells[cells["exercise"].isin(SHAPES)]  # the step is for the halves
    cells = cells[cells["angle_low"].map("{:g}".format).isin(true.columns)]  # noise carries the sensor beyond the ends
    names = [name for name in true.columns if name.isdigit()]
    simulated = true[names].div(true[names].mean(axis=1), axis=0).groupby(true["exercise"]).mean() * 100
    own = cells.groupby(["exercise", "participant"])["value"].transform("mean")
    rows = []
    for (shape, low, high), part in cells.assign(value=100 * cells["value"] / own).groupby(
        ["exercise", "angle_low", "angle_high"], sort=False
    ):
        n, mean = len(part), part["value"].mean()
        half = distributions.t.isf(0.025, n - 1) * part["value"].std() / np.sqrt(n)
        where = {"muscle": "gluteus_maximus", "angle_low": low, "angle_high": high, "unit": "% of own mean", "n": n}
        rows.append({"curve": f"{shape}, found", **where, "value": mean, "ci_low": mean - half, "ci_high": mean + half})
        rows.append({"curve": f"{shape}, true", **where, "value": simulated.loc[shape, f"{low:g}"]})
    order = [f"{shape}, {which}" for shape in SHAPES for which in ("true", "found")]
    table = pd.DataFrame(rows).sort_values("curve", key=lambda curves: curves.map(order.index), kind="stable")
    return table.reset_index(drop=True)


def _bins_figure(bins: pd.DataFrame) -> Figure:
    with style.theme():
        ax = style.axes_or_new(None, width=style.PAGE_WIDTH, height=3.2)
    figures.angle(bins, hue="curve", joint="hip flexion", simulated=True, ax=ax)
    ax.set_ylim(88, 112)  # shares of a person's own mean have no zero to begin at
    return ax.figure


def _angle_figure(rows: pd.DataFrame) -> Figure:
    rows = rows.assign(
        at=[_angle(exercise) for exercise in rows["exercise"]],
        where=rows["muscle"].map({"gluteus_maximus": "Gluteus maximus", "hamstrings": "Hamstrings"}),
    )
    ax = figures.published(rows, by="where", label="at")
    ax.set_xlabel("Mean RMS (% of the best angle)")
    return ax.figure


def _finding(angles: pd.DataFrame, implied: pd.DataFrame, lower: pd.DataFrame, moment: pd.DataFrame) -> tuple[str, ...]:
    gluteus = angles[angles["muscle"] == "gluteus_maximus"].set_index(["first", "second"])
    straight, bent = gluteus.loc[("hip 0°", "hip 60°")], gluteus.loc[("hip 30°", "hip 60°")]
    whole, upper = (implied[implied["phase"] == f"{part} concentric"] for part in ("whole", "upper half"))
    equal = lower[lower["upper_share"] == 0.5]
    peak = moment.set_index("study").loc["Bezodis 2017"]
    return (
        f"EMG, isometric (Worrell 2001, n = {straight['n']}): {straight['mean_first']:g} ± {straight['sd_first']:g} % with "
        f"the hip straight, {bent['mean_first']:g} ± {bent['sd_first']:g} at 30° and {straight['mean_second']:g} ± "
        f"{straight['sd_second']:g} at 60°, {straight['ratio']:.3f} times as much at 0° as at 60°; t({straight['df']}) would "
        f"be {straight['t_at_r_low']:.1f} to {straight['t_at_r_high']:.1f} at correlations of .3 to .9. From 60° to 30° "
        f"it would be {bent['t_at_r_low']:.1f} to {bent['t_at_r_high']:.1f}; most of the rise is in the last 30°.",
        f"EMG, 1RM (Andersen 2018, n = 13 men): the hip thrust's margin over the hex-bar deadlift is "
        f"{whole['ratio'].min():.2f} or {whole['ratio'].max():.2f} over the whole lift (p = .025, t(12) = "
        f"{whole['t'].iloc[0]:.2f}) and {upper['ratio'].min():.2f} or {upper['ratio'].max():.2f} in its upper half (p = "
        f".015, t(12) = {upper['t'].iloc[0]:.2f}); which lift is 100 % is not stated.",
        f"If both halves last equally long and the hex-bar deadlift's EMG is the same in both, the lower half is left "
        f"with {equal['lower'].min():.2f} or {equal['lower'].max():.2f} ({equal['lower_low'].min():.2f} to "
        f"{equal['lower_high'].max():.2f} by rounding); with 40 to 60 % of that EMG in the upper half, "
        f"{lower['lower'].min():.2f} to {lower['lower'].max():.2f}. Under these assumptions most of the margin lies in the upper half.",
        f"Moment, the two published facts: the hip extensor moment is largest early in the lift, with the hip about 90° "
        f"flexed, {peak['value']:g} ± {peak['sd']:g} Nm/kg (n = {peak['n']}, 95 % interval {peak['ci_low']:.2f} to "
        f"{peak['ci_high']:.2f}, t(6); Bezodis 2017), and diminishes through the lift (n = 19, Brazil 2021; its largest "
        "at 14 % of the lift was read second-hand and is not counted).",
        "Beside each other: isometric EMG is higher with the hip straight, and the hip moment of the hip thrust falls through "
        "the lift. No study that was read measured both in the hip thrust, and a net moment of the hip is not the tension of one muscle, so "
        "where the gluteus maximus is tensed most remains open. No curve of the moment was printed in what was read, so none is "
        "drawn.",
    )  # fmt: skip


def _told(halves: pd.DataFrame, cuts: pd.DataFrame) -> tuple[str, ...]:
    told = "; ".join(
        f"{row.activation}: upper / lower half {row.ratio:.3f} (95 % interval {row.ci_low:.3f} to {row.ci_high:.3f}, "
        f"t({row.df:g}) = {row.t:.1f}), true ratio {row.true_ratio:.3f}"
        for row in halves.itertuples()
    )
    step = halves.set_index("activation").loc["step"]
    early, late = cuts["earliest_ms"].min(), cuts["latest_ms"].max()
    return (
        f"{PEOPLE} simulated people lifted along a path that is slow first. find_halves cut it {early:+.0f} to {late:+.0f} ms "
        f"from where half of the displacement was done (n = {cuts['n'].sum()}); half of the time is "
        f"{abs(cuts['half_time_ms'].mean()):.0f} ms earlier.".replace(" -", " −"),
        f"{told[0].upper()}{told[1:]}. Cut at half of the time, the step would have been measured as {step['ratio_by_time']:.3f}. "
        "The rising activation follows Worrell's means by hip angle. This shows where this cut falls on such a path with such "
        "noise; it says nothing about real lifts.",
    )
