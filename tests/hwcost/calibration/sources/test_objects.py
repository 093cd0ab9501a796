"""Backend objects of Qiskit report the same as the files they were made from."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from qiskit_ibm_runtime.fake_provider import FakeManilaV2

from hwcost.calibration.sources import objects
from hwcost.calibration.sources.ibm_fake import load_fake_backend
from hwcost.core.errors import CalibrationError
from make import small_ibm_json


def test_an_object_of_the_fake_provider_is_the_fake_backend() -> None:
    backend = FakeManilaV2()
    assert objects.claims(backend)
    calibration = objects.read(backend)
    assert calibration.source == "fake"
    assert calibration.origin.endswith("FakeManilaV2 object")
    fake = load_fake_backend("manila")
    assert replace(calibration, origin=fake.origin) == fake


def test_an_object_of_another_package_gives_properties() -> None:
    props, conf = (SimpleNamespace(to_dict=lambda document=document: document) for document in small_ibm_json())
    backend = SimpleNamespace(name="mine", configuration=lambda: conf, properties=lambda: props)
    calibration = objects.read(backend)
    assert (calibration.name, calibration.source, calibration.licence) == ("mine", "properties", None)


def test_an_object_without_properties_is_refused() -> None:
    backend = SimpleNamespace(name="mine", configuration=dict, properties=lambda: None)
    with pytest.raises(CalibrationError, match="mine: the backend has no properties"):
        objects.read(backend)
