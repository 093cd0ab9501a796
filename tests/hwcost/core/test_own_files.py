"""What the package wrote is known by its content."""

from __future__ import annotations

import pytest

from hwcost.core.own_files import HTML_MARK, TEXT_MARK, kind_of


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'[\n  {\n    "schema": "hwcost.estimate/1"', "report"),
        (b'{"schema": "hwcost.job-time/1"}', "job-time"),
        (b'{"schema": "hwcost.device/1"}', "device"),
        (b"schema,circuit\nhwcost.estimate/1,bell\n", "report"),
        (b"circuit,source,circuit_sha256,num_qubits\n", "report"),
        (b"num_circuits,shots,observed_s,job_id,date,clock\n", "jobs"),
        (f"<!DOCTYPE html>\n<html><head>{HTML_MARK}".encode(), "report"),
        (f"bell on manila\n{TEXT_MARK}".encode(), "report"),
        (b"", None),
        (b"{}", None),
        (b'{"a": 1, "schema": "hwcost.estimate/1"}', None),
        (b"num_circuits,shots,observed_s\n", None),
        (b"schema,circuit\nmine,bell\n", None),
        (b"\x89PNG\r\n\x1a\nSoftware\0Matplotlib", None),
        (b"QISKIT hwcost", None),
        (b"PK nas", None),
        (b"<html>hwcost</html>", None),
    ],
    ids=range(17),
)
def test_kinds(data: bytes, kind: str | None) -> None:
    assert kind_of(data) == kind
