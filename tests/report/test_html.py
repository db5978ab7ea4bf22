"""The page needs nothing else, says what is simulated, and lets no text become markup."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.figure import Figure

from emgkit.errors import ArgumentError, Notice
from emgkit.report import LIMITS, Content, FigureItem, Opening, TableItem, render

FORBIDDEN_WORDS = ("growth", "hypertroph")
VOID = {"meta", "link", "img", "br", "hr"}


class Page(HTMLParser):
    """The elements of a page with their attributes and texts; raises on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.texts.append((self.open[-1], data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def folded(self) -> list[str]:
        """What opens on the screen."""
        return [text for tag, text in self.texts if tag == "summary" or (tag == "span" and text.startswith("Show"))]

    def text(self) -> str:
        return " ".join(text for tag, text in self.texts if tag != "style")


def picture(format: str = "svg") -> bytes:
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([0, 1])
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format)
    return buffer.getvalue()


def content() -> Content:
    contrasts = pd.DataFrame(
        {
            "muscle": ["gluteus_maximus", "vastus_lateralis"],
            "contrast": ["hip_thrust / squat", "hip_thrust / squat"],
            "ratio": [1.384, 0.61],
            "ci_low": [1.212, 0.5],
            "ci_high": [1.58, 0.74],
            "p": [0.0004, 0.0342],
        }
    )
    return Content(
        title="Three lifts",
        question="Which lift?",
        finding="The hip thrust.\n\nNot the squat.",
        simulated=True,
        figures=(
            FigureItem(title="Ratios", caption="With intervals.", image=picture().decode(), alt="Two ratios"),
            FigureItem(title="Curves", caption="Means.", image=picture("png")),
        ),
        tables=(TableItem(title="Contrasts", caption="Paired.", frame=contrasts),),
        quality=pd.DataFrame({"channel": ["GM"], "snr_db": [25.3]}),
        excluded=pd.DataFrame({"what": ["sub-07"], "reason": ["electrode off"]}),
        methods="EMG was filtered.\n\nThen compared (doi:10.1000/xyz-1).",
        notices=(Notice(code="above-mvc", text="120 % of MVC"), Notice(code="above-mvc", text="120 % of MVC")),
        provenance={"emgkit": "0.1.0", "inputs": {"a.bdf": "9f86"}, "excluded": [], "participants": ["sub-01"]},
    )


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(render(content()))


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    loads = {name for name, _ in page.elements} & {"script", "iframe", "object", "embed", "video", "audio", "base"}
    assert not loads
    for name, attributes in page.elements:
        for attribute in ("src", "href", "srcset", "data", "poster"):
            address = attributes.get(attribute, "")
            plain_link = name == "a" and attribute == "href" and address.startswith(("#", "https://doi.org/"))
            assert not address or address.startswith("data:") or plain_link, (name, address)
    style = " ".join(text for tag, text in page.texts if tag == "style")
    assert "url(" not in style
    assert "@import" not in style


def test_the_figures_are_inside_and_described(page: Page) -> None:
    images = page.all("img")
    assert [image["alt"] for image in images] == ["Two ratios", "Curves"]
    kinds, data = zip(*(image["src"].removeprefix("data:").split(";base64,") for image in images), strict=True)
    assert kinds == ("image/svg+xml", "image/png")
    assert base64.b64decode(data[0]).rstrip().endswith(b"</svg>")
    assert base64.b64decode(data[1]).startswith(b"\x89PNG")


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_is_said_if_and_only_if_it_is(simulated: bool) -> None:
    page = Page(render(replace(content(), simulated=simulated)))
    assert ("simulated data" in page.text().lower()) is simulated
    banners = [each for each in page.all("div") if each.get("class") == "simulated"]
    assert len(banners) == simulated


def test_text_does_not_become_markup() -> None:
    evil = "<script>alert('x')</script> & more"
    frame = pd.DataFrame({"what": [evil], evil: [1.0]})
    text = render(
        Content(
            title=evil,
            question=evil,
            finding=evil,
            simulated=True,
            figures=(FigureItem(title=evil, caption=evil, image=picture().decode(), alt='" onload="x'),),
            tables=(TableItem(title=evil, caption=evil, frame=frame),),
            quality=frame,
            excluded=frame,
            methods=evil,
            notices=(Notice(code=evil, text=evil),),
            limits=(evil,),
            provenance={evil: {evil: [evil]}},
        )
    )
    assert "<script" not in text
    assert "script-src" not in text
    page = Page(text)
    assert not [attributes for _, attributes in page.elements if "onload" in attributes]
    assert ("h1", evil) in page.texts


def test_the_same_content_gives_the_same_page() -> None:
    once = content()
    assert render(once) == render(once)


def test_headings_go_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(name[1]) for name, _ in page.elements if name in ("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_entry_of_the_contents_leads_somewhere_once(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    targets = [link["href"][1:] for link in page.all("a") if link["href"].startswith("#")]
    assert targets == [
        "finding",
        "figures",
        "tables",
        "quality",
        "excluded",
        "methods",
        "notices",
        "limits",
        "provenance",
    ]
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)


def test_the_page_can_be_read_aloud(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("caption")) == len(page.all("table")) == 3
    assert {cell.get("scope") for cell in page.all("th")} == {"col", "row"}
    boxes = [each for each in page.all("div") if each.get("class", "").startswith("box")]
    assert len(boxes) == 3
    assert all(each["role"] == "group" and each["aria-label"] for each in boxes)
    assert not [name for name, each in page.elements if "tabindex" in each], "a stop of the keyboard with nothing to do"


def test_everything_that_the_content_says_is_on_the_page(page: Page) -> None:
    text = page.text()
    for wanted in ("Three lifts", "Which lift?", "Not the squat.", "gluteus maximus", "[1.21, 1.58]", "< .001", ".034",
                 "25.3", "electrode off", "EMG was filtered.", "Above MVC", "(2 times)", "9f86", "none"):  # fmt: skip
        assert wanted in text, wanted
    assert ("a", "doi:10.1000/xyz-1") in page.texts
    assert all(limit.split("(")[0] in text for limit in LIMITS)


def test_sections_without_content_are_left_out() -> None:
    page = Page(render(Content(title="A", question="B?", finding="C.", simulated=False, limits=())))
    assert not {"figures", "tables", "quality", "excluded", "methods", "notices", "limits", "provenance"} & {
        attributes.get("id") for _, attributes in page.elements
    }


def test_no_exclusion_is_said_too() -> None:
    nothing = pd.DataFrame({"what": [], "reason": []})
    assert "Nothing was excluded." in render(replace(content(), excluded=nothing))


def test_long_tables_and_many_remarks_are_folded_but_complete() -> None:
    long = TableItem(title="Long", caption="", frame=pd.DataFrame({"row": [f"row {i}" for i in range(41)]}))
    notices = tuple(Notice(code="clipped", text=f"channel {i}") for i in range(7))
    page = Page(render(replace(content(), tables=(long,), notices=notices)))
    assert page.folded() == ["Show all 41 rows", "2 more"]
    assert {f"row {i}" for i in range(41)} | {f"channel {i}" for i in range(7)} <= {text for _, text in page.texts}


def test_a_paragraph_of_the_finding_begins_with_its_name_in_bold_and_stays_escaped() -> None:
    long = "Verdict on the claim that the deadlift is the best of the three lifts: overstated."
    finding = f"Biceps <i>femoris</i>: 1.2 <b>.\n\n{long}\n\nNothing else."
    page = Page(render(replace(content(), finding=finding)))
    assert [text for tag, text in page.texts if tag == "strong"] == ["Simulated data.", "Biceps <i>femoris</i>:"]
    assert {("p", "1.2 <b>."), ("p", long), ("p", "Nothing else.")} <= set(page.texts)


def test_flagged_channels_are_counted_and_shown_and_the_rest_is_folded() -> None:
    quality = pd.DataFrame(
        {
            "channel": [f"channel {i}" for i in range(4)],
            "unit": "V",
            "longest_flat": 0.006,
            "baseline_noise": [2e-6, 3e-6, 4.5e-6, 6e-6],
            "negative_share": float("nan"),
            "flagged": ["", "drift, low-snr", "drift", ""],
        }
    )
    page = Page(render(replace(content(), quality=quality)))
    assert "2 of 4 channels of recordings are flagged: drift (2), low SNR (1)." in page.text()
    assert page.folded() == ["Show the other 2 rows"]
    shown = [text for tag, text in page.texts if tag == "th" and text.startswith("channel ")]
    assert shown == ["channel 1", "channel 2", "channel 0", "channel 3"]
    assert ("td", "drift, low SNR") in page.texts
    headings = {text for tag, text in page.texts if tag == "th"}
    assert {"longest flat (s)", "baseline noise (µV)"} <= headings
    assert "negative share" not in headings
    assert ("td", "4.5") in page.texts


@pytest.mark.parametrize(
    ("flagged", "sentence"),
    [
        (["", ""], "None of 2 channels of recordings is flagged."),
        (["", "flat"], "1 of 2 channels of recordings is flagged: flat (1)."),
        ([None], "None of 1 channel of recordings is flagged."),
        (["mains"], "1 of 1 channel of recordings is flagged: mains (1)."),
    ],
)
def test_the_sentence_on_quality_counts_in_good_english(flagged: list[str | None], sentence: str) -> None:
    quality = pd.DataFrame({"channel": [f"channel {i}" for i in range(len(flagged))], "flagged": flagged})
    assert sentence in Page(render(replace(content(), quality=quality))).text()


def test_remarks_stand_under_plain_words_with_their_number() -> None:
    notices = [Notice(code="drift", text=f"channel {i}") for i in range(2)]
    notices += [Notice(code="not-back-to-rest", text="Rest?"), Notice(code="no-such-code", text="New.")]
    page = Page(render(replace(content(), notices=tuple(notices))))
    headings = [text for tag, text in page.texts if tag == "h3"][-3:]
    assert headings == ["Movement artefact (2)", "Movements that do not come back to rest", "No such code"]


def test_every_cell_says_what_it_is_where_its_row_becomes_a_card() -> None:
    why = "A reason that takes a whole sentence & certainly more than one line."
    frame = pd.DataFrame({"muscle": ["VL"], "g_av": [0.5], "why": [why]})
    text = render(replace(content(), tables=(TableItem(title="Why", caption="", frame=frame),)))
    page = Page(text)
    labels = [each["data-label"] for _, each in page.elements if "data-label" in each]
    assert labels[:2] == ["g_av", "why"]
    assert ("th", "VL") in page.texts
    assert [each["class"] for each in page.all("td")][:2] == ["number", "words sentence"]


def test_a_table_says_how_much_room_it_needs() -> None:
    tables = tuple(
        TableItem(title=str(n), caption="", frame=pd.DataFrame({f"column {i}": ["x", "y"] for i in range(n)}))
        for n in (2, 17, 40)
    )
    page = Page(render(replace(content(), tables=tables)))
    boxes = [each["class"].split("room-")[1] for each in page.all("div") if each.get("class", "").startswith("box")]
    assert boxes[:3] == ["18", "66 snug", "1000"]
    assert [each.get("class") for each in page.all("table")][:3] == ["print-8-0", "print-6-0", None]
    assert "This table does not fit on paper; it is on the screen." in page.text()


def test_what_repeats_is_told_once() -> None:
    where = "Read in the abstract: means over the whole set of ten repetitions, in a public copy"
    frame = pd.DataFrame({f"column {i}": ["x", "y", "z"] for i in range(8)})
    frame = frame.assign(study="contreras_2015", sd=float("nan"), seen=[where, where, f"{where} of the paper"])
    page = Page(render(replace(content(), tables=(TableItem(title="Published", caption="", frame=frame),))))
    notes = [text for tag, text in page.texts if tag == "p" and text.startswith(("In every row", "["))]
    assert notes == ["In every row: study Contreras 2015.", f"[1] {where}", f"[2] {where} of the paper"]
    assert [text for tag, text in page.texts if tag == "td" and text.startswith("[")][:3] == ["[1]", "[1]", "[2]"]
    assert "sd" not in [text for tag, text in page.texts if tag == "th"]


def test_generated_words_promise_no_training_effect() -> None:
    page = render(replace(content(), simulated=True)).lower()
    assert not [word for word in FORBIDDEN_WORDS if word in page]


@pytest.mark.parametrize("name", ["title", "question", "finding"])
def test_an_empty_text_is_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match=f"The {name} is empty"):
        replace(content(), **{name: " "})


