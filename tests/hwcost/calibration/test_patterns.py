"""Names that stand for several backends."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwcost.calibration.patterns import BackendPattern, as_pattern, matches_of
from hwcost.calibration.sources.ibm_fake import list_fake_backends
from hwcost.core.errors import CalibrationError, HwcostError, UnknownBackendError
from places import ROOT


def names(text: str) -> list[str]:
    pattern = as_pattern(text)
    assert pattern is not None
    return [match.name for match in matches_of(pattern)]


@pytest.mark.parametrize("text", ["all", " ALL ", "fake_*", "*", "Fake*", "FAKE_?*"])
def test_all_that_is_there_offline(text: str) -> None:
    assert names(text) == list(list_fake_backends())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fake_torin?", ["fake_torino"]),
        ("torin*", ["fake_torino"]),
        ("*sherbrook*", ["fake_sherbrooke"]),
        ("FakeManil*", ["fake_manila"]),
        ("fake_[bl]elem", ["fake_belem"]),
    ],
)
def test_some_of_them(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("given", ["fake_torino", "torino", "ibm_torino", "a/b.json", 5, None, Path("*.json"), "tall"])
def test_what_is_no_pattern(given: object) -> None:
    assert as_pattern(given) is None


def test_a_match_reads_its_calibration() -> None:
    (match,) = matches_of(BackendPattern("fake_manil*"))
    assert match.read().num_qubits == 5


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fake_torimo*", "did you mean 'fake_torino'"),
        ("TORIMO*", "did you mean 'fake_torino'"),
        ("zzz*", "`hwcost backends` lists all"),
        ("x\n\x1b[2J*", "no fake backend fits"),
        ("*" + "y" * 5000, "no fake backend fits"),
        ("[", "no fake backend fits"),
        ("nowhere/*.json", "no file fits"),
        ("x/*\0.csv", "no file fits"),
    ],
)
def test_what_fits_nothing_is_one_line(text: str, says: str) -> None:
    with pytest.raises(UnknownBackendError) as caught:
        names(text)
    message = str(caught.value)
    assert says in message
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 300


def test_files(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c.txt"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    matches = matches_of(BackendPattern(f"{tmp_path}/*.json"))
    assert [Path(match.name).name for match in matches] == ["a.json", "b.json"]
    with pytest.raises(CalibrationError, match="neither a snapshot nor"):
        matches[0].read()


def test_a_file_whose_name_has_a_bracket_is_that_file(tmp_path: Path) -> None:
    file = tmp_path / "day[1].json"
    file.write_text("{}", encoding="utf-8")
    assert as_pattern(str(file)) is None


def test_what_asks_ibm() -> None:
    asks = [text for text in ("ibm_*", " IBM*", "all", "fake_*", "*", "ibm_x/*.json") if BackendPattern(text).is_live]
    assert asks == ["ibm_*", " IBM*"]


def test_calibrations_of_the_repository_are_found_as_files() -> None:
    found = sorted((ROOT / "calibrations").rglob("*.json"))
    assert found
    assert names(f"{found[0].parent}/*.json")
    with pytest.raises(HwcostError):
        names(f"{found[0].parent}/*.none.json")
