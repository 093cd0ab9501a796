"""Architectures as plain data and their hashes: what is written is read again, and nothing else is."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
import subprocess
import sys

import numpy as np
import pytest

from nas.architectures.json import architecture_from_dict, architecture_hash, architecture_to_dict
from nas.architectures.record import Architecture, Hidden, Layer
from nas.core.errors import SpaceError
from nas.spaces.build import architecture
from nas.spaces.load import list_spaces, load_space
from nas.spaces.size import distinct_circuits
from random_architectures import random_architecture

SMALL = Architecture(
    num_qubits=2,
    embedding="angle-y",
    num_encoded=2,
    layers=(Layer(columns=(("x", "z"),), gate="cx", pairs=((0, 1), (1, 0))),),
    hidden_before=(Hidden(width=8, activation="relu"),),
    learning_rate=0.01,
)


def test_architectures_survive_json():
    generator = random.Random(0)
    drawn = [random_architecture(generator) for _ in range(200)] + [SMALL]
    for name in list_spaces():
        space, rng = load_space(name), np.random.default_rng(1)
        drawn += [architecture(space, space.random_genome(rng)) for _ in range(100)]
    for one in drawn:
        if one.num_outputs:
            again = architecture_from_dict(json.loads(json.dumps(architecture_to_dict(one), allow_nan=False)))
            assert again == one
            assert architecture_hash(again) == architecture_hash(one)


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        (["num_qubits"], 0, "num_qubits is 0"),
        (["num_qubits"], True, "num_qubits is True"),
        (["num_qubits"], 10**30, "num_qubits is 1000"),
        (["num_encoded"], 4, "num_encoded is 4; it must be 2"),
        (["embedding"], "angle", "embedding is 'angle'; choose from angle-x"),
        (["embedding"], ["angle-x"], "embedding is"),
        (["measurement"], None, "measurement is None"),
        (["reupload"], 1, "reupload is 1"),
        (["learning_rate"], float("nan"), "learning_rate is nan"),
        (["learning_rate"], -1, "learning_rate is -1"),
        (["layers"], [], "layers is empty"),
        (["layers"], {}, "layers is"),
        (["layers", 0], None, "layers\\[0\\] has None"),
        (["layers", 0, "gate"], "swap", "layers\\[0\\].gate is 'swap'"),
        (["layers", 0, "gate"], None, "2 pairs and no gate"),
        (["layers", 0, "pairs", 0], [0, 0], "two different qubits"),
        (["layers", 0, "pairs", 0], [0, 2], "whole number from 0 to 1"),
        (["layers", 0, "pairs", 0], [0], "two different qubits"),
        (["layers", 0, "columns", 0], ["x"], "has 1 rotations; the circuit has 2 qubits"),
        (["layers", 0, "columns", 0, 1], "i", "is 'i'; choose from x, y, z"),
        (["hidden_before", 0, "width"], 0, "width is 0"),
        (["hidden_before", 0, "activation"], "gelu", "activation is 'gelu'"),
        (["colour"], "red", "architecture has .*colour"),
    ],
)
def test_anything_else_is_refused(where, value, words):
    plain = copy.deepcopy(architecture_to_dict(SMALL))
    inner = plain
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    with pytest.raises(SpaceError, match=words) as caught:
        architecture_from_dict(plain)
    assert str(caught.value).isprintable()
    plain = architecture_to_dict(SMALL)
    del plain[where[0] if where[0] in plain else "layers"]
    with pytest.raises(SpaceError, match="it must have num_qubits, embedding"):
        architecture_from_dict(plain)


def test_hashes_do_not_change_from_version_to_version_and_process_to_process():
    # Written down once: a store of finished evaluations is of no use any more if these change.
    expected = "ca19f631"
    assert architecture_hash(SMALL)[:8] == expected
    program = (
        "from nas.architectures.record import *; from nas.architectures.json import architecture_hash as h; "
        "layer = Layer(columns=(('x', 'z'),), gate='cx', pairs=((0, 1), (1, 0))); "
        "print(h(Architecture(num_qubits=2, embedding='angle-y', num_encoded=2, layers=(layer,), "
        "hidden_before=(Hidden(width=8, activation='relu'),), learning_rate=0.01)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == architecture_hash(SMALL)
    assert len(done.stdout.strip()) == 64


def test_equal_architectures_have_equal_hashes_and_others_have_others():
    circuits = distinct_circuits(load_space("faqnas"))
    assert len({architecture_hash(one) for one in circuits}) == len(circuits) == 8_640
    assert architecture_hash(dataclasses.replace(SMALL, learning_rate=1)) == architecture_hash(
        dataclasses.replace(SMALL, learning_rate=1.0)
    )
    changes = [
        {"learning_rate": None},
        {"learning_rate": 0.02},
        {"reupload": True},
        {"measurement": "z-first"},
        {"hidden_before": ()},
        {"hidden_before": (), "hidden_after": SMALL.hidden_before},
        {"embedding": "angle-z"},
        {"layers": SMALL.layers * 2},
        {"layers": (dataclasses.replace(SMALL.layers[0], pairs=((1, 0), (0, 1))),)},
        {"layers": (dataclasses.replace(SMALL.layers[0], columns=(("x", "y"),)),)},
    ]
    hashes = {architecture_hash(dataclasses.replace(SMALL, **change)) for change in changes}
    assert len(hashes | {architecture_hash(SMALL)}) == len(changes) + 1
