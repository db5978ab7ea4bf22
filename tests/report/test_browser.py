"""The page as a reader has it: in Chromium, wide and narrow, with mouse and keyboard, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from emgkit import Channel, Event, Pipeline, Recording, Trial, report, stats
from emgkit.report.viewer import View
from emgkit.steps import Bandpass, Envelope, Rectify

WIDTHS = (1280, 390)


def recorded(who: str) -> View:
    """Two repetitions, the second rejected; the left muscle works twice as hard."""
    rng = np.random.default_rng(int(who))
    times = np.arange(12000) / 1000.0
    work = 20e-6 + 200e-6 * ((times % 6 > 2) & (times % 6 < 4))
    emg = Recording(
        data=[rng.normal(0, 1, times.size) * work, 2 * rng.normal(0, 1, times.size) * work],
        sfreq=1000.0,
        channels=(
            Channel(name="VL", unit="V", muscle="vastus_lateralis", side="right"),
            Channel(name="VL left", unit="V", muscle="vastus_lateralis", side="left"),
        ),
    )
    bar = Recording(data=[np.sin(times[::10])], sfreq=100.0, channels=(Channel(name="bar", unit="m", kind="POS"),))
    events = [
        Event(onset=onset, duration=2.0, label="repetition", columns={"repetition": i + 1, "accepted": i == 0})
        for i, onset in enumerate((2.0, 8.0))
    ]
    events.append(Event(onset=2.0, duration=1.0, label="phase", columns={"phase": "eccentric"}))
    events.append(Event(onset=3.0, duration=1.0, label="phase", columns={"phase": "concentric"}))
    filters, amplitude = Pipeline(Bandpass(low=20, high=450), Rectify(), Envelope(cutoff=6)).split_at_amplitude()
    filtered = filters(emg)
    trial = Trial(streams={"emg": emg, "position": bar}, events=tuple(events))
    return report.view(trial, filtered, amplitude(filtered), name=f"participant {who}, squat")


def content() -> report.Content:
    rows = pd.DataFrame(
        {
            "participant": ["01", "02", "03"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
            "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0], "unit": "%MVC", "muscle": "gluteus_maximus",
        }
    )  # fmt: skip
    contrasts = stats.contrasts(rows, within="exercise", by="muscle")
    quality = pd.DataFrame({"channel": [f"channel {i}" for i in range(60)], "snr_db": np.linspace(10, 40, 60)})
    sidecar = {"SkinPreparation": "shaved, cleaned with alcohol", "EMGReference": "Bipolar"}
    return report.Content(
        title="Hip thrust and squat: a page for tests",
        question="Does the page work?",
        summary="It does.",
        finding="Gluteus maximus: hip thrust > squat.",
        simulated=True,
        tables=(report.TableItem(title="Contrasts", caption="Paired.", frame=contrasts, stem="contrasts"),),
        quality=quality,
        signals=(recorded("01"), recorded("02")),
        methods="EMG was filtered.",
        checklist=report.checklist(report.Facts(done={"statistics": "t"}, simulated=False, sidecars=(sidecar,))),
        provenance={"study_file": "[study]\ntitle = 1\n" + "a long line of text " * 30, "emgkit": "0"},
    )


@dataclass
class Heard:
    """The messages of a page, and what it asked for, while it was open."""

    messages: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(report.render(content()), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module", params=WIDTHS)
def window(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[Page, Heard]]:
    """A window of one width, and what is heard of the pages in it."""
    heard = Heard()
    opened = browser.new_page(viewport={"width": request.param, "height": 900})
    opened.on("console", lambda message: heard.messages.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: heard.messages.append(str(error)))
    opened.on("request", lambda request: heard.asked.append(request.url))
    yield opened, heard
    opened.close()


@pytest.fixture
def page(window: tuple[Page, Heard], address: str) -> Iterator[Page]:
    """The page as it opens; at the end it must have complained of nothing and asked for nothing."""
    opened, heard = window
    opened.goto("about:blank")
    heard.messages.clear()
    heard.asked.clear()
    opened.goto(address)
    yield opened
    asked = [url for url in heard.asked if url.partition("#")[0] != address and not url.startswith("data:")]
    assert not heard.messages
    assert not asked


def stretch(page: Page) -> tuple[float, float]:
    """The seconds in sight."""
    viewer = page.locator("#viewer")
    return float(viewer.get_attribute("data-from") or "nan"), float(viewer.get_attribute("data-to") or "nan")


def channels(page: Page) -> list[str | None]:
    return [row.get_attribute("data-channel") for row in page.locator("#viewer .row").all()]


def box(page: Page, name: str) -> Locator:
    """The check box of a signal or a channel."""
    return page.locator("#viewer").get_by_role("checkbox", name=name, exact=True)


def drawn(page: Page, row: int = 0) -> int:
    """How many different colours a plot holds: more than a few where lines are drawn."""
    return int(
        page.locator("#viewer canvas")
        .nth(row)
        .evaluate(
            "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
        )
    )


def painted(page: Page, colour: str, row: int = 0) -> int:
    """How many pixels of a plot have exactly a colour."""
    rgb = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    script = """(c, [r, g, b]) => {
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0;
        for (let i = 0; i < d.length; i += 4) n += d[i] === r && d[i + 1] === g && d[i + 2] === b && d[i + 3] === 255;
        return n;
    }"""
    return int(page.locator("#viewer canvas").nth(row).evaluate(script, rgb))


def test_the_page_fits_its_window(page: Page) -> None:
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
    cut = page.evaluate(
        """[...document.querySelectorAll('button, select, label, h1, h2, h3, canvas')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width && !e.closest('.unseen') && (box.left < 0 || box.right > innerWidth + 1);
        }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert not cut


