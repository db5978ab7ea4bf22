"""The table that every analysis gives, with its sentences, its Methods text and its settings for a paper."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from emgkit import __version__
from emgkit.errors import DesignError, Notice
from emgkit.notation import heading, listed, readable
from emgkit.stats.results import columns, fitting, word_table
from emgkit.stats.results.agreement import corrections
from emgkit.stats.results.facts import AnalysisFacts, notice_facts, notices_of
from emgkit.stats.results.fitting import Paper
from emgkit.stats.results.great_table import great_table
from emgkit.stats.results.kinds import Kind, kind_of, missing_columns, title
from emgkit.stats.results.latex_table import latex_table
from emgkit.stats.results.methods import Text, doubts, gaps_text, people_text, software
from emgkit.stats.results.spreadsheet import safe_cells
from emgkit.stats.results.statsmodels_objects import StatsmodelsObjects, made_once

if TYPE_CHECKING:
    from great_tables import GT

__all__ = ["Results", "paper_of"]

Target = str | os.PathLike[str] | None


class Results(pd.DataFrame):
    """A table of results: a pandas DataFrame that can also be printed for readers, put into words and set for a paper.

    - ``print(table)`` shows it rounded, with its title, intervals in brackets, and what is doubtful below.
    - ``table.sentences()`` gives a sentence for every row, ``table.methods()`` the Methods paragraph.
    - ``table.notices`` are the remarks on what is doubtful, ``table.attrs`` the facts of the analysis.
    - ``table.to_csv(path)`` writes every digit; ``to_html``, ``to_latex`` and ``great_table`` set it for a paper.
    - Everything else is pandas: the numbers are unrounded floats, with one column for each limit of an interval.

    Filtering, sorting, copying and pickling keep the facts, so that words can still be made. A table that lost them, or
    columns that its sentences need, is printed as pandas prints it, and ``sentences()`` says what is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0], "unit": "%MVC"})
    >>> table = stats.contrasts(cells, within="exercise", adjust="none")
    >>> print(table.sentences()[0].partition(", d_z")[0])
    The hip thrust was 1.98 times the squat, 95 % CI [1.62, 2.43], t(2) = 14.37, p = .005
    """

    # what makes the statsmodels objects, or what statsmodels lacks; pandas hands it on with the facts, and loses it too
    _metadata: ClassVar[list[str]] = ["_statsmodels"]
    _statsmodels: StatsmodelsObjects | str | None = None

    @property
    def _constructor(self) -> Callable[..., Results]:
        return Results

    @classmethod
    def of(
        cls, frame: pd.DataFrame, table: str, facts: Mapping[Any, Any], *, notices: Iterable[Notice] = (),
        objects: StatsmodelsObjects | str = "",
    ) -> Results:  # fmt: skip
        """A frame with what was done in ``.attrs``; ``table`` is the kind of table it is.

        ``objects`` make the same analysis in statsmodels, or name what statsmodels lacks.
        """
        results = cls(frame)
        results._statsmodels = f"such table ({table})" if objects == "" else objects
        attrs = {
            **facts, "notices": notice_facts(notices), "table": table, "software": f"emgkit {__version__}",
        }  # fmt: skip
        if "n" not in attrs and "n" in frame.columns:
            attrs["n"] = frame["n"].unique().tolist()
        if "family_size" in frame.columns:
            attrs["largest_family"] = int(frame["family_size"].max()) if len(frame) else 0
        if isinstance(objects, StatsmodelsObjects):
            attrs["in_statsmodels"] = objects.what.partition(";")[0]
        if alike := _alike(frame):
            attrs["alike"] = alike
        results.attrs = attrs
        return results

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is doubtful about the analysis, each with a code for programs and a sentence for people."""
        return notices_of(self)

    @property
    def statsmodels(self) -> StatsmodelsObjects:
        """The fitted statsmodels objects of the same analysis on the same rows, to go on with; made on first use.

        Returns
        -------
        StatsmodelsObjects
            A mapping from the levels of a row to its object, such as
            ``table.statsmodels["gluteus_maximus", "hip_thrust / squat"]``: ``OLS`` of the differences on a constant for
            a paired contrast, ``CompareMeans`` between groups, ``AnovaRM`` (with groups ``OLS``) for an analysis of
            variance, ``DescrStatsW`` for equivalence, ``MixedLM`` for a mixed model, ``WLS`` or ``combine_effects`` for
            a meta-analysis, ``TTestPower`` or ``TTestIndPower`` for power. Of a single object it has the attributes,
            too. The objects are those of the whole analysis, whichever rows were kept.

        Raises
        ------
        DesignError
            statsmodels has no such analysis, or pandas lost what the objects are made from.
        """
        return made_once(self._statsmodels)

    def corrections(self) -> dict[tuple[str, ...], Any]:
        """What ``multipletests`` of statsmodels gives for the rows of each family, by the levels that make the family.

        Returns
        -------
        dict
            Of each family what is rejected, the corrected p in the order of the rows, and two corrected levels; empty
            where p is not corrected.
        """
        return corrections(self)

    def methods(self) -> str:
        """What was done, as the Methods section of a paper says it; from ``.attrs`` alone.

        Returns
        -------
        str
            Test, scale, error term, degrees of freedom, n; kind of interval; correction of p and its family; kind of
            effect size; software and version, and what the same analysis is in statsmodels.

        Raises
        ------
        DesignError
            ``.attrs`` got lost.
        """
        return " ".join(self.methods_parts().values())

    def methods_parts(self) -> dict[str, str]:
        """The sentences of :meth:`methods` by what they state.

        Returns
        -------
        dict of str to str
            ``analysis`` (test, scale, error term, n), ``people`` (what varied within participants and what
            between them, with n at each level), ``gaps`` (who lacks what), ``interval``, ``family``
            (correction of p), ``effect`` (kind of effect size), ``doubts`` and ``software``, in this order; what does
            not apply is not there.

        Raises
        ------
        DesignError
            ``.attrs`` got lost.
        """
        facts = self._facts()
        text = kind_of(facts).methods(facts)
        parts = {"analysis": text.what, "people": people_text(facts), "gaps": gaps_text(facts)}
        parts |= {"interval": text.interval, "family": text.family, "effect": text.effect}
        parts |= {"doubts": " ".join(doubts(facts)), "software": software(facts)}
        return {name: part for name, part in parts.items() if part}

    def caption(self) -> str:
        """What the numbers of the table are: kind of interval, correction of p, kind of effect size."""
        parts = self.methods_parts()
        known = [parts[name] for name in ("interval", "family", "effect") if name in parts]
        return " ".join([*known, *columns.footnotes(self, self._facts())])

    def clauses(self) -> list[str]:
        """One short form a row, for a list under a heading: the contrast, its estimate, 95 % interval and p.

        Raises
        ------
        DesignError
            ``.attrs`` or columns of the analysis got lost, or the rows have no short form.
        """
        kind, facts, _ = self._worded()
        if kind.clause is None:
            raise DesignError(f"{kind.title} has no short form", hint="ask .sentences()")
        return [kind.clause({str(key): value for key, value in row.items()}, facts) for row in self.to_dict("records")]

    def sentences(self) -> list[str]:
        """One sentence a row: estimate, 95 % interval, test with df, p, effect size by its name, n.

        Returns
        -------
        list of str
            In the order of the rows. Exact p, but for "p < .001" and "p > .999". A p of .05 or more says "no
            difference was shown".

        Raises
        ------
        DesignError
            ``.attrs`` or columns of the analysis got lost, or the rows are no results (residuals, points of a curve).
        """
        kind, facts, _ = self._worded()
        return [
            kind.sentence_of({str(key): value for key, value in row.items()}, facts) for row in self.to_dict("records")
        ]

    def great_table(self) -> GT:
        """The table as a ``great_tables.GT``, to go on with: row groups, headings, notes, rounded cells."""
        return great_table(paper_of(self))

    def to_html(  # type: ignore[override]
        self, buf: Target = None, *, columns: Any = "full", **pandas_options: Any
    ) -> str | None:
        """The table as HTML, rounded for readers, set by great-tables.

        Parameters
        ----------
        buf : path, optional
            File to write, whole or not at all: a page by itself. Without one the table is returned, to put into a page.
        columns : {"full", "short"}
            All columns; or those that fit an upright page, as :meth:`to_latex` chooses them, and a note names the
            others.
        **pandas_options
            With any option of ``pandas.DataFrame.to_html`` pandas writes its own table.
        """
        if pandas_options or not self._is_whole() or not isinstance(columns, str):
            chosen = {} if columns == "full" else {"columns": columns}
            return super().to_html(buf, **chosen, **pandas_options)
        paper = fitting.shortened(paper_of(self), choice=columns)
        return _written(great_table(paper).as_raw_html(make_page=buf is not None), buf)

    def to_latex(  # type: ignore[override]
        self, buf: Target = None, *, columns: Any = "short", width: str = "page", **pandas_options: Any
    ) -> str | None:
        """The table as LaTeX, rounded for readers: it fits a column or a page, and needs the package booktabs.

        Parameters
        ----------
        buf : path, optional
            File to write, whole or not at all; without one the text is returned.
        columns : {"short", "full"}
            The columns that fit, the most important ones; a comment at the top names the others. Or all of them: on a
            page on its side where they need it (package rotating), in parts below each other where that does not do.
        width : {"page", "column", "landscape"}
            The room: 12.1 cm, 8 cm or 19 cm, which every class of documents has.
        **pandas_options
            With any option of ``pandas.DataFrame.to_latex`` pandas writes its own table.

        Notes
        -----
        More than 40 rows go over several pages (package longtable, and pdflscape on the side), in a document of one
        column.
        """
        if pandas_options or not self._is_whole() or not isinstance(columns, str):
            chosen = {} if columns == "short" else {"columns": columns}
            return super().to_latex(buf, **chosen, **pandas_options)
        paper = paper_of(self)
        return _written(latex_table(paper, fitting.fitted(paper, choice=columns, width=width)), buf)

    def to_docx(self, path: str | os.PathLike[str], *, columns: str = "short") -> Path:
        """The table as a Word document, rounded for readers; results have their title above and their notes below.

        Parameters
        ----------
        path : path
            File to write, whole or not at all.
        columns : {"short", "full"}
            The columns that fit an upright page, or all of them, as :meth:`to_latex` chooses them.

        Returns
        -------
        Path
            The file. The same table gives the same bytes.
        """
        paper = paper_of(self, grouped=False) if self._is_whole() else fitting.plain_paper(_headed(self))
        document = word_table.document_of(paper, fitting.fitted(paper, choice=columns))
        _whole(Path(path), lambda part: word_table.pack(document, part))
        return Path(path)

    def to_csv(self, path_or_buf: Any = None, **options: Any) -> str | None:  # type: ignore[override]
        r"""The table as CSV, with every digit and without the index.

        Parameters
        ----------
        path_or_buf : path or file, optional
            File to write, whole or not at all, in UTF-8 with the mark by which Excel knows it (in R:
            ``fileEncoding="UTF-8-BOM"``). Without one the text is returned.
        **options
            Those of ``pandas.DataFrame.to_csv``; ``index=True`` and ``encoding="utf-8"`` give pandas' own defaults.
            ``decimal=","`` writes numbers as Excel reads them in most of Europe, with ``;`` between columns.

        Notes
        -----
        Text that begins with ``=``, ``+``, ``-`` or ``@``, or with a tab, is a formula to a spreadsheet. It gets an
        apostrophe before it, unless it is a number; so does text that has apostrophes before such a sign. To take it
        off again: ``text.str.replace(r"^'(?='*[=+\-@\t\r])", "", regex=True)``. Numbers are never changed.
        """
        options = {"index": False, "lineterminator": "\n", **options}
        if options.get("decimal") == ",":
            options = {"sep": ";", **options}
        plain = safe_cells(pd.DataFrame(self))
        if not isinstance(path_or_buf, (str, os.PathLike)) or "mode" in options:
            text: str | None = plain.to_csv(path_or_buf, **options)
            return text
        options = {"encoding": "utf-8-sig", **options}
        _whole(Path(path_or_buf), lambda part: plain.to_csv(part, **options))
        return None

    def to_excel(self, excel_writer: Any, *args: Any, **options: Any) -> None:  # type: ignore[misc]
        """The table as a workbook, as pandas writes it; text is as safe as in :meth:`to_csv`."""
        safe_cells(pd.DataFrame(self)).to_excel(excel_writer, *args, **options)

    def round(self, *args: Any, **kwargs: Any) -> pd.DataFrame:  # type: ignore[override]
        """A plain table of rounded numbers, which no sentence can be made of: rounding turns one p into another.

        Printing rounds by itself, each number as it is read.
        """
        rounded = pd.DataFrame(self).round(*args, **kwargs)
        rounded.attrs = {}
        return rounded

    def __repr__(self) -> str:
        if not self._is_whole():
            return super().__repr__()
        kind, facts, text = self._worded()
        return columns.text(
            self,
            facts,
            head=self._head(kind, facts),
            notes=[note for note in (text.interval, text.tests, text.family, *columns.footnotes(self, facts)) if note],
        )

    def _repr_html_(self) -> str | None:
        if self._is_whole():
            return str(self.great_table().as_raw_html())
        plain: str | None = super()._repr_html_()  # type: ignore[misc]
        return plain

    def _facts(self) -> AnalysisFacts:
        return AnalysisFacts.of(self)

    def _worded(self) -> tuple[Kind, AnalysisFacts, Text]:
        """Kind of the table, what was done, and the words for it; refused where something for a sentence got lost."""
        facts = self._facts()
        kind = kind_of(facts)
        if kind.sentence is None:
            raise DesignError(
                f"{kind.title} is not a table of results to put into sentences",
                hint="ask .sentences() of the fitted model or of the test itself; this table is for figures and checks",
            )
        lacking = missing_columns(kind, facts, [str(name) for name in self.columns])
        if lacking:
            raise DesignError(
                f"The table lacks columns that its sentences need: {listed(lacking)}",
                got=listed(self.columns),
                hint="put the whole table into words before columns are selected, renamed or made the index",
            )
        return kind, facts, kind.methods(facts)

    def _head(self, kind: Kind, facts: AnalysisFacts) -> str:
        here = self["n"].unique().tolist() if "n" in self.columns else []
        return title(kind, facts, here or facts.get("n", []))

    def _is_whole(self) -> bool:
        """Whether the whole analysis is there, to be shown as one."""
        try:
            self._worded()
        except DesignError:
            return False
        return True


