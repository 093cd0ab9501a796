"""IBM's configuration and properties JSON becomes a `Calibration`, or one line that says what is wrong."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcost.calibration.record import Calibration
from hwcost.calibration.sources.ibm_json import parse_ibm_json
from hwcost.core.errors import CalibrationError
from json_documents import json_values, paths
from make import small_ibm_json


def parse(props: dict[str, Any], conf: dict[str, Any] | None) -> Calibration:
    return parse_ibm_json(props, conf, name="small", source="properties", origin="small.json")


def parse_changed(*path: Any, value: Any = None, conf: bool = False, remove: bool = False) -> Calibration:
    documents = small_ibm_json()
    node: Any = documents[1 if conf else 0]
    for step in path[:-1]:
        node = node[step]
    if remove:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return parse(*documents)


def test_every_value_is_converted_to_si_units() -> None:
    calibration = parse(*small_ibm_json())
    qubit = calibration.qubits[1]
    assert qubit.t1_s == pytest.approx(100e-6, rel=1e-12)
    assert qubit.t2_s == pytest.approx(80e-6, rel=1e-12)
    assert (qubit.readout_error, qubit.prob_meas0_prep1, qubit.prob_meas1_prep0) == (0.02, 0.03, 0.01)
    assert qubit.readout_duration_s == pytest.approx(1e-6, rel=1e-12)
    cx = calibration.gate("cx", (1, 0))
    assert cx is not None
    assert cx.error == 0.01
    assert cx.duration_s == pytest.approx(300e-9, rel=1e-12)
    assert calibration.dt_s == pytest.approx(0.5e-9, rel=1e-12)
    assert calibration.rep_delay_s == pytest.approx(250e-6, rel=1e-12)
    assert calibration.rep_delay_range_s == pytest.approx((0.0, 500e-6), rel=1e-12)


def test_reset_is_no_basis_gate_but_keeps_its_record() -> None:
    calibration = parse(*small_ibm_json())
    assert calibration.basis_gates == ("cx", "rz", "sx")
    reset = calibration.gate("reset", (0,))
    assert reset is not None
    assert reset.error is None
    assert reset.duration_s == pytest.approx(1.1e-6)


def test_pulse_names_are_left_out_of_the_supported_operations() -> None:
    assert parse(*small_ibm_json()).supported_operations == ("measure", "reset", "delay", "if_else")
    assert parse_changed("supported_instructions", conf=True, remove=True).supported_operations is None


def test_descriptive_fields_are_read() -> None:
    calibration = parse(*small_ibm_json())
    assert calibration.processor == "Eagle r3"
    assert calibration.max_shots == 100000
    assert calibration.timing_constraints is not None
    assert calibration.timing_constraints.granularity == 8
    assert calibration.timing_constraints.min_length == 16
    assert calibration.snapshot_date == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("processor", "text"),
    [
        ({"family": "Falcon", "revision": "5.11", "segment": "L"}, "Falcon r5.11"),
        ({"family": "Falcon", "revision": 5.11}, "Falcon r5.11"),
        ({"family": "Heron"}, "Heron"),
        ("Eagle", None),
        (None, None),
        ({"family": 3}, None),
    ],
)
def test_an_odd_processor_type_is_left_out_instead_of_refused(processor: Any, text: str | None) -> None:
    assert parse_changed("processor_type", conf=True, value=processor).processor == text


@pytest.mark.parametrize(
    ("unit", "seconds"),
    [("us", 3e-6), ("\u00b5s", 3e-6), ("\u03bcs", 3e-6), ("ms", 3e-3), ("s", 3.0), ("ns", 3e-9)],
)
def test_every_known_unit_of_time_is_understood(unit: str, seconds: float) -> None:
    calibration = parse_changed("qubits", 0, 0, value={"name": "T1", "value": 3, "unit": unit})
    assert calibration.qubits[0].t1_s == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-02-26T15:26:08-05:00", datetime(2025, 2, 26, 20, 26, 8, tzinfo=UTC)),
        ("2025-02-26 15:26:08-05:00", datetime(2025, 2, 26, 20, 26, 8, tzinfo=UTC)),
        ("2025-02-26T15:26:08.123456Z", datetime(2025, 2, 26, 15, 26, 8, 123456, tzinfo=UTC)),
        ("2025-02-26T15:26:08.123Z", datetime(2025, 2, 26, 15, 26, 8, 123000, tzinfo=UTC)),
        ("2025-02-26T15:26:08", datetime(2025, 2, 26, 15, 26, 8, tzinfo=UTC)),
        ("2025-02-26", datetime(2025, 2, 26, tzinfo=UTC)),
        (datetime(2025, 2, 26, 15), datetime(2025, 2, 26, 15, tzinfo=UTC)),
        (
            datetime(2025, 2, 26, 15, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2025, 2, 26, 20, tzinfo=UTC),
        ),
        (None, None),
    ],
)
def test_dates_are_read_in_every_writing_and_naive_ones_as_utc(text: Any, expected: datetime | None) -> None:
    date = parse_changed("last_update_date", value=text).snapshot_date
    assert date == expected
    assert date is None or date.tzinfo is not None


@pytest.mark.parametrize("text", ["yesterday", "20250226", "2025-W09", "2025-02-30", "2025-02-26X15:26:08", 17, "", []])
def test_a_date_that_is_none_is_refused(text: Any) -> None:
    with pytest.raises(CalibrationError, match=r"last_update_date is .*must be a date"):
        parse_changed("last_update_date", value=text)


def test_the_dates_of_the_values_used_are_summed_up() -> None:
    props, conf = small_ibm_json()
    props["qubits"][0][0]["date"] = "2025-12-01T00:00:00Z"  # T1
    props["gates"][0]["parameters"][0]["date"] = "2026-01-02T00:00:00Z"
    props["qubits"][0][2]["date"] = "2001-01-01T00:00:00Z"  # the frequency is not used
    calibration = parse(props, conf)
    assert calibration.oldest_value_date == datetime(2025, 12, 1, tzinfo=UTC)
    assert calibration.newest_value_date == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_qubit_and_a_gate_can_be_out_of_use() -> None:
    props, conf = small_ibm_json()
    props["qubits"][1].append({"name": "operational", "value": 0, "unit": "", "date": "2026-01-01T00:00:00Z"})
    props["gates"][0]["parameters"].append({"name": "operational", "value": False})
    calibration = parse(props, conf)
    assert [qubit.operational for qubit in calibration.qubits] == [True, False]
    assert [gate.operational for gate in calibration.gates[:2]] == [False, True]


def test_a_gate_of_the_configuration_without_record_is_known_but_not_perfect() -> None:
    props, conf = small_ibm_json()
    props["gates"] = [gate for gate in props["gates"] if gate["qubits"] != [1, 0]]
    record = parse(props, conf).gate("cx", (1, 0))
    assert record is not None
    assert (record.error, record.duration_s) == (None, None)


def test_a_value_that_is_left_out_is_unknown() -> None:
    calibration = parse_changed("qubits", 0, value=[])
    qubit = calibration.qubits[0]
    assert (qubit.t1_s, qubit.t2_s, qubit.readout_error, qubit.readout_duration_s) == (None, None, None, None)
    calibration = parse_changed("gates", 0, "parameters", value=[])
    assert (calibration.gates[0].error, calibration.gates[0].duration_s) == (None, None)


@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_value_that_the_file_calls_unknown_is_unknown(value: float | None) -> None:
    """One value of one qubit or gate does not keep the others from being read."""
    calibration = parse_changed("qubits", 0, 0, "value", value=value)
    assert (calibration.qubits[0].t1_s, calibration.qubits[0].t2_s) == (None, parse(*small_ibm_json()).qubits[0].t2_s)
    assert parse_changed("qubits", 1, 3, "value", value=value).qubits[1].readout_error is None
    assert parse_changed("gates", 7, "parameters", 0, "value", value=value).gates[7].error is None


def test_the_properties_alone_are_enough_for_gates_and_qubits() -> None:
    calibration = parse(small_ibm_json()[0], None)
    assert calibration.num_qubits == 2
    assert calibration.basis_gates == ("rz", "sx", "cx")
    assert (calibration.dt_s, calibration.rep_delay_s, calibration.supported_operations) == (None, None, None)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("qubits", 0, 0, "value"), float("inf"), "small.json: qubit 0: T1 is inf; it must be finite"),
        (("qubits", 0, 0, "value"), -5, "qubit 0: T1 is -5.0; it must be finite and not negative"),
        (("qubits", 0, 0, "value"), "100", "qubit 0: T1 is '100'; it must be a number"),
        (("qubits", 0, 0, "value"), True, "qubit 0: T1 is True; it must be a number"),
        (("qubits", 0, 0, "value"), 10**400, "qubit 0: T1 is inf"),
        (("qubits", 0, 0, "unit"), "foo", "qubit 0: T1 has the unit 'foo'; known units are"),
        (("qubits", 0, 0, "unit"), "GHz", "qubit 0: T1 has the unit 'GHz'"),
        (("qubits", 0, 0, "unit"), None, "qubit 0: T1 has the unit missing"),
        (("qubits", 0, 0, "name"), 3, "qubit 0: the name of a parameter is 3"),
        (("qubits", 0, 1, "name"), "T1", "qubit 0: T1 is given twice"),
        (("qubits", 0, 0, "date"), "never", "qubit 0: the date of T1 is 'never'"),
        (("qubits", 1, 3, "value"), 1.7, "qubit 1: readout_error is 1.7; a probability must lie between 0 and 1"),
        (("qubits", 1, 3, "unit"), "%", "qubit 1: readout_error has the unit '%'"),
        (("qubits", 1), {"T1": 1}, "qubit 1: parameters is {'T1': 1}; it must be a list"),
        (("qubits",), [], "n_qubits is 2, but the properties have 0 qubit records"),
        (("qubits",), None, "properties: qubits is missing"),
        (("gates",), None, "properties: gates is missing"),
        (("gates", 7, "parameters", 0, "value"), -0.1, r"cx on \(1, 0\): gate_error is -0.1"),
        (("gates", 7, "parameters", 0, "value"), 1.7, r"cx on \(1, 0\): gate_error is 1.7"),
        (("gates", 7, "parameters", 1, "unit"), "dt", r"cx on \(1, 0\): gate_length has the unit 'dt'"),
        (("gates", 7, "parameters"), None, r"cx on \(1, 0\): parameters is missing"),
        (("gates", 7, "qubits"), None, "gate record 7: qubits of cx is missing"),
        (("gates", 7, "qubits"), [0, 2], "gate record 7: qubits of cx names qubit 2; the device has qubits 0 to 1"),
        (("gates", 7, "qubits"), [0], r"cx on \(0,\): qubits has 1 entries; it must have 2"),
        (("gates", 7, "qubits"), [0, 1], r"cx on \(0, 1\) is given twice"),
        (("gates", 7, "qubits"), [1, 1], r"cx acts on \(1, 1\)"),
        (("gates", 7, "gate"), None, "gate record 7: gate is missing; it must be the name of a gate"),
        (("gates", 7, "gate"), "c\nx", "gate record 7: gate is .*; it must be the name of a gate"),
        (("gates", 7), "cx", "gate record 7 is 'cx'; it must be an object"),
    ],
)
def test_an_impossible_property_is_refused_with_place_and_field(
    path: tuple[Any, ...], value: Any, message: str
) -> None:
    with pytest.raises(CalibrationError, match=message) as caught:
        parse_changed(*path, value=value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("n_qubits",), 3, "configuration: n_qubits is 3, but the properties have 2 qubit records"),
        (("n_qubits",), None, "configuration: n_qubits is missing"),
        (("n_qubits",), 2.0, "n_qubits is 2.0; it must be a whole number"),
        (("basis_gates",), None, "configuration: basis_gates is missing"),
        (("basis_gates", 0), None, "an entry of basis_gates is missing"),
        (("supported_instructions",), "measure", "supported_instructions is 'measure'; it must be a list"),
        (("dt",), "0.5", "configuration: dt is '0.5'"),
        (("dt",), -1, "configuration: dt is -1.0"),
        (("default_rep_delay",), float("inf"), "default_rep_delay is inf"),
        (("rep_delay_range",), [1], "rep_delay_range has 1 entries"),
        (("rep_delay_range",), [5, 1], "rep_delay_range is .*; the smallest delay comes first"),
        (("timing_constraints", "granularity"), 0, "granularity is 0; it must be at least 1"),
        (("timing_constraints", "granularity"), 1.5, "granularity is 1.5; it must be a whole number"),
        (("max_shots",), "many", "max_shots is 'many'"),
        (("gates", 1, "coupling_map"), [[0, 5]], "coupling_map of cx names qubit 5"),
        (("gates", 1, "coupling_map"), [[0]], "coupling_map of cx has the entry .* of the wrong length"),
        (("gates", 1, "name"), None, "the name of a gate is missing"),
    ],
)
def test_an_impossible_configuration_is_refused_with_the_field(path: tuple[Any, ...], value: Any, message: str) -> None:
    with pytest.raises(CalibrationError, match=message) as caught:
        parse_changed(*path, value=value, conf=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("conf", [[], "conf", 3])
def test_a_configuration_that_is_no_object_is_refused(conf: Any) -> None:
    with pytest.raises(CalibrationError, match="must be an object"):
        parse(small_ibm_json()[0], conf)


@pytest.mark.parametrize("clops", [None, "None", 5000, [], {"value": 3}])
def test_fields_that_cost_nothing_are_not_looked_at(clops: Any) -> None:
    assert parse_changed("clops", value=clops, conf=True).num_qubits == 2
    assert parse_changed("supported_features", value=clops, conf=True).num_qubits == 2


def test_a_number_too_long_to_print_is_refused_all_the_same() -> None:
    for path in (("qubits", 0, 0, "value"), ("gates", 7, "qubits", 0)):
        with pytest.raises(CalibrationError):
            parse_changed(*path, value=10**5000)
    with pytest.raises(CalibrationError, match="n_qubits is a huge number"):
        parse_changed("n_qubits", value=10**5000, conf=True)


def test_a_document_survives_json() -> None:
    props, conf = json.loads(json.dumps(small_ibm_json()))
    assert parse(props, conf) == parse(*small_ibm_json())


def test_reading_imports_neither_qiskit_nor_the_runtime() -> None:
    code = (
        "import sys, hwcost.calibration.sources.ibm_json; "
        "sys.exit(any(name.startswith('qiskit') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


DOCUMENTS = list(small_ibm_json())
PATHS = paths(DOCUMENTS)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_any_damage_gives_a_calibration_or_a_calibration_error(data: st.DataObject) -> None:
    documents = copy.deepcopy(DOCUMENTS)
    for path in data.draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3)):
        node: Any = documents
        try:
            for step in path[:-1]:
                node = node[step]
            if data.draw(st.booleans()):
                del node[path[-1]]
            else:
                node[path[-1]] = data.draw(json_values)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change removed the place
    try:
        outcome: Calibration | str = parse(*[*documents, {}, {}][:2])
    except CalibrationError as error:
        outcome = str(error)
    assert isinstance(outcome, Calibration) or "\n" not in outcome