@pytest.mark.parametrize("image", ["plot.svg", b"GIF89a", ""])
def test_what_is_no_picture_is_refused(image: str | bytes) -> None:
    with pytest.raises(ArgumentError, match=r"Where: Ratios\. Allowed: an SVG document as str, or the bytes of a PNG"):
        FigureItem(title="Ratios", caption="", image=image)


def test_a_format_for_no_column_names_the_nearest() -> None:
    with pytest.raises(ArgumentError, match=r"Unknown column 'ratoi'.*Did you mean 'ratio'"):
        TableItem(title="A", caption="", frame=pd.DataFrame({"ratio": [1.0]}), formats={"ratoi": ".1f"})


def test_a_summary_stands_above_the_numbers() -> None:
    page = Page(render(replace(content(), summary="The hip thrust, in short.")))
    paragraphs = [text for tag, text in page.texts if tag == "p"]
    assert paragraphs.index("The hip thrust, in short.") < paragraphs.index("Not the squat.")


def test_where_no_channel_is_flagged_all_rows_can_be_opened() -> None:
    quality = pd.DataFrame({"channel": ["channel 1", "channel 2"], "flagged": ["", ""]})
    page = Page(render(replace(content(), quality=quality)))
    assert page.folded() == ["Show the 2 rows"]
    assert "The 2 rows are in tables/quality.csv." in page.text()


