"""Search spaces from names and files; files that are wrong."""

from __future__ import annotations

import pytest

from nas.core.errors import SpaceError
from nas.spaces.load import list_spaces, load_space, space_from_dict

FAQNAS_GENES = {
    "qubits": (2, 3, 4, 5, 6, 7, 8, 9, 10),
    "embedding": ("angle-x", "amplitude"),
    "layers": (1, 2, 3, 4),
    "entangler": ("cx", "cz"),
    "topology": ("linear", "circular"),
    **{f"rotation_{layer}": ("rx", "ry", "rz") for layer in (1, 2, 3, 4)},
}


def choices(name):
    return {gene.name: gene.choices for gene in load_space(name).genes}


def test_the_presets_have_the_published_genes():
    assert list_spaces() == ("faqnas", "hyb-hanas", "hyb-hanas-inference", "qnas")
    assert choices("faqnas") == FAQNAS_GENES
    hybrid = choices("hyb-hanas")
    assert {name: hybrid[name] for name in FAQNAS_GENES} == FAQNAS_GENES
    for side in ("before", "after"):
        assert hybrid.pop(f"hidden_{side}") == (0, 1, 2)
        for number in (1, 2):
            assert hybrid.pop(f"width_{side}_{number}") == (8, 16, 32, 64)
            assert hybrid.pop(f"activation_{side}_{number}") == ("none", "relu", "tanh")
    assert hybrid == FAQNAS_GENES
    qnas = choices("qnas")
    assert qnas["embedding"] == ("angle-x", "angle-y", "angle-z", "amplitude")
    assert (qnas["qubits"], qnas["layers"]) == (tuple(range(2, 9)), (1, 2, 3, 4))
    assert all(qnas[f"range_{layer}"] == (1, 2, 3, 4, 5) for layer in (1, 2, 3, 4))
    assert all(qnas[f"mode_{layer}"] == ("all", "odd", "even", "none") for layer in (1, 2, 3, 4))
    assert (min(qnas["learning_rate"]), max(qnas["learning_rate"])) == (1e-3, 1e-2)


def test_a_file_is_read_like_a_preset(tmp_path, monkeypatch):
    path = tmp_path / "small.toml"
    path.write_text('description = "two"\n[genes]\nqubits = [2, 3]\nlearning_rate = [1, 0.5]\nreupload = [true]\n')
    space = load_space(path)
    assert (space.name, space.description) == ("small", "two")
    assert [(gene.name, gene.choices) for gene in space.genes] == [
        ("qubits", (2, 3)),
        ("learning_rate", (1.0, 0.5)),
        ("reupload", (True,)),
    ]
    assert type(space.genes[1].choices[0]) is float
    monkeypatch.chdir(tmp_path)
    assert load_space("small.toml") == load_space("./small.toml") == load_space(str(path))
    # A file whose name is that of a preset does not take its place.
    (tmp_path / "faqnas").write_text("nothing")
    assert load_space("faqnas").num_genomes == 23_328


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no table"),
        ("genes = 5", "no table"),
        ("[genes]", "no table"),
        ("[[genes]]\nqubits = [3]", "no table"),
        ("[genes]\nlayers = [1]", "no gene 'qubits'"),
        ("[genes]\nqubit = [1]", "no gene 'qubit'; did you mean 'qubits'"),
        ("[genes]\nqubits = [1]\nrotation = ['ry']\nxyz = [1]", "no gene 'xyz'; known are qubits, layers"),
        ("[genes]\nqubits = [1]\nrotation_0 = ['ry']", "no gene 'rotation_0'; did you mean 'rotation_1'"),
        ('[genes]\nqubits = [1]\n"rotation_1٣" = ["ry"]', "no gene 'rotation_1٣'"),
        ("qubits = [1]", "unknown key 'qubits'; genes belong into the table"),
        ("color = 1\n[genes]\nqubits = [1]", "unknown key 'color'; known are name, description, genes"),
        ("name = 5\n[genes]\nqubits = [1]", "name is 5; it must be text"),
        ("[genes]\nqubits = []", "give a list with at least one"),
        ("[genes]\nqubits = 3", "its choices are 3; give a list with at least one"),
        ("[genes]\nqubits = [3, 3]", "the choice 3 stands twice"),
        ("[genes]\nqubits = [3]\nlearning_rate = [1, 1.0]", "the choice 1.0 stands twice"),
        ("[genes]\nqubits = [0]", "0 is not a choice; it may be whole numbers from 1 to 24"),
        ("[genes]\nqubits = [25]", "25 is not a choice; it may be whole numbers from 1 to 24"),
        ("[genes]\nqubits = [2.5]", "2.5 is not a choice"),
        ("[genes]\nqubits = [true]", "True is not a choice"),
        ("[genes]\nqubits = [[3]]", "\\[3\\] is not a choice"),
        ("[genes]\nqubits = [2024-01-01]", "is not a choice"),
        ("[genes]\nqubits = [3]\nembedding = ['angle']", "'angle' is not a choice; it may be angle-x, angle-y"),
        ("[genes]\nqubits = [3]\nreupload = [1]", "1 is not a choice; it may be false, true"),
        ("[genes]\nqubits = [3]\nlearning_rate = [nan]", "nan is not a choice; it may be numbers from 1e-07 to 10"),
        ("[genes]\nqubits = [3]\nlearning_rate = [-inf]", "-inf is not a choice"),
        ("[genes]\nqubits = [3]\nlearning_rate = [0]", "0 is not a choice"),
        (f"[genes]\nqubits = [{'9' * 5_000}]", "no TOML"),
        (f"[genes]\nqubits = [{'9' * 4_000}]", "is not a choice"),
        (f"[genes]\nqubits = [2]\nrotation_{'9' * 5_000} = ['rx']", "no gene 'rotation_999"),
        (f"[genes]\nqubits = [2]\nembedding = ['{'x' * 100_000}']", "'xxx"),
        (f"[genes]\nqubits = [2]\nwidth_after_1 = {list(range(1, 10_002))}", "10,001 choices; at most 10,000"),
        ("[genes", "no TOML"),
        ("[genes]\nqubits = [3]\nqubits = [4]", "no TOML"),
        ("x" * 1_000_001, "larger than 976 KiB"),
    ],
)
def test_wrong_files(content, words, tmp_path):
    path = tmp_path / "space.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SpaceError, match=words) as caught:
        load_space(path)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 900


