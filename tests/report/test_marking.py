"""Marking by hand, as a person does it: in Chromium, wide and narrow, with mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from emgkit import Channel, Event, Recording, Trial, report
from emgkit.errors import SignalError
from emgkit.report.marking import envelope_to_look_at

WIDTHS = (1280, 390)
HOSTILE = "</script><img src=x onerror=document.title='run'>"


def trial(seconds: float = 12.0, *, seed: int = 1, name: str = "VL", **context: str) -> Trial:
    """Three bursts a recording, and a bar that goes up and down."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * 1000)) / 1000.0
    work = 5e-6 + 200e-6 * (np.sin(2 * np.pi * times / 4) > 0.3)
    emg = Recording(
        data=[rng.normal(0, 1, times.size) * work, rng.normal(0, 1, times.size) * work],
        sfreq=1000.0,
        channels=(Channel(name=name, unit="V", muscle="vastus_lateralis"), Channel(name="BF", unit="V")),
    )
    bar = Recording(data=[np.sin(times[::10])], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    return Trial(streams={"emg": emg, "position": bar}).with_context(**context)


def to_mark(one: Trial, file: str, **options: bool) -> report.RecordingToMark:
    return report.recording_to_mark(one, file=file, **options)


def found() -> Trial:
    """A recording with two repetitions, the second rejected, the first in two phases."""
    one = trial(seed=2, participant="02", task="squat")
    events = [
        Event(onset=1.0, duration=2.0, label="repetition", columns={"repetition": 1, "accepted": True}),
        Event(onset=1.0, duration=0.75, label="phase", columns={"phase": "eccentric"}),
        Event(onset=1.75, duration=1.25, label="phase", columns={"phase": "concentric"}),
        Event(onset=5.0, duration=2.0, label="repetition", columns={"accepted": False, "reason": "too small"}),
    ]
    return one.with_events(events)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    pages = [
        to_mark(trial(participant="01", task="squat"), "01_squat.csv"),
        to_mark(found(), "sub/02_squat.csv", detected=True),
        to_mark(trial(seed=3, name=HOSTILE), f"{HOSTILE}.csv"),
    ]
    file = tmp_path_factory.mktemp("page") / "marks.html"
    file.write_text(report.marking_page(pages, title=f"Repetitions {HOSTILE}"), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page in a browser that has kept nothing yet; it must complain of nothing and ask for nothing."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    own = (address, "data:", "blob:")
    opened.on("request", lambda asked: None if asked.url.startswith(own) else problems.append(asked.url))
    opened.goto(address)
    yield opened
    assert not problems
    context.close()


def place(page: Page, seconds: float) -> tuple[float, float]:
    """Where a second stands in the first plot, in pixels of the window."""
    box = page.locator("#viewer .u-over").first.bounding_box()
    viewer = page.locator("#viewer")
    first, last = (float(viewer.get_attribute(f"data-{end}") or "nan") for end in ("from", "to"))
    assert box is not None
    return box["x"] + (seconds - first) / (last - first) * box["width"], box["y"] + box["height"] / 2


def drag(page: Page, start: float, end: float) -> None:
    # the plot stands in the middle of the window, below the tools
    page.locator("#viewer .u-over").first.evaluate("one => one.scrollIntoView({ block: 'center' })")
    page.mouse.move(*place(page, start))
    page.mouse.down()
    page.mouse.move(*place(page, (start + end) / 2), steps=3)
    page.mouse.move(*place(page, end), steps=3)
    page.mouse.up()


def away(page: Page) -> None:
    page.mouse.move(2, 2)


def rows(page: Page) -> list[list[str]]:
    """The table below the plots: number, start, end, turn, set, state, reason, who, origin."""
    return [
        [cell.text_content() or "" for cell in row.locator("th, td").all()] for row in page.locator("tbody tr").all()
    ]


def spans(page: Page) -> list[tuple[float, float]]:
    return [(float(row[1]), float(row[2])) for row in rows(page)]


def message(page: Page) -> str:
    return page.locator("[data-part=message]").inner_text()


def saved(page: Page, tmp_path: Path) -> pd.DataFrame:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save table").click()
    assert download.value.suggested_filename == "reps.csv"
    path = tmp_path / "reps.csv"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig")


def load(page: Page, text: str) -> None:
    files = [{"name": "mine.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}]
    page.locator("[data-part=file]").set_input_files(files)
    expect(page.locator("[data-part=message]")).to_contain_text("mine.csv")


def marked(page: Page, *stretches: tuple[float, float]) -> None:
    """Repetitions with exact edges, by the keyboard alone."""
    away(page)
    for start, end in stretches:
        page.keyboard.press("n")
        # an edge cannot pass the other one
        for name, value in (("end", 11.9), ("start", start), ("end", end)):
            field = page.locator(f"[data-part=form] [name={name}]")
            field.fill(str(value))
            field.press("Enter")


def test_three_repetitions_by_mouse_and_keyboard_are_kept_and_saved(page: Page, tmp_path: Path) -> None:
    page.get_by_label("Your name or initials").fill("AB")
    drag(page, 1.0, 2.5)
    drag(page, 4.0, 5.5)
    np.testing.assert_allclose(spans(page), [(1.0, 2.5), (4.0, 5.5)], atol=0.05)
    away(page)
    page.keyboard.press("n")
    assert len(rows(page)) == 3
    for name, value in (("end", "9.5"), ("start", "8")):
        page.locator(f"[data-part=form] [name={name}]").fill(value)
        page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("t")
    assert spans(page)[2] == (8.11, 9.5)
    # the second by keyboard alone: back from the third with Shift+Tab, rejected with a reason
    page.keyboard.press("Shift+Tab")
    assert "Repetition 2" in page.locator("[data-part=which]").inner_text()
    page.keyboard.press("r")
    page.keyboard.type('lost balance, "twice"')
    page.keyboard.press("Enter")
    before = rows(page)
    assert before[1][5:7] == ["rejected", 'lost balance, "twice"']
    page.reload()
    assert rows(page) == before
    assert "this browser kept" in message(page)
    assert "not saved" in page.locator("[data-part=files] li").first.text_content()
    table = saved(page, tmp_path)
    assert list(table) == [
        "file", "participant", "task", "start", "end", "turn", "repetition", "set", "accepted", "reason", "marked_by",
        "marked_at", "origin",
    ]  # fmt: skip
    mine = table[table["file"] == "01_squat.csv"]
    assert mine["repetition"].tolist() == ["1", "2", "3"]
    assert mine["accepted"].tolist() == ["yes", "no", "yes"]
    assert mine["reason"].tolist()[1] == 'lost balance, "twice"'
    assert mine["turn"].iloc[2] == "8.805"
    assert set(mine["marked_by"]) == {"AB"}
    assert set(mine["origin"]) == {"by hand"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time) for time in mine["marked_at"])
    assert set(mine["participant"]) == {"01"}
    assert "not saved" not in page.locator("[data-part=files]").text_content()


def test_edges_and_repetitions_are_dragged_and_never_overlap(page: Page) -> None:
    marked(page, (1.0, 3.0), (5.0, 7.0))
    drag(page, 3.0, 4.0)
    assert spans(page) == [pytest.approx((1.0, 4.0), abs=0.05), (5.0, 7.0)]
    drag(page, 6.0, 7.5)
    assert spans(page)[1] == pytest.approx((6.5, 8.5), abs=0.05)
    drag(page, 4.0, 9.0)
    first, second = spans(page)
    assert first[1] == second[0], "an edge stops where the next repetition begins"
    drag(page, 2.0, -5.0)
    assert spans(page)[0][0] == 0.0, "and at the beginning of the recording"


def test_split_merge_delete_undo_and_redo(page: Page) -> None:
    marked(page, (2.0, 6.0))
    page.keyboard.press("s")
    assert spans(page) == [(2.0, 4.0), (4.0, 6.0)]
    page.keyboard.press("Shift+ArrowRight")
    assert spans(page) == [(2.0, 4.0), (4.1, 6.0)]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("m")
    assert spans(page) == [(2.0, 6.0)]
    for expected in ([(2.0, 4.0), (4.1, 6.0)], [(2.0, 4.0), (4.0, 6.0)], [(2.0, 6.0)]):
        page.keyboard.press("Control+z")
        assert spans(page) == expected
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+Z")
    assert spans(page) == [(2.0, 4.0), (4.1, 6.0)]
    page.locator(".marked").first.focus()
    page.keyboard.press("Delete")
    assert spans(page) == [(4.1, 6.0)]
    page.get_by_role("button", name="Undo").click()
    assert len(rows(page)) == 2


def test_arrows_move_the_start_the_turn_point_the_end_and_the_whole(page: Page) -> None:
    marked(page, (2.0, 4.0))
    page.keyboard.press("t")
    page.keyboard.press("ArrowLeft")
    assert rows(page)[0][3] == "2.990"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert spans(page) == [(2.0, 4.01)]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    assert (*spans(page), rows(page)[0][3]) == ((1.9, 3.91), "2.890")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert "turn is selected" in page.locator("[data-part=which]").inner_text()
    page.keyboard.press("Delete")
    assert rows(page)[0][1:4] == ["1.900", "3.910", ""]
    page.keyboard.press("Escape")
    page.keyboard.press("+")
    assert page.locator("#viewer").get_attribute("data-from") == "3.000"
    page.keyboard.press("ArrowRight")
    assert page.locator("#viewer").get_attribute("data-from") == "4.500"
    assert spans(page) == [(1.9, 3.91)]


def test_what_was_found_is_where_marking_begins_and_each_row_says_what_became_of_it(page: Page, tmp_path: Path) -> None:
    assert page.locator("[data-part=state]").inner_text() == "Nothing is changed yet."
    page.get_by_role("button", name="02_squat").click()
    assert [row[1:9] for row in rows(page)] == [
        ["1.000", "3.000", "1.750", "", "accepted", "", "", "detected"],
        ["5.000", "7.000", "", "", "rejected", "too small", "", "detected"],
    ]
    page.locator(".marked").first.focus()
    page.keyboard.press("a")
    page.locator(".marked").nth(1).focus()
    page.keyboard.press("a")
    drag(page, 9.0, 10.0)
    # nobody is named yet
    page.get_by_role("button", name="Save table").click()
    assert "name or initials" in message(page)
    page.keyboard.type("CD")
    table = saved(page, tmp_path)
    assert table["file"].tolist() == ["sub/02_squat.csv"] * 3
    assert table["origin"].tolist() == ["detected", "edited", "by hand"]
    assert table["accepted"].tolist() == ["yes"] * 3
    assert table["marked_by"].tolist() == ["CD"] * 3
    page.get_by_role("button", name="Begin this recording again").click()
    assert [row[8] for row in rows(page)] == ["detected", "detected"]
    page.keyboard.press("Control+z")
    assert [row[8] for row in rows(page)] == ["detected", "edited", "by hand"]


def test_a_table_is_loaded_and_comes_back_the_same(page: Page, tmp_path: Path) -> None:
    text = (
        "file;start;end;turn;repetition;set;load_kg;accepted;reason;marked_by;marked_at;origin\n"
        "01_squat.csv;1,5;3;2,25;1;2;60;yes;;EF;2026-01-02T03:04:05Z;edited\n"
        '02_squat.csv;4;5;;1;;;no;"a; b";EF;2026-01-02T03:04:05Z;by hand\n'
    )
    load(page, text)
    assert rows(page) == [["1", "1.500", "3.000", "2.250", "2", "accepted", "", "EF", "edited"]]
    page.get_by_label("Your name or initials").fill("GH")
    table = saved(page, tmp_path)
    assert table["marked_by"].tolist() == ["EF", "EF"], "who loads a table did not mark it"
    assert table["load_kg"].tolist()[0] == "60"
    assert table["reason"].tolist()[1] == "a; b"
    assert table["start"].tolist() == ["1.5", "4"]
    page.locator("[data-part=file]").set_input_files(tmp_path / "reps.csv")
    expect(page.locator("[data-part=message]")).to_contain_text("reps.csv is loaded")
    pd.testing.assert_frame_equal(saved(page, tmp_path), table)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("01_squat.csv,3,2,,yes", "Row 2: end 2 s does not come after start 3 s."),
        ("01_squat.csv,three,4,,yes", "Row 2: start is “three”, which is not a number of seconds."),
        ("01_squat.csv,,4,,yes", "Row 2: it has no start."),
        ("01_squat.csv,3,40,,yes", "Row 2: 3 to 40 s is not within the recording, 0 to 12 s."),
        ("01_squat.csv,3,4,5,yes", "Row 2: turn 5 s is not between start and end."),
        ("01_squat.csv,3,4,,maybe", "Row 2: accepted is “maybe”; yes or no are allowed."),
        ("<b>x</b>.csv,3,4,,yes", "Row 2: there is no recording “<b>x</b>.csv” on this page."),
        ("01_squat.csv,3,4,,yes\n01_squat.csv,3.5,5,,yes", "Row 3: it overlaps row 2."),
        ("01_squat.csv,3,4,,yes,up", "Row 2: side is “up”; left or right are allowed."),
        ("01_squat.csv,1,5,,,L\n01_squat.csv,2,3,,,R\n01_squat.csv,4,6,,,", "Row 4: it overlaps row 2."),
    ],
)
def test_a_table_with_a_wrong_row_is_not_loaded_and_the_row_is_named(page: Page, row: str, words: str) -> None:
    marked(page, (1.0, 2.0))
    load(page, f"file,start,end,turn,accepted,side\n{row}\n")
    assert page.locator("[data-part=problems]").inner_text() == words
    expect(page.locator("[data-part=message]")).to_be_in_viewport()
    assert spans(page) == [(1.0, 2.0)], "nothing was taken from it"


def test_left_and_right_have_repetitions_of_their_own(page: Page, tmp_path: Path) -> None:
    page.get_by_label("Your name or initials").fill("AB")
    new, own = page.locator("[data-part=side]"), page.locator("[data-part=form] [name=side]")
    new.select_option("left")
    drag(page, 1.0, 4.0)
    new.select_option("right")
    # over the left one, whose edges and whole stay where they are
    drag(page, 2.5, 5.5)
    marked(page, (7.0, 9.0))
    np.testing.assert_allclose(spans(page), [(1.0, 4.0), (2.5, 5.5), (7.0, 9.0)], atol=0.05)
    assert [row[0] for row in rows(page)] == ["1 left", "1 right", "2 right"]
    assert own.input_value() == "right"
    own.select_option("left")
    assert rows(page)[2][0] == "2 left"
    page.locator("tbody tr").nth(1).click()
    own.select_option("left")
    assert "It overlaps a repetition of the left side." in message(page)
    assert rows(page)[1][0] == "1 right"
    page.reload()
    table = saved(page, tmp_path)
    table = table[table["file"] == "01_squat.csv"]
    assert table["side"].tolist() == ["left", "right", "left"]
    assert table["repetition"].tolist() == ["1", "1", "2"]
    before = rows(page)
    page.locator("[data-part=file]").set_input_files(tmp_path / "reps.csv")
    expect(page.locator("[data-part=message]")).to_contain_text("reps.csv is loaded")
    assert [row[:5] for row in rows(page)] == [row[:5] for row in before]


def test_names_with_markup_are_text(page: Page) -> None:
    page.locator("[data-part=files] button").nth(2).click()
    assert page.locator("[data-part=title]").inner_text() == f"{HOSTILE}.csv"
    marked(page, (1.0, 2.0))
    page.keyboard.press("r")
    page.keyboard.type(HOSTILE)
    page.keyboard.press("Enter")
    assert rows(page)[0][6] == HOSTILE
    page.reload()
    assert page.title() == f"Repetitions {HOSTILE}"
    assert page.locator("#marking img").count() == 0


def test_a_reason_belongs_to_the_repetition_for_which_it_was_begun(page: Page) -> None:
    marked(page, (1.0, 2.0), (4.0, 5.0))
    page.locator(".marked").first.focus()
    page.keyboard.press("r")
    page.keyboard.type("slow")
    drag(page, 4.5, 4.6)
    assert [row[6] for row in rows(page)] == ["slow", ""]
    page.locator(".marked").nth(1).focus()
    page.keyboard.press("r")
    page.keyboard.type("no")
    page.keyboard.press("Escape")
    assert [row[5] for row in rows(page)] == ["rejected", "accepted"]


def test_a_browser_that_keeps_nothing_is_said_to(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });")
    page.goto(address)
    marked(page, (1.0, 2.0))
    assert spans(page) == [(1.0, 2.0)]
    assert "This browser keeps nothing: save before you close" in page.locator("[data-part=state]").inner_text()
    page.close()