def test_a_text_of_many_lines_is_folded_and_keeps_its_lines() -> None:
    page = Page(render(replace(content(), provenance={"study_file": "[study]\ntitle = 'x'\n"})))
    assert ("pre", "[study]\ntitle = 'x'") in page.texts
    assert page.folded() == ["Show all 2 lines"]


def test_files_are_named_beside_the_page_only() -> None:
    item = TableItem(title="A", caption="", frame=pd.DataFrame({"x": [1]}), stem="contrasts")
    page = Page(render(replace(content(), tables=(item,), files=("tables/results.docx",))))
    links = [link["href"] for link in page.all("a") if not link["href"].startswith(("#", "https://doi.org/"))]
    assert links == ["tables/contrasts.csv", "tables/contrasts.tex", "tables/results.docx"]


def test_an_opening_stands_above_the_finding_with_a_figure_for_the_phone():
    svg = picture().decode("utf-8")
    figure = FigureItem(title="Lifts", caption="As printed, doi:10.1123/jab.2014-0301.", image=svg, alt="An answer.")
    opening = Opening(
        title="What published studies found",
        answers=(("Gluteus maximus: the hip thrust", "Above squats, <b>4 of 4</b>."),),
        figure=figure,
        narrow=svg.replace("<svg", "<svg data-narrow='1'", 1),
    )
    page = render(Content(title="A", question="B?", finding="C.", simulated=True, opening=opening))
    seen = Page(page)
    wide, phone = seen.all("img")
    assert (wide["class"], phone["class"]) == ("on-page", "on-phone")
    assert wide["alt"] == phone["alt"] == "An answer."
    assert phone["src"] != wide["src"]
    for shown in (".opening .on-phone { display: none; }", ".opening .on-page { display: none; }"):
        assert page.count(shown) == 1
    assert page.index("What published studies found") < page.index(">Finding<")
    assert "<strong>Gluteus maximus: the hip thrust.</strong> Above squats, &lt;b&gt;4 of 4" in page
    assert "No person was measured for this run; the published studies are real." in page
    assert "https://doi.org/10.1123/jab.2014-0301" in page
    with pytest.raises(ArgumentError, match="title of an opening is empty"):
        replace(opening, title=" ")
