"""`nas space`, called in-process: what goes to stdout and to stderr."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from nas.cli import main
from nas.spaces.genes import word_of
from nas.spaces.load import list_spaces, load_space
from nas.spaces.record import parse_genome


def run(capsys, *arguments):
    code = main(["space", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_faqnas_is_shown_with_genes_and_counts(capsys):
    code, out, err = run(capsys, "faqnas")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("faqnas: FAQNAS (arXiv 2511.10062)")
    assert "  qubits               2, 3, 4, 5, 6, 7, 8, 9, 10" in lines
    assert "  rotation_4           rx, ry, rz" in lines
    assert lines[-4:] == [
        "23,328 genomes",
        "8,640 distinct architectures",
        "8,640 distinct circuits",
        "3,816 circuits with dead weights (44.2%)",
    ]
    assert run(capsys, "faqnas") == (code, out, err)


def test_the_same_as_json(capsys):
    code, out, err = run(capsys, "faqnas", "--format", "json", "--random", 3, "--seed", 5)
    assert (code, err) == (0, "")
    plain = json.loads(out)
    assert list(plain["genes"].items())[:2] == [
        ("qubits", [2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("embedding", ["angle-x", "amplitude"]),
    ]
    counts = ["num_genomes", "num_active_genomes", "num_architectures", "num_circuits", "num_with_dead_weights"]
    assert [plain[name] for name in counts] == [23_328, 8_640, 8_640, 8_640, 3_816]
    assert (plain["schema"], plain["dead_weights_sample"]) == ("nas.space/1", None)
    space = load_space("faqnas")
    assert [space.check(genome) for genome in plain["random"]] == plain["random"]
    # The same seed gives the same genomes as text, which can be given back.
    texts = run(capsys, "faqnas", "--random", 3, "--seed", 5)[1].splitlines()[-3:]
    assert [parse_genome(space, text) for text in texts] == plain["random"]
    assert run(capsys, "faqnas", "--random", 3, "--seed", 6)[1].splitlines()[-3:] != texts


def test_a_space_that_is_too_large_says_so(capsys, tmp_path):
    path = tmp_path / "large.toml"
    genes = ["qubits = [4]", "layers = [64]", 'entangler = ["cx", "cz"]']
    genes += [f'rotation_{layer} = ["rx", "ry"]' for layer in range(1, 65)]
    path.write_text("\n".join(["[genes]", *genes]))
    code, out, err = run(capsys, path)
    assert (code, err) == (0, "")
    assert out.splitlines()[-3:] == [
        f"{2**65:,} genomes",
        f"distinct architectures: too many to be counted, at most {2**65:,}",
        "dead weights in the circuits of 0 of 1,000 random genomes",
    ]
    plain = json.loads(run(capsys, path, "--format", "json")[1])
    assert (plain["num_genomes"], plain["num_architectures"]) == (2**65, None)
    assert plain["dead_weights_sample"] == {"num_genomes": 1000, "num_with_dead_weights": 0}


def test_qnas_counts_architectures_and_samples_dead_weights(capsys):
    out = run(capsys, "qnas")[1]
    assert "4,078,432 distinct architectures\n1,019,608 distinct circuits\n" in out
    assert "dead weights in the circuits of 1,000 of 1,000 random genomes" in out


def test_without_a_name_all_presets_are_listed(capsys):
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["faqnas", "23,328"],
        ["hyb-hanas", "4,353,564,672"],
        ["hyb-hanas-inference", "1,934,917,632"],
        ["qnas", "71,680,000"],
    ]
    assert [one["name"] for one in json.loads(run(capsys, "--format", "json")[1])] == list(list_spaces())


def test_the_genes_that_a_space_may_have_are_listed(capsys):
    code, out, _ = run(capsys, "--genes")
    assert code == 0
    names = [line.split()[0] for line in out.splitlines()]
    assert len(names) == len(set(names)) > 15
    assert all(word_of(name) for name in names)
    assert "reupload             embed the data again before each layer: false, true [default: false]" in out
    plain = json.loads(run(capsys, "--genes", "--format", "json")[1])
    assert list(plain) == names
    assert plain["qubits"] == {"meaning": "qubits of the circuit", "values": [1, 24], "default": None}


def test_every_answer_is_a_table_too(capsys):
    def rows(*arguments):
        return list(csv.DictReader(io.StringIO(run(capsys, *arguments, "--format", "csv")[1])))

    assert [row["num_genomes"] for row in rows()] == ["23328", "4353564672", "1934917632", "71680000"]
    genes = {row["name"]: row for row in rows("--genes")}
    assert (genes["qubits"]["values"], genes["reupload"]["default"]) == ("1 24", "False")
    (row,) = rows("faqnas")
    assert (row["genes.embedding"], row["num_architectures"]) == ("angle-x; amplitude", "8640")
    drawn = rows("faqnas", "--random", 3, "--seed", 5)
    assert [row["genome"] for row in drawn] == run(capsys, "faqnas", "--random", 3, "--seed", 5)[1].splitlines()[-3:]


def test_every_answer_is_a_page_too(capsys):
    for arguments, words in (([], "hyb-hanas"), (["--genes"], "reupload"), (["faqnas"], "23,328 genomes")):
        page = run(capsys, *arguments, "--format", "html")[1]
        assert page.startswith("<!DOCTYPE html>")
        assert words in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["faqnaz"],
            "there is no search space 'faqnaz'; there are faqnas, hyb-hanas, hyb-hanas-inference, qnas, or a .toml",
        ),
        (["nowhere/none.toml"], "nowhere/none.toml: no such file"),
        (["."], "there is no search space '.'"),
        (["/"], "/: is a directory"),
        (["faqnas", "--random", "-1"], "--random is -1"),
        (["faqnas", "--random", "1000000000"], "--random is 1000000000"),
        (["faqnas", "--seed", "-1"], "--seed -1"),
        (["faqnas", "--seed", "x"], "'x' is not a valid integer"),
        (["faqnas", "--format", "yaml"], "'yaml' is not one of"),
        (["faqnas", "qnas"], "unexpected extra argument"),
        (["\x1b[31mred"], "\\x1b[31mred"),
    ],
)
def test_mistakes_end_in_one_line(capsys, arguments, words):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("nas: ")
    assert err.count("\n") == 1
    assert words in err


def test_hostile_files_end_in_one_line(capsys, tmp_path):
    path = tmp_path / "space.toml"
    for content in (b"", b"\xff\xfe", b"\x00" * 100, b"a = " + b"[" * 100_000, b"[genes]\nqubits = [" + b"9" * 5_000):
        path.write_bytes(content)
        code, out, err = run(capsys, path)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"nas: {path}: ")


def test_help_and_the_command_import_nothing_heavy():
    program = (
        "import sys; from nas.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'torch', 'qiskit', 'pennylane', 'scipy', 'rich', 'sklearn'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    for arguments in (["--help"], ["space", "--help"], ["space", "faqnas"]):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
        assert done.stderr.strip() == "[]"
        assert done.stdout