def test_the_page_fits_its_window_and_can_be_read(page: Page, weak_texts: Callable[[Page], list[str]]) -> None:
    marked(page, (1.0, 2.0), (4.0, 5.0))
    page.keyboard.press("r")
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    cut = page.evaluate(
        """[...document.querySelectorAll('button, select, input, label, h1, h2, h3, canvas')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width && (box.left < 0 || box.right > innerWidth + 1);
        }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert not cut
    assert not weak_texts(page)
    unnamed = page.evaluate(
        """[...document.querySelectorAll('button, select, input, [tabindex]')].filter(e => e.checkVisibility() &&
            !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label'))).map(e => e.outerHTML)"""
    )
    assert not unnamed
    for selector in (".marked", "[data-part=plots]", "[data-act=new]", "[name=reason]", "[data-part=by]"):
        page.keyboard.press("Tab")  # the keyboard is what is used
        page.locator(selector).first.focus()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", selector


def test_ten_minutes_of_eight_channels_stay_small() -> None:
    rng = np.random.default_rng(5)
    emg = Recording(
        data=rng.normal(0, 1e-4, (8, 600_000)),
        sfreq=1000.0,
        channels=tuple(Channel(name=f"EMG {place}", unit="V") for place in range(8)),
    )
    one = to_mark(Trial(streams={"emg": emg}), "long.csv")
    text = report.marking_page([one], title="Long")
    assert 5_000_000 < len(text) < 10_000_000
    many = report.marking_page([to_mark(trial(60.0, seed=place), f"{place}.csv") for place in range(60)], title="Many")
    assert len(many) < 10_000_000


def test_copies_of_a_recording_have_marks_of_their_own() -> None:
    one, same, other = to_mark(trial(), "a.csv"), to_mark(trial(), "b.csv"), to_mark(trial(seed=2), "a.csv")
    pages = [report.marking_page(shown, title="x") for shown in ([one], [same], [one, same], [other])]
    keys = [re.findall(r'"key":"([^"]*)"', page) for page in pages]
    assert keys[0] == keys[1], "a recording that is called otherwise keeps its marks"
    assert len(set(keys[2])) == 2
    assert keys[0] != keys[3]


def test_every_stream_is_on_the_page_and_the_first_twelve_rows_in_sight() -> None:
    one = trial()
    second = Recording(
        data=one.emg.data[:, ::2], sfreq=500.0, channels=(Channel(name="A", unit="V"), Channel(name="B", unit="V"))
    )
    turns = [Channel(name=f"g{place}", unit="deg/s", kind="GYRO") for place in range(12)]
    gyro = Recording(data=np.zeros((12, 100)), sfreq=100.0, channels=turns)
    both = Trial(streams={**one, "emg_2": second, "gyro": gyro})
    shown = to_mark(both, "a.csv").view.rows
    assert [row.name for row in shown] == ["VL", "BF", "A", "B", "bar", *(f"g{place}" for place in range(12))]
    assert [row.hidden for row in shown] == [False] * 12 + [True] * 5
    assert {trace.stage for trace in shown[2].traces} == {"raw"}


def test_simulated_recordings_are_called_simulated() -> None:
    real, simulated = (report.marking_page([to_mark(one, "a.csv")], title="x") for one in (
        trial(), trial().with_context(simulated=True)
    ))  # fmt: skip
    assert "Simulated data" not in real
    assert "Simulated data" in simulated


def test_emg_that_cannot_be_filtered_is_shown_as_it_is() -> None:
    envelope = envelope_to_look_at(trial().emg)
    assert [type(step).__name__ for step in envelope.history] == ["Bandpass", "Rectify", "Envelope"]
    for emg in (
        Recording(data=np.abs(trial().emg.data), sfreq=1000.0, channels=trial().emg.channels),
        Recording(data=trial().emg.data, sfreq=50.0, channels=trial().emg.channels),
        Recording(data=trial().emg.data[:, :900], sfreq=1000.0, channels=trial().emg.channels),
    ):
        assert envelope_to_look_at(emg) is emg


def test_a_recording_without_emg_is_refused() -> None:
    with pytest.raises(SignalError, match=r"no EMG\. Where: a\.csv\. Allowed: a stream of EMG\. Got: 'position'"):
        to_mark(Trial(streams={"position": trial()["position"]}), "a.csv")
