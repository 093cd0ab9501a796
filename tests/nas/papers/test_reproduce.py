"""The whole command, small: what is written, that it is resumed, and that verdicts follow from the figures."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from hwcost import OptionError
from hwcost.core.own_files import kind_of
from nas import SettingError
from nas.cli import main
from nas.papers.record import Reproduction
from nas.papers.reproduce import reproduce
from nas.runs.run import open_run


def check_claims(reproduction: Reproduction) -> None:
    names = [(claim.dataset, claim.name) for claim in reproduction.claims]
    assert len(set(names)) == len(names)
    for claim in reproduction.claims:
        assert len(claim.values) == reproduction.num_seeds
        known = [value for value in claim.values if value is not None]
        assert (claim.interval is None) == (len(known) < 2), claim.name
        if claim.interval is None:
            assert claim.verdict == "cannot be told"
        else:
            assert claim.interval.low <= claim.interval.value <= claim.interval.high


def test_tables_and_figures_are_written(faqnas):
    check_claims(faqnas)
    names = {"saturation", "quantum-drives", "total-follows-quantum", "accuracy-plateau", "search-pays"}
    assert {claim.name for claim in faqnas.claims} == names
    files = {path.name: path.read_bytes() for path in faqnas.folder.iterdir() if path.is_file()}
    assert set(files) == {"claims.json", "claims.html", "claims.txt", "iris-flops.png", "iris-flops.svg"}
    assert {kind_of(content) for content in files.values()} == {"report", "picture"}
    assert json.loads(files["claims.json"]) == json.loads(faqnas.to_json())


def test_what_was_searched_is_not_searched_again(faqnas):
    before = {path: path.stat().st_mtime_ns for path in faqnas.folder.rglob("evaluations.sqlite3")}
    assert len(before) == 4
    done = []
    again = reproduce(
        "faqnas",
        faqnas.folder,
        datasets=("iris",),
        num_seeds=2,
        quick=True,
        progress=lambda *state: done.append(state),
    )
    assert again.to_dict() == faqnas.to_dict()
    assert done[-1] == (4, 4)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_command_prints_the_same_table(faqnas, capsys):
    words = ["reproduce", "faqnas", "--quick", "--num-seeds", "2", "--dataset", "iris", "-o", str(faqnas.folder), "-q"]
    assert main([*words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(faqnas.to_json())
    assert main([*words, "--format", "csv"]) == 0
    assert capsys.readouterr().out == faqnas.to_csv()
    assert main(["reproduce", "faqnas", "--num-seeds", "1", "-o", str(faqnas.folder), "-q"]) == 2
    assert "num_seeds" in capsys.readouterr().err


def test_each_seed_has_another_division_of_the_data(faqnas):
    splits = {open_run(path.parent).context.dataset.split_sha256 for path in faqnas.folder.rglob("evaluations.sqlite3")}
    assert len(splits) == 2


def test_files_of_somebody_else_stay(tmp_path):
    (tmp_path / "claims.html").write_text("mine")
    with pytest.raises(OptionError, match=r"claims\.html"):
        reproduce("faqnas", tmp_path, datasets=("iris",), num_seeds=2, quick=True)
    assert [path.name for path in tmp_path.iterdir()] == ["claims.html"]


def test_what_is_asked_for_is_checked_before_any_work(tmp_path):
    with pytest.raises(SettingError, match="paper"):
        reproduce("nobody", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_qnas(tmp_path):
    pytest.importorskip("qiskit_addon_cutting")
    found = reproduce("qnas", tmp_path, datasets=("iris",), num_seeds=2, quick=True)
    check_claims(found)
    assert {path.name for path in tmp_path.glob("*.svg")} == {"iris-trade-offs.svg", "iris-alleles.svg"}
    assert {"genes-that-matter", "best-embedding", "sparse-cnots"} <= {claim.name for claim in found.claims}


def test_hyb_hanas(tmp_path):
    found = reproduce("hyb-hanas", tmp_path, datasets=("iris",), num_seeds=2, quick=True)
    check_claims(found)
    verdicts = {claim.name: claim.verdict for claim in found.claims}
    assert verdicts["both-halves-step"] == "not reproduced"
    assert verdicts["both-halves-simulated"] == "reproduced"
    assert {path.name for path in tmp_path.glob("*.svg")} == {"proxies.svg", "halves.svg", "iris-front.svg"}