def paper_of(table: Results, *, title: str = "", grouped: bool = True) -> Paper:
    """A table as it is set on paper, with its own title or another; `grouped` as in `laid_out`.

    Raises
    ------
    DesignError
        ``.attrs`` or columns of the analysis got lost.
    """
    kind, facts, text = table._worded()
    below = (*text.notes, *columns.footnotes(table, facts))
    return fitting.laid_out(table, facts, title=title or table._head(kind, facts), notes=below, grouped=grouped)


def _headed(table: Results) -> list[columns.ResultColumn]:
    """The columns of any table with their headings."""
    return [replace(one, name=heading(one.name)) for one in columns.columns(pd.DataFrame(table), {})]


def _alike(frame: pd.DataFrame) -> list[str]:
    """Levels that read alike without their underscores, and so keep them in words."""
    levels: dict[str, set[str]] = {}
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name].dtype):
            for value in frame[name].unique():
                for level in re.split(r" [/-] ", str(value)):
                    levels.setdefault(readable(level), set()).add(level)
    return sorted(level for same in levels.values() if len(same) > 1 for level in same)


def _written(text: str, buf: Target) -> str | None:
    """Give the text, or write it to a file."""
    if buf is None:
        return text
    if not isinstance(buf, (str, os.PathLike)):
        buf.write(text)
        return None
    _whole(Path(buf), lambda part: part.write_text(text, encoding="utf-8"))
    return None


def _whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file beside its place first, so that an error or a full disk leaves the old one whole."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".table-") as folder:
        part = Path(folder) / path.name
        write(part)
        os.replace(part, path)
