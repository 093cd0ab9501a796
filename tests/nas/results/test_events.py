"""Scalars for TensorBoard: the format by its published sums and by another reader, and the values of the run."""

from __future__ import annotations

import struct
from itertools import pairwise

import pytest

pytest.importorskip("torch")
pytest.importorskip("moocore")
pytest.importorskip("deap")
pytest.importorskip("sklearn")

import nas
from hwcost.core.own_files import kind_of
from nas.cli import main
from nas.core.errors import RunError
from nas.results.events import FILE, Scalar, crc32c, event_bytes, scalars
from nas.results.volume import generation_volumes


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_sums_are_those_of_rfc_3720(data, crc):
    assert crc32c(data) == crc


def records(data):
    """Read records as TFRecord describes them, with their sums checked."""
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        content = data[12 : 12 + length]
        for part, at in ((data[:8], 8), (content, 12 + length)):
            crc = crc32c(part)
            assert struct.unpack("<I", data[at : at + 4])[0] == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32
        yield content
        data = data[16 + length :]


def test_a_record_byte_by_byte():
    head, value = records(event_bytes([Scalar(tag="a/b", step=300, value=0.5, time_s=2.0)], 1.0))
    assert head == b"\x09" + struct.pack("<d", 1.0) + b"\x1a\x0dbrain.Event:2" + b"\x52\x08\x0a\x06hwcost"
    summary = b"\x0a\x0a" + b"\x0a\x03a/b" + b"\x15" + struct.pack("<f", 0.5)
    assert value == b"\x09" + struct.pack("<d", 2.0) + b"\x10\xac\x02" + b"\x2a\x0c" + summary


def test_another_reader_finds_the_values_of_the_run(run, folder, tmp_path):
    pytest.importorskip("google.protobuf")
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    path = nas.export_events(folder, tmp_path / "events")
    read = [event_pb2.Event.FromString(record) for record in records(path.read_bytes())]
    assert read[0].file_version == "brain.Event:2"
    found = [(event.summary.value[0].tag, event.step, event.summary.value[0].simple_value) for event in read[1:]]
    assert found == [(one.tag, one.step, pytest.approx(one.value)) for one in scalars(run)]
    assert all(a.wall_time <= b.wall_time for a, b in pairwise(read))


def test_curves_are_those_of_the_run(run):
    found = list(scalars(run))
    errors = {one.step: one.value for one in found if one.tag == "evaluation/validation_error"}
    complete = {n: one for n, one in enumerate(run.evaluations, start=1) if one.state == "COMPLETE"}
    assert errors == {n: one.objectives["validation_error"] for n, one in complete.items()}
    best = [one.value for one in found if one.tag == "best/validation_error"]
    assert best == sorted(best, reverse=True)
    assert best[-1] == min(errors.values())
    volumes = [(one.step, one.value) for one in found if one.tag == "front/hypervolume"]
    assert [value for _, value in volumes] == generation_volumes(run)
    assert volumes[-1][0] == len(run.evaluations)


def test_the_file_is_ours_the_same_again_and_nobody_elses_is_replaced(folder, tmp_path, capsys):
    assert main(["export", str(folder), "--tensorboard", str(tmp_path / "events")]) == 0
    path = tmp_path / "events" / FILE
    assert capsys.readouterr().out == f"{path}\n"
    first = path.read_bytes()
    assert kind_of(first) == "events"
    assert kind_of(event_bytes([]).replace(b"hwcost", b"others")) is None
    assert nas.export_events(folder, tmp_path / "events").read_bytes() == first
    path.write_bytes(b"mine")
    assert main(["export", str(folder), "--tensorboard", str(tmp_path / "events")]) == 2
    assert "--force" in capsys.readouterr().err
    with pytest.raises(RunError, match="is empty"):
        nas.export_events(folder, "")