def test_the_viewer_draws_every_stage_and_the_phases(page: Page) -> None:
    assert channels(page) == ["VL", "VL left", "bar"]
    assert page.locator("[data-part=recording] option").all_inner_texts() == [
        "participant 01, squat", "participant 02, squat",
    ]  # fmt: skip
    assert drawn(page) > 20
    for colour in ("#14304f", "#b8432b", "#bdd9ea", "#fbeac2", "#dcdcdc"):
        assert painted(page, colour) > 50, colour
    shown = [entry.inner_text().strip() for entry in page.locator("[data-band]").all() if entry.is_visible()]
    assert shown == ["eccentric", "concentric", "rejected"]


def test_a_signal_and_a_channel_can_be_switched_off_and_on(page: Page) -> None:
    box(page, "envelope").uncheck()
    assert painted(page, "#b8432b") == 0
    assert painted(page, "#14304f") > 50
    box(page, "envelope").check()
    assert painted(page, "#b8432b") > 50
    box(page, "VL").uncheck()
    assert channels(page) == ["VL left", "bar"]
    for name in ("VL left", "bar"):
        box(page, name).uncheck()
    assert "Nothing is chosen" in page.locator("[data-part=plots]").inner_text()
    box(page, "VL").check()
    assert channels(page) == ["VL"]


def test_buttons_and_keys_zoom_and_move(page: Page) -> None:
    assert stretch(page) == (0.0, 12.0)
    page.get_by_role("button", name="Zoom in").click()
    assert stretch(page) == (3.0, 9.0)
    page.get_by_role("button", name="Later").click()
    assert stretch(page) == (4.5, 10.5)
    page.locator("[data-part=plots]").focus()
    for key, expected in (
        ("+", (6.0, 9.0)), ("ArrowLeft", (5.25, 8.25)), ("ArrowRight", (6.0, 9.0)), ("-", (4.5, 10.5)),
        ("0", (0.0, 12.0)),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert stretch(page) == expected, key
    page.keyboard.press("ArrowRight")
    assert stretch(page) == (0.0, 12.0), "beyond its end a recording holds nothing"
    for _ in range(9):
        page.keyboard.press("+")
    first, last = stretch(page)
    assert 0.01 < last - first < 0.2
    assert drawn(page) > 10


def test_a_stretch_is_chosen_by_dragging_over_it(page: Page) -> None:
    plot = page.locator("#viewer .u-over").first
    plot.scroll_into_view_if_needed()
    place = plot.bounding_box()
    assert place is not None
    before = drawn(page)
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] / 4, middle)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] / 2, middle, steps=4)
    page.mouse.up()
    assert stretch(page) == pytest.approx((3.0, 6.0), abs=0.1)
    assert re.match(r"[\d.]+ s · raw −?-?[\d.]+ µV", page.locator("#viewer .readout").first.inner_text())
    page.mouse.dblclick(place["x"] + place["width"] / 2, middle)
    assert stretch(page) == (0.0, 12.0)
    assert drawn(page) == pytest.approx(before, rel=0.5)


def test_close_by_every_sample_is_drawn_and_read_out(page: Page) -> None:
    assert "least and greatest value of every 10 ms" in page.locator("[data-part=stretch]").inner_text()
    page.locator("[data-part=plots]").focus()
    for _ in range(6):
        page.keyboard.press("+")
    page.wait_for_selector("#viewer[data-samples]")
    assert "every sample" in page.locator("[data-part=stretch]").inner_text()
    # 12 s at 1000 Hz: the blocks in sight, not the thinned line of 2400 points
    assert page.locator("#viewer").get_attribute("data-samples") in ("8192", "12000")
    assert painted(page, "#14304f") > 10
    page.keyboard.press("Shift+ArrowRight")
    readout = page.locator("#viewer .readout").first
    first = readout.inner_text()
    seconds, raw = re.match(r"([\d.]+) s · raw (−?-?[\d.]+) µV", first).groups()  # type: ignore[union-attr]
    assert float(seconds) == pytest.approx(6.0, abs=0.01)
    rng = np.random.default_rng(1)
    times = np.arange(12000) / 1000.0
    signal = rng.normal(0, 1, times.size) * (20e-6 + 200e-6 * ((times % 6 > 2) & (times % 6 < 4))) * 1e6
    assert float(raw) == pytest.approx(signal[round(float(seconds) * 1000)], abs=np.abs(signal).max() / 190)
    page.keyboard.press("Shift+ArrowRight")
    assert readout.inner_text() != first
    page.keyboard.press("0")
    assert drawn(page) > 20


