"""Genes and genomes: drawing, checking, reading and writing them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.core.errors import SpaceError
from nas.spaces.build import architecture
from nas.spaces.load import list_spaces, load_space
from nas.spaces.record import Gene, SearchSpace, format_genome, parse_genome

FAQNAS = load_space("faqnas")
RATES = SearchSpace(
    name="rates",
    description="",
    genes=(
        Gene(name="qubits", choices=(2, 3)),
        Gene(name="reupload", choices=(False, True)),
        Gene(name="learning_rate", choices=(0.001, 0.01)),
        Gene(name="layers", choices=(2,)),
    ),
)


def test_faqnas_has_exactly_the_published_number_of_genomes():
    assert FAQNAS.num_genomes == 23_328 == 9 * 2 * 2 * 2 * 4 * 3**4
    genomes = {tuple(one.items()) for one in FAQNAS.genomes()}
    assert len(genomes) == 23_328


def test_numbers_of_genomes_are_exact_however_large():
    genes = tuple(Gene(name=f"rotation_{i}", choices=("rx", "ry", "rz")) for i in range(1, 65))
    assert SearchSpace(name="large", description="", genes=genes).num_genomes == 3**64


def test_random_genomes_are_uniform_and_repeat():
    one, two = (FAQNAS.random_genome(np.random.default_rng(5)) for _ in range(2))
    assert one == two
    rng = np.random.default_rng(0)
    drawn = [FAQNAS.random_genome(rng) for _ in range(9_000)]
    for gene in FAQNAS.genes:
        counts = [sum(1 for genome in drawn if genome[gene.name] == choice) for choice in gene.choices]
        expected = 9_000 / len(gene.choices)
        # Chi squared with at most 8 degrees of freedom exceeds 30 once in 5,000.
        assert sum((count - expected) ** 2 / expected for count in counts) < 30


@given(st.integers(0, 2**32))
def test_genomes_survive_text_and_json(seed):
    for name in list_spaces():
        space = load_space(name)
        one = space.random_genome(np.random.default_rng(seed))
        assert parse_genome(space, format_genome(one)) == one
        assert parse_genome(space, json.dumps(one)) == one


def test_numbers_and_truth_values_may_be_written_in_any_way():
    expected = {"qubits": 3, "reupload": True, "learning_rate": 0.001, "layers": 2}
    for text in (
        "qubits=3,reupload=true,learning_rate=0.001,layers=2",
        " reupload = True, learning_rate=1e-3 , qubits=3.0,",
        '{"qubits": 3.0, "reupload": true, "learning_rate": 1e-3}',
    ):
        found = parse_genome(RATES, text)
        assert found == expected
        assert [type(value) for value in found.values()] == [int, bool, float, int]


def test_a_genome_comes_from_a_file_of_json(tmp_path):
    path = tmp_path / "genome.json"
    one = FAQNAS.random_genome(np.random.default_rng(1))
    path.write_text(json.dumps(one))
    assert parse_genome(FAQNAS, str(path)) == one
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(one).encode())  # as some editors save
    assert parse_genome(FAQNAS, str(path)) == one


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("qubits=11", "the genome has no embedding; choose from angle-x, amplitude"),
        ("qubit=3", "has no gene 'qubit'; did you mean 'qubits'"),
        ("qubits", "'qubits' in the genome is not of the form gene=value"),
        ("qubits=3,qubits=3", "'qubits' twice"),
        ("qubits=3", "choose from angle-x, amplitude .* also missing: layers, entangler, topology, rotation_1"),
        ("", "the genome has no qubits"),
        ("{", "not JSON"),
        ('{"qubits": 3, "qubits": 4}', "'qubits' twice"),
        ('{"qubits": ' + "9" * 5_000 + "}", "not JSON"),
        ("{" * 100_000, "not JSON"),
        ('["qubits"]', "not of the form gene=value"),
        ("nowhere.json", "nowhere.json: no such file"),
        ("\0.json", "null"),
        ("\x1b[31mred", "x1b"),
    ],
)
def test_wrong_genomes(text, words):
    with pytest.raises(SpaceError, match=words) as caught:
        parse_genome(FAQNAS, text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "not text"),
        (b"[1]", "the genome is \\[1\\]; it must give a choice for each gene"),
        (b"null", "the genome is None"),
        (b'{"qubits": 99}', "the genome has no embedding"),
        (b" " * 1_000_001, "larger than 976 KiB"),
        (b"[" * 200_000, "not JSON"),
    ],
)
def test_wrong_files(content, words, tmp_path):
    path = tmp_path / "genome.json"
    path.write_bytes(content)
    with pytest.raises(SpaceError, match=words) as caught:
        parse_genome(FAQNAS, str(path))
    assert str(caught.value).startswith(str(path))


def test_a_folder_is_no_genome(tmp_path):
    folder = tmp_path / "folder.json"
    folder.mkdir()
    with pytest.raises(SpaceError, match="folder.json: is a directory"):
        parse_genome(FAQNAS, str(folder))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"qubits": 11}, "qubits is 11; choose from 2, 3"),
        ({"qubits": "3"}, "qubits is '3'"),
        ({"qubits": True}, "qubits is True"),
        ({"qubits": None}, "qubits is None"),
        ({"qubits": [3]}, "qubits is \\[3\\]"),
        ({"qubits": np.array([3, 4])}, "qubits is array"),
        ({"rotation_1": "x" * 100_000}, "rotation_1 is 'xxx"),
        ({5: 3}, "has no gene 5"),
    ],
)
def test_values_that_are_no_choice(change, words):
    genome = next(FAQNAS.genomes())
    with pytest.raises(SpaceError, match=words) as caught:
        architecture(FAQNAS, {**genome, **change})
    assert len(str(caught.value)) < 500


def test_numbers_of_numpy_are_numbers():
    genome = {"qubits": np.int64(3), "reupload": np.bool_(True), "learning_rate": np.float64(0.01)}
    assert RATES.check(genome) == {"qubits": 3, "reupload": True, "learning_rate": 0.01, "layers": 2}


def test_a_genome_that_is_none():
    for thing in (None, 5, "qubits=3", [("qubits", 3)]):
        with pytest.raises(SpaceError, match="it must give a choice for each gene by name"):
            FAQNAS.check(thing)
