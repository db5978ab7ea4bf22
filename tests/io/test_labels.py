"""Muscles and sides in the labels of channels."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit.io.labels import Recognised, recognise

# label, muscle, side
KNOWN = [
    # Noraxon MyoResearch
    ("LT BICEPS FEM.", "biceps_femoris", "left"),
    ("RT GLUT. MAX.", "gluteus_maximus", "right"),
    ("RT MED. GASTRO", "gastrocnemius_medialis", "right"),
    ("LT LAT. GASTRO", "gastrocnemius_lateralis", "left"),
    ("LT TIB.ANT.", "tibialis_anterior", "left"),
    ("RT SEMITEND.", "semitendinosus", "right"),
    ("LT LUMBAR ES", "erector_spinae", "left"),
    ("LT UPPER TRAP.", "upper_trapezius", "left"),
    ("RT PECT. MAJOR", "pectoralis_major", "right"),
    ("Ultium EMG-BRACHIORAD. RT", "brachioradialis", "right"),
    # Delsys
    ("L Rectus Femoris: EMG 1", "rectus_femoris", "left"),
    ("Trigno IM Sensor 3: VL", "vastus_lateralis", None),
    ("R_GMAX (76998)", "gluteus_maximus", "right"),
    ("R BF (77001)", "biceps_femoris", "right"),
    ("EMG1 - VM left", "vastus_medialis", "left"),
    # C3D of gait laboratories
    ("Right Biceps Femoris Caput Longu", "biceps_femoris_long_head", "right"),
    ("Left Biceps Femoris Caput Longus", "biceps_femoris_long_head", "left"),
    ("Right Gastrocnemius Lateralis", "gastrocnemius_lateralis", "right"),
    ("R.Quads", "quadriceps", "right"),
    ("R.Med.Hams", "medial_hamstrings", "right"),
    ("L.Ant.Tib", "tibialis_anterior", "left"),
    ("L.Gastroc", "gastrocnemius", "left"),
    ("Voltage.VL", "vastus_lateralis", None),
    # Motion Analysis, in French
    ("L Vaste Ext", "vastus_lateralis", "left"),
    ("R Ischio", "hamstrings", "right"),
    ("R Sol", "soleus", "right"),
    ("L Jum Int", "gastrocnemius_medialis", "left"),
    ("RJUM", "gastrocnemius", "right"),
    ("RISC", "hamstrings", "right"),
    ("LSOL", "soleus", "left"),
    # Delsys sensors in Nexus, in French
    ("Gd_dent.EMG8", "serratus_anterior", None),
    ("Gd_dors.IM EMG13", "latissimus_dorsi", None),
    ("Infra.EMG10", "infraspinatus", None),
    ("Subscap.EMG11", "subscapularis", None),
    # Noraxon, the forearm and the face
    ("LT FLEX.CARP.R", "flexor_carpi_radialis", "left"),
    ("LT FLEX.CARP.U", "flexor_carpi_ulnaris", "left"),
    ("RT EXT.CARP.U.", "extensor_carpi_ulnaris", "right"),
    ("LT BICEPS BR.", "biceps_brachii", "left"),
    ("LT FRONTALIS", "frontalis", "left"),
    # OpenSim
    ("vasint_r", "vastus_intermedius", "right"),
    ("psoas_r", "iliopsoas", "right"),
    ("glmax1_r", "gluteus_maximus", "right"),
    # Biometrics, in Spanish and misspelt
    ("Recto Femoral", "rectus_femoris", None),
    ("Biceps Femoral", "biceps_femoris", None),
    ("Vasto Medial", "vastus_medialis", None),
    ("EMG Semitendinoso", "semitendinosus", None),
    # AcqKnowledge
    ("Corr Raw", "corrugator_supercilii", None),
    ("Zyg Processed", "zygomaticus_major", None),
    # abbreviations
    *[
        (label, muscle, None)
        for label, muscle in [
            ("RF", "rectus_femoris"), ("VL", "vastus_lateralis"), ("VM", "vastus_medialis"), ("BF", "biceps_femoris"),
            ("ST", "semitendinosus"), ("TA", "tibialis_anterior"), ("SOL", "soleus"), ("SO", "soleus"),
            ("TFL", "tensor_fasciae_latae"), ("MG", "gastrocnemius_medialis"), ("LG", "gastrocnemius_lateralis"),
            ("PL", "peroneus_longus"), ("BFLH", "biceps_femoris_long_head"), ("GMED", "gluteus_medius"),
            ("ES L3", "erector_spinae"), ("ESL3", "erector_spinae"), ("ES L 3", "erector_spinae"),
            ("VL (mV)", "vastus_lateralis"), ("EMG_BF", "biceps_femoris"), ("VL1", "vastus_lateralis"),
        ]
    ],
    ("R_GMAX", "gluteus_maximus", "right"),
    ("RF_R", "rectus_femoris", "right"),
    ("R RF", "rectus_femoris", "right"),
    ("RRF", "rectus_femoris", "right"),
    ("LVL", "vastus_lateralis", "left"),
    ("VLR", "vastus_lateralis", "right"),
    ("LLG", "gastrocnemius_lateralis", "left"),
    ("EMG R_GMAX", "gluteus_maximus", "right"),
    ("ES L3 R", "erector_spinae", "right"),
    ("SOL_L", "soleus", "left"),
    ("GlutMax_Left", "gluteus_maximus", "left"),
    ("rightRectusFemoris", "rectus_femoris", "right"),
    # Dutch and German
    ("Vast. Lat. li", "vastus_lateralis", "left"),
    ("m. gluteus maximus rechts", "gluteus_maximus", "right"),
    ("rechter m. vastus lateralis", "vastus_lateralis", "right"),
    ("linker hamstring", "hamstrings", "left"),
    ("rechte dijspier", "rectus_femoris", None),
    ("grote bilspier links", "gluteus_maximus", "left"),
    ("M. tibialis ant. re", "tibialis_anterior", "right"),
    ("Großer Gesäßmuskel re", "gluteus_maximus", "right"),
    ("GROSSER GESAESSMUSKEL LI", "gluteus_maximus", "left"),
    ("gerader Oberschenkelmuskel links", "rectus_femoris", "left"),
    # Spanish and French
    ("GLÚTEO MAYOR DER", "gluteus_maximus", "right"),
    ("vasto externo izq.", "vastus_lateralis", "left"),
    ("recto femoral d", "rectus_femoris", "right"),
    ("Gemelo interno I", "gastrocnemius_medialis", "left"),
    ("recto anterior derecho", "rectus_femoris", "right"),
    ("recto anterior del abdomen", "rectus_abdominis", None),
    ("droit fémoral G", "rectus_femoris", "left"),
    ("droit fémoral droit", "rectus_femoris", "right"),
    ("grand fessier D", "gluteus_maximus", "right"),
    ("semi-tendineux gauche", "semitendinosus", "left"),
    ("grand droit gauche", "rectus_abdominis", "left"),
    # a letter of another language is no side
    ("VL D", "vastus_lateralis", None),
    ("vastus lateralis G", "vastus_lateralis", None),
    ("vastus lateralis I", "vastus_lateralis", None),
    # both sides are none, and a letter at a number is none
    ("L VL R", "vastus_lateralis", None),
    ("L1: VL", "vastus_lateralis", None),
    # the same muscle twice, and a general word beside the exact one
    ("BF biceps femoris", "biceps_femoris", None),
    ("biceps (BF) R", "biceps_femoris", "right"),
    ("Vastus lateralis after surgery", "vastus_lateralis", None),
]  # fmt: skip

# label, muscles it may mean
DOUBTFUL = [
    ("GM", {"gluteus_maximus", "gluteus_medius", "gastrocnemius_medialis"}),
    ("R_GM", {"gluteus_maximus", "gluteus_medius", "gastrocnemius_medialis"}),
    ("GL", {"gluteus_maximus", "gastrocnemius_lateralis"}),
    ("FL", {"tensor_fasciae_latae", "peroneus_longus"}),
    ("BFL", {"biceps_femoris", "biceps_femoris_long_head"}),
    ("L Rectus", {"rectus_femoris", "rectus_abdominis"}),
    ("R BICEPS", {"biceps_femoris", "biceps_brachii"}),
    ("L Tibialis", {"tibialis_anterior", "tibialis_posterior"}),
    ("LVAS", {"vastus_lateralis", "vastus_medialis", "vastus_intermedius"}),
    ("glúteo", {"gluteus_maximus", "gluteus_medius", "gluteus_minimus"}),
    ("Vast int", {"vastus_intermedius", "vastus_medialis"}),
    # two muscles
    ("VL/VM", {"vastus_lateralis", "vastus_medialis"}),
    ("rectus femoris - biceps femoris", {"rectus_femoris", "biceps_femoris"}),
    # an abbreviation beside a word that is not known
    ("VL artefact", {"vastus_lateralis"}),
    ("la sol station", {"soleus"}),
]

SILENT = [
    "EMG 1", "EMG1.v", "CH1 Raw", "Channel 3", "ACC X", "Flexo-Extension", "Force", "Position", "time", "trigger",
    "Left", "R", "L5", "Knee right", "Sine, slow", "Avanti sensor 1: EMG 1", "Analog 10 00125", "f1x", "LREC", "R F",
    "V L", "", "…", "123", "Retto Addominale: EMG 1", "rest", "status", "AD 1", "IO 2",
]  # fmt: skip


@pytest.mark.parametrize(("label", "muscle", "side"), KNOWN)
def test_labels_of_laboratories(label: str, muscle: str, side: str | None) -> None:
    found = recognise(label)
    assert found is not None
    assert (found.muscle, found.side, found.candidates) == (muscle, side, (muscle,))


@pytest.mark.parametrize(("label", "muscles"), DOUBTFUL)
def test_what_is_doubtful_names_its_candidates(label: str, muscles: set[str]) -> None:
    found = recognise(label)
    assert found is not None
    assert found.muscle is None
    assert set(found.candidates) == muscles


@pytest.mark.parametrize("label", SILENT)
def test_what_names_no_muscle_is_none(label: str) -> None:
    assert recognise(label) is None


def test_a_doubtful_muscle_keeps_its_side() -> None:
    found = recognise("RT BICEPS")
    assert found is not None
    assert found.side == "right"


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("LT BICEPS FEM.", "'BICEPS FEM' stands for biceps femoris (Latin); 'LT' is left"),
        ("RVL", "'RVL' stands for vastus lateralis (abbreviation); the R at it is right"),
        ("droit fémoral G", "'droit fémoral' stands for rectus femoris (French); 'G' is left"),
        ("L VL R", "'VL' stands for vastus lateralis (abbreviation); the label names both sides"),
        ("GL", "'GL' may be gastrocnemius lateralis or gluteus maximus"),
        ("VL/VM", "The label names several muscles: 'VL' is vastus lateralis; 'VM' is vastus medialis"),
        ("VL foo", "'VL' stands for vastus lateralis (abbreviation), but 'foo' beside it is unknown"),
    ],
)
def test_why_names_the_parts_of_the_label(label: str, why: str) -> None:
    found = recognise(label)
    assert found is not None
    assert found.why == why


def outcome(label: str) -> tuple[str | None, str | None, tuple[str, ...]] | None:
    found = recognise(label)
    return None if found is None else (found.muscle, found.side, found.candidates)


LABELS = st.sampled_from([label for label, *_ in KNOWN] + [label for label, _ in DOUBTFUL] + SILENT)


@given(label=LABELS, separator=st.sampled_from("_-./:,()"), form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_case_separators_and_unicode_form_do_not_matter(label: str, separator: str, form: str) -> None:
    expected = outcome(label)
    assert outcome(label.upper()) == expected
    assert outcome(label.lower()) == expected
    assert outcome(label.replace(" ", separator)) == expected
    assert outcome(label.replace("_", separator)) == expected
    assert outcome(f"  {label}{separator}") == expected
    assert outcome(unicodedata.normalize(form, label)) == expected  # type: ignore[arg-type]


FULL = st.sampled_from([(label, muscle) for label, muscle, _ in KNOWN])


@given(first=FULL, second=FULL)
def test_two_muscles_are_none(first: tuple[str, str], second: tuple[str, str]) -> None:
    found = recognise(f"{first[0]} / {second[0]}")
    assert found is not None
    assert found.muscle is None or first[1] == second[1]


@given(label=st.text(max_size=60))
def test_any_text_gets_an_answer(label: str) -> None:
    found = recognise(label)
    assert found is None or isinstance(found, Recognised)
    assert found is None or found.muscle in (None, *found.candidates)
