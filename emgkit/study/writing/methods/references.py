"""The sources that a Methods text cites, each by the words with which it is cited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from emgkit.study.versions import versions
from emgkit.study.writing.methods.statements import Methods, Statement

__all__ = ["NOTE", "SOURCES", "cited", "with_references"]

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "Bonato et al. 1998": "Bonato P, D'Alessio T, Knaflitz M (1998). A statistical method for the measurement of "
        "muscle activation intervals from surface myoelectric signal during gait. IEEE Transactions on Biomedical "
        "Engineering 45:287-299.",
        "Easter Selvan et al. 2018": "Easter Selvan S, Allexandre D, Amato U, Yue GH (2018). Unsupervised stochastic "
        "strategies for robust detection of muscle activation onsets in surface electromyogram. IEEE Transactions on "
        "Neural Systems and Rehabilitation Engineering 26:1279-1291.",
        "Falconer and Winter 1985": "Falconer K, Winter DA (1985). Quantitative assessment of co-contraction at the "
        "ankle joint in walking. Electromyography and Clinical Neurophysiology 25:135-149.",
        "Greenhouse and Geisser 1959": "Greenhouse SW, Geisser S (1959). On methods in the analysis of profile data. "
        "Psychometrika 24:95-112. doi:10.1007/BF02289823",
        "Harris et al. 2020": "Harris CR, Millman KJ, van der Walt SJ, et al. (2020). Array programming with NumPy. "
        "Nature 585:357-362. doi:10.1038/s41586-020-2649-2",
        "Hodges and Bui 1996": "Hodges PW, Bui BH (1996). A comparison of computer-based methods for the determination "
        "of onset of muscle contraction using electromyography. Electroencephalography and Clinical Neurophysiology "
        "101:511-519.",
        "Holm 1979": "Holm S (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of "
        "Statistics 6:65-70.",
        "Huynh and Feldt 1976": "Huynh H, Feldt LS (1976). Estimation of the Box correction for degrees of freedom "
        "from sample data in randomized block and split-plot designs. Journal of Educational Statistics 1:69-82. "
        "doi:10.3102/10769986001001069",
        "Lakens 2013": "Lakens D (2013). Calculating and reporting effect sizes to facilitate cumulative science: a "
        "practical primer for t-tests and ANOVAs. Frontiers in Psychology 4:863. doi:10.3389/fpsyg.2013.00863",
        "Lee and Seung 1999": "Lee DD, Seung HS (1999). Learning the parts of objects by non-negative matrix "
        "factorization. Nature 401:788-791.",
        "McKinney 2010": "McKinney W (2010). Data structures for statistical computing in Python. Proceedings of the "
        "9th Python in Science Conference, 56-61. doi:10.25080/Majora-92bf1922-00a",
        "Olejnik and Algina 2003": "Olejnik S, Algina J (2003). Generalized eta and omega squared statistics: measures "
        "of effect size for some common research designs. Psychological Methods 8:434-447. "
        "doi:10.1037/1082-989X.8.4.434",
        "Robinson et al. 1987": "Robinson RO, Herzog W, Nigg BM (1987). Use of force platform variables to quantify "
        "the effects of chiropractic manipulation on gait symmetry. Journal of Manipulative and Physiological "
        "Therapeutics 10:172-176.",
        "Rudolph et al. 2000": "Rudolph KS, Axe MJ, Snyder-Mackler L (2000). Dynamic stability after ACL injury: who "
        "can hop? Knee Surgery, Sports Traumatology, Arthroscopy 8:262-269.",
        "Seabold and Perktold 2010": "Seabold S, Perktold J (2010). Statsmodels: econometric and statistical modeling "
        "with Python. Proceedings of the 9th Python in Science Conference, 92-96. doi:10.25080/Majora-92bf1922-011",
        "Shwedyk et al. 1977": "Shwedyk E, Balasubramanian R, Scott RN (1977). A nonstationary model for the "
        "electromyogram. IEEE Transactions on Biomedical Engineering 24:417-424.",
        "Solnik et al. 2010": "Solnik S, Rider P, Steinweg K, DeVita P, Hortobagyi T (2010). Teager-Kaiser energy "
        "operator signal conditioning improves EMG onset detection. European Journal of Applied Physiology "
        "110:489-498.",
        "Staude and Wolf 1999": "Staude G, Wolf W (1999). Objective motor response onset detection in surface "
        "myoelectric signals. Medical Engineering & Physics 21:449-467.",
        "Virtanen et al. 2020": "Virtanen P, Gommers R, Oliphant TE, et al. (2020). SciPy 1.0: fundamental algorithms "
        "for scientific computing in Python. Nature Methods 17:261-272. doi:10.1038/s41592-019-0686-2",
        "Welch 1967": "Welch PD (1967). The use of fast Fourier transform for the estimation of power spectra: a "
        "method based on time averaging over short, modified periodograms. IEEE Transactions on Audio and "
        "Electroacoustics 15:70-73.",
        "Zifchock et al. 2008": "Zifchock RA, Davis I, Higginson J, Royer T (2008). The symmetry angle: a novel, "
        "robust method of quantifying asymmetry. Gait & Posture 27:622-627.",
    }
)
"""How a source is cited -> the whole reference."""


NOTE = (
    "emgkit wrote this text from what the analysis did. You may copy it into a manuscript unchanged, with the "
    "references below it."
)
"""What stands above a Methods text."""

_ADD = (
    " To complete what is not stated, write it under [metadata] in the study file, or in the sidecars of a BIDS data "
    "set, and run the study again."
)


def with_references(methods: Methods, further: Iterable[str] = ()) -> Methods:
    """The Methods text with the note above it and the references of all sources that it cites below it.

    Parameters
    ----------
    methods : Methods
        What was done.
    further : iterable of str
        Whole references that belong to the text beside those it cites.
    """
    text = methods.text
    note = NOTE + (_ADD if "ot stated" in text else "")
    references = sorted({*cited(text), *further}, key=str.casefold)
    below = [Statement(text=one) for one in ("References", *references)] if references else []
    return Methods(paragraphs=((Statement(text=note),), *methods.paragraphs, *((one,) for one in below)))


def cited(text: str) -> tuple[str, ...]:
    """Give the references of all sources that a text cites, by name, and that of emgkit where the text names it.

    Parameters
    ----------
    text : str
        The sentences of a Methods text.

    Examples
    --------
    >>> [one.partition(")")[0] for one in cited("p-values were adjusted after Holm (1979).")]
    ['Holm S (1979']
    """
    plain = text.replace("(", "").replace(")", "")
    version = versions()["emgkit"]
    known = {f"emgkit {version}": f"The emgkit developers. emgkit, version {version} [computer software]."}
    return tuple(whole for short, whole in {**known, **SOURCES}.items() if short in plain)
