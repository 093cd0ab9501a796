"""Search spaces: sizes by hand, files that are wrong, genomes, and what counts as one network."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.cli import main
from nas.errors import SpaceError
from nas.search_space import format_genome, parse_genome
from nas.spaces import count_architectures, distinct_circuits, list_spaces, load_space, space_from_dict
from nas.vocabulary import Reader, architecture

FAQNAS = load_space("faqnas")


def test_faqnas_has_exactly_the_published_number_of_genomes():
    assert FAQNAS.num_genomes == 23_328 == 9 * 2 * 2 * 2 * 4 * 3**4
    assert len(list(FAQNAS.genomes())) == 23_328


def test_inactive_layers_leave_8640_architectures():
    # 72 choices without layers, times 3 + 9 + 27 + 81 sequences of rotations.
    size = count_architectures(FAQNAS)
    assert size.num_architectures == size.num_circuits == 72 * (3 + 9 + 27 + 81) == 8_640
    # The last rotation is an RZ in a third of them: dead.
    assert size.num_with_dead_weights == 2_880


def test_distinct_circuits_are_those_of_all_genomes():
    space = space_from_dict(
        {
            "genes": {
                "qubits": [1, 2, 3],
                "embedding": ["angle-y", "amplitude"],
                "reupload": [False, True],
                "layers": [1, 2],
                "rotation_1": ["rx", "ry-rz"],
                "rotation_2": ["rz"],
                "entangler": ["cx", "cz", "none"],
                "topology": ["linear", "circular", "ranged"],
                "range_1": [1, 2],
                "mode": ["all", "odd"],
                "measurement": ["z-each", "z-first", "zz-neighbours"],
                "hidden_after": [0, 1],
                "width_after_1": [4, 8],
            }
        }
    )
    reader = Reader(space)
    everything = {reader.architecture(genome) for genome in space.genomes()}
    size = count_architectures(space)
    assert size.num_architectures == len(everything)
    circuits = distinct_circuits(space)
    assert len(circuits) == len(set(circuits)) == size.num_circuits


def test_layers_that_are_independent_are_counted_as_products(monkeypatch):
    from nas import spaces

    space = space_from_dict(
        {
            "genes": {
                "qubits": [1, 2, 4],
                "embedding": ["angle-y", "amplitude"],
                "reupload": [False, True],
                "layers": [1, 2, 3],
                "topology": ["ranged"],
                "range_1": [1, 2, 3, 5],
                "range_2": [1, 3],
                "mode_1": ["all", "none"],
                "mode_3": ["odd", "even"],
            }
        }
    )
    written_out = count_architectures(space).num_architectures
    monkeypatch.setattr(spaces, "MAX_ENUMERATED", 50)
    assert spaces.distinct_circuits(space) is None
    assert count_architectures(space).num_architectures == written_out


def test_qnas_is_counted_although_it_is_not_written_out():
    size = count_architectures(load_space("qnas"))
    assert size.num_genomes == 4 * 7 * 4 * 20**4 * 4
    assert size.num_architectures < size.num_genomes
    assert size.num_with_dead_weights is None


def test_hyb_hanas_multiplies_the_circuits_by_the_classical_halves():
    # None, one or two hidden layers of 4 widths and 3 activations on each side: (1 + 12 + 144)^2.
    size = count_architectures(load_space("hyb-hanas"))
    assert size.num_architectures == 8_640 * (1 + 12 + 144) ** 2
    assert size.num_genomes == 23_328 * (3 * 144) ** 2


def genome(**changes):
    base = {"qubits": 3, "embedding": "angle-x", "layers": 1, "entangler": "cx", "topology": "linear"}
    return base | {f"rotation_{layer}": "ry" for layer in range(1, 5)} | changes


def test_what_is_one_network_and_what_is_not():
    same = [
        (genome(rotation_2="rx"), genome(rotation_2="rz")),  # inactive
        (
            genome(qubits=2, entangler="cz", topology="circular"),
            genome(qubits=2, entangler="cz", topology="circular", layers=1),
        ),
    ]
    for one, two in same:
        assert architecture(FAQNAS, one) == architecture(FAQNAS, two)
    ring = architecture(FAQNAS, genome(qubits=2, entangler="cz", topology="circular"))
    assert ring.layers[0].gate is None  # two CZ on one pair cancel
    ring = architecture(FAQNAS, genome(qubits=2, topology="circular"))
    assert ring.layers[0].pairs == ((0, 1), (1, 0))  # two CNOTs in both directions do not
    assert architecture(FAQNAS, genome()) != architecture(FAQNAS, genome(layers=2))
    assert architecture(FAQNAS, genome(topology="circular")).layers[0].pairs == ((0, 1), (1, 2), (2, 0))


def test_modes_and_ranges_are_qnas():
    space = space_from_dict(
        {"genes": {"qubits": [5], "topology": ["ranged"], "range": [2, 9], "mode": ["all", "odd", "even", "none"]}}
    )

    def pairs(**changes):
        return architecture(space, {"range": 2, "mode": "all"} | changes).layers[0].pairs

    assert pairs() == ((0, 2), (1, 3), (2, 4), (3, 0), (4, 1))
    assert pairs(mode="odd") == ((0, 2), (2, 4), (4, 1))
    assert pairs(mode="even") == ((1, 3), (3, 0))
    assert pairs(mode="none") == ()
    assert pairs(range=9) == ((0, 4), (1, 0), (2, 1), (3, 2), (4, 3))


@given(st.integers(0, 2**32))
def test_genomes_survive_text_and_json(seed):
    for name in list_spaces():
        space = load_space(name)
        one = space.random_genome(np.random.default_rng(seed))
        assert parse_genome(space, format_genome(one)) == one
        assert parse_genome(space, json.dumps(one)) == one


def test_random_genomes_are_uniform_and_repeat():
    first = [FAQNAS.random_genome(np.random.default_rng(5)) for _ in range(2)]
    assert first[0] == first[1]
    rng = np.random.default_rng(0)
    counts = np.bincount([FAQNAS.random_genome(rng)["qubits"] for _ in range(9_000)])[2:]
    assert counts.min() > 850
    assert counts.max() < 1_150


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("qubits=11", "qubits is '11'; choose from 2, 3"),
        ("qubit=3", "has no gene 'qubit'; did you mean 'qubits'"),
        ("qubits", "not of the form gene=value"),
        ("qubits=3,qubits=3", "'qubits' twice"),
        ("qubits=3", "the genome has no embedding; choose from angle-x, amplitude"),
        ("{", "no JSON"),
        ("nowhere.json", "No such file"),
    ],
)
def test_wrong_genomes(text, words):
    with pytest.raises(SpaceError, match=words) as caught:
        parse_genome(FAQNAS, text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no table"),
        ("genes = 5", "no table"),
        ("[genes]\nlayers = [1]", "no gene 'qubits'"),
        ("[genes]\nqubit = [1]", "no gene 'qubit'; did you mean 'qubits'"),
        ("qubits = [1]", "unknown key 'qubits'; genes belong into the table"),
        ("color = 1\n[genes]\nqubits = [1]", "unknown key 'color'; known are name, description, genes"),
        ("name = 5\n[genes]\nqubits = [1]", "name is 5; it must be text"),
        ("[genes]\nqubits = []", "give a list with at least one"),
        ("[genes]\nqubits = 3", "give a list with at least one"),
        ("[genes]\nqubits = [3, 3]", "the choice 3 stands twice"),
        ("[genes]\nqubits = [0]", "0 is no choice; it may be whole numbers from 1 to 24"),
        ("[genes]\nqubits = [2.5]", "2.5 is no choice"),
        ("[genes]\nqubits = [true]", "True is no choice"),
        ("[genes]\nqubits = [3]\nembedding = ['angle']", "'angle' is no choice; it may be angle-x, angle-y"),
        ("[genes]\nqubits = [3]\nreupload = [1]", "1 is no choice; it may be false, true"),
        (
            "[genes]\nqubits = [3]\nlayers = [2]\nrotation_3 = ['rx']",
            "rotation_3 has no effect: there are at most 2 layers",
        ),
        ("[genes]\nqubits = [3]\nwidth_before_1 = [4]", "width_before_1 has no effect"),
        ("[genes]\nqubits = [2]\nrotation_1_1 = ['rx']", "rotation_1_2 is missing"),
        ("[genes", "no TOML"),
        ("x" * 1_000_001, "more than 1,000,000 bytes"),
    ],
)
def test_wrong_files(content, words, tmp_path):
    path = tmp_path / "space.toml"
    path.write_text(content)
    with pytest.raises(SpaceError, match=words) as caught:
        load_space(path)
    assert "\n" not in str(caught.value)
    assert "space.toml" in str(caught.value)


def test_hostile_files(tmp_path):
    path = tmp_path / "space.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SpaceError, match="no TOML"):
        load_space(path)
    path.write_text("a = " + "[" * 5_000)
    with pytest.raises(SpaceError, match="no TOML"):
        load_space(path)
    with pytest.raises(SpaceError, match="no search space 'faqnaz'; there are faqnas, hyb-hanas, qnas"):
        load_space("faqnaz")
    with pytest.raises(SpaceError, match="No such file"):
        load_space(tmp_path / "none.toml")


def test_rotations_per_qubit():
    space = space_from_dict(
        {"genes": {"qubits": [2], "rotation_1_1": ["rx", "rz"], "rotation_1_2": ["ry"], "entangler": ["none"]}}
    )
    found = {architecture(space, one).layers[0].columns for one in space.genomes()}
    assert found == {(("x", "y"),), (("z", "y"),)}


def test_the_command_prints_what_was_counted(capsys, tmp_path):
    assert main(["space", "faqnas"]) == 0
    out = capsys.readouterr().out
    assert (
        "23,328 genomes\n8,640 distinct architectures\n8,640 distinct circuits, 2,880 of them with dead weights" in out
    )
    assert main(["space", "faqnas", "--format", "json", "--random", "2"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["num_genomes"], plain["num_architectures"], len(plain["random"])) == (23_328, 8_640, 2)
    assert main(["space"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in list_spaces())
    assert main(["space", "--genes"]) == 0
    assert "rotation_1" in capsys.readouterr().out
    assert main(["space", "nothing"]) == 2
    assert main(["space", "faqnas", "--random", "-1"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 2
    assert captured.err.startswith("nas: ")


def test_all_choices_of_all_words_build_an_architecture():
    genes = {"qubits": [3], "layers": [2], "hidden_before": [1], "amplitudes": ["full"], "learning_rate": [0.1]}
    options = {"embedding": ["angle-x", "angle-y", "angle-z", "amplitude"], "measurement": ["z-each", "zz-neighbours"]}
    space = space_from_dict({"genes": genes | options | {"activation_before_1": ["none", "relu", "tanh"]}})
    for one in itertools.islice(space.genomes(), 100):
        built = architecture(space, one)
        assert built.num_encoded == (8 if one["embedding"] == "amplitude" else 3)
        assert built.learning_rate == 0.1
        assert built.num_outputs == (3 if one["measurement"] == "z-each" else 2)