def test_nothing_is_cut_off_and_all_controls_can_be_hit(page: Page) -> None:
    cut = page.evaluate(
        "[...document.querySelectorAll('.box')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.ariaLabel)"
    )
    assert not cut
    small = page.evaluate(
        """[...document.querySelectorAll('nav a, .files a, button, select, summary, .choices label')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width && (box.height < 24 || box.width < 24);
        }).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert not small


def test_on_a_dark_ground_every_text_and_line_stands_out(
    browser: Browser, address: str, weak_texts: Callable[[Page], list[str]]
) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 31)"
    assert not weak_texts(page)
    assert painted(page, "#8fc2ef") > 50
    page.emulate_media(color_scheme="light")
    expect(page.locator("[data-band=eccentric] .mark")).to_have_css("background-color", "rgb(189, 217, 234)")
    assert painted(page, "#14304f") > 50
    page.close()


def test_another_recording_is_drawn_whole(page: Page) -> None:
    page.get_by_role("button", name="Zoom in").click()
    first = page.locator("#viewer canvas").first.evaluate("c => c.toDataURL()")
    page.locator("[data-part=recording]").select_option("participant 02, squat")
    assert stretch(page) == (0.0, 12.0)
    assert page.locator("#viewer canvas").first.evaluate("c => c.toDataURL()") != first


def test_the_checklist_shows_one_status_at_a_time(page: Page) -> None:
    items = page.locator("#checklist .items > li")
    statuses = [item.get_attribute("data-status") for item in items.all()]
    assert len(statuses) == 17
    for status in ("reported", "missing", "not applicable"):
        button = page.locator(f'#checklist [data-status="{status}"]').first
        button.click()
        shown = [item.get_attribute("data-status") for item in items.all() if item.is_visible()]
        assert shown == [status] * statuses.count(status)
        assert button.get_attribute("aria-pressed") == "true"
        assert f"({len(shown)})" in button.inner_text()
    page.locator('#checklist [data-status=""]').click()
    assert all(item.is_visible() for item in items.all())


def test_the_keyboard_reaches_the_finding_and_the_focus_is_seen(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the finding"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#finding")
    page.locator("[data-part=plots]").focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.dataset.move") == "all"


def test_every_text_stands_out_from_its_ground(page: Page, weak_texts: Callable[[Page], list[str]]) -> None:
    """WCAG AA: 4.5 to 1."""
    assert not weak_texts(page)


@pytest.mark.parametrize("media", ["screen", "print"])
def test_on_paper_the_viewer_gives_way_to_a_note(browser: Browser, address: str, media: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.emulate_media(media="print" if media == "print" else "screen")
    on_paper = media == "print"
    assert page.locator("#viewer").is_visible() is not on_paper
    assert page.locator("#signals .paper").is_visible() is on_paper
    assert page.locator("#checklist .filter").is_visible() is not on_paper
    page.close()


def test_the_printed_page_says_on_every_sheet_that_the_data_are_simulated(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(address)
    page.locator('#checklist [data-status="missing"]').first.click()
    page.locator("#quality summary").click()
    assert page.get_by_text("channel 59").is_visible()
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True, format="A4")
    page.close()
    sheets = [sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages]
    assert 2 <= len(sheets) <= 6
    assert all("Simulated data" in sheet for sheet in sheets)
    text = re.sub(r"\s+", " ", " ".join(sheets))
    assert "All 60 rows are in tables/quality.csv" in text
    assert "channel 59" not in text
    assert "interactive viewer" in text
    # what a filter hides on the screen is printed all the same
    assert "shaved, cleaned with alcohol" in text


def test_without_scripts_the_page_can_still_be_read(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.get_by_text("The viewer needs JavaScript").is_visible()
    assert not page.locator("#viewer").is_visible()
    assert not page.locator("#checklist .filter").is_visible()
    assert page.locator("#checklist .items > li").count() == 17
    context.close()


def test_a_script_that_is_not_the_pages_own_does_not_run(browser: Browser, address: str, tmp_path: Path) -> None:
    source = Path(address.removeprefix("file://")).read_text(encoding="utf-8")
    changed = tmp_path / "changed.html"
    changed.write_text(source.replace("</main>", "<script>document.title = 'run'</script></main>"), encoding="utf-8")
    page = browser.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(changed.as_uri())
    assert page.title() != "run"
    assert any("Content Security Policy" in text for text in messages)
    page.close()