@pytest.mark.parametrize(
    ("genes", "words"),
    [
        (
            {"layers": [2], "rotation_3": ["rx"], "rotation": ["rx"]},
            "rotation_3 has no effect: there are at most 2 lay",
        ),
        ({"width_before_1": [4]}, "width_before_1 has no effect: there are at most 0 hidden layers before"),
        ({"hidden_after": [0, 1], "activation_after_2": ["relu"]}, "activation_after_2 has no effect"),
        ({"rotation_1_1": ["rx"]}, "none for qubit 2 of 3: rotation_1_2 is missing"),
        ({f"rotation_1_{qubit}": ["rx"] for qubit in range(1, 5)}, "rotation_1_4 has no effect: there are at most 3 q"),
        ({"rotation_1": ["rx"]} | {f"rotation_1_{q}": ["rx"] for q in (1, 2, 3)}, "rotation_1 has no effect"),
        ({"rotation": ["rx"], "rotation_1": ["rx"]}, "rotation has no effect: each layer has its own"),
        ({"layers": [1, 2], "rotation_1": ["rx"]}, "layer 2 of 2 has none: give rotation_2, or rotation for all"),
        ({"layers": [1, 3], "mode_1": ["odd"], "mode_3": ["odd"]}, "layer 2 of 3 has none: give mode_2"),
        ({"layers": [2], "topology": ["ranged"], "range_2": [1]}, "layer 1 of 2 has none: give range_1"),
        ({"range": [1, 2]}, "range has no effect: no choice of topology is ranged"),
        ({"entangler": ["none"], "topology": ["linear", "circular"]}, "topology has no effect"),
        ({"entangler": ["none"], "mode_1": ["all"]}, "mode_1 has no effect"),
        ({"amplitudes": ["full"]}, "amplitudes has no effect: no choice of embedding is amplitude"),
    ],
)
def test_genes_that_have_no_effect_or_leave_something_out(genes, words):
    with pytest.raises(SpaceError, match=words):
        space_from_dict({"genes": {"qubits": [3]} | genes})


def test_hostile_files(tmp_path):
    path = tmp_path / "space.toml"
    for content in (b"\xff\xfe\x00", b"\x00\x01\x02" * 1000, b"a = " + b"[" * 5_000, b"a = " + b'{"a" = ' * 5_000):
        path.write_bytes(content)
        with pytest.raises(SpaceError, match="no TOML"):
            load_space(path)
    path.write_text('name = "\\u001b[31mred\\nline"\n[genes]\nqubits = [2]\n')
    assert load_space(path).name == "\\x1b[31mred line"
    for name in ("faqnaz", "", " ", "\x1b[31m"):
        with pytest.raises(
            SpaceError, match="no search space '.*'; there are faqnas, hyb-hanas, hyb-hanas-inference, qnas, or a"
        ):
            load_space(name)
    with pytest.raises(SpaceError, match="no such file"):
        load_space(tmp_path / "none.toml")
    with pytest.raises(SpaceError, match="is a directory"):
        load_space(tmp_path)
    with pytest.raises(SpaceError, match="null"):
        load_space("a/\0")
