"""From saved jobs to a table, and from the table to the constants that were planted in them."""

from __future__ import annotations

import pytest

import hwcost
from hwcost.circuits.load import circuits_in
from hwcost.core.errors import InputError, OptionError
from hwcost.jobs.collect import collect_documents, collect_jobs
from hwcost.jobs.documents import Document
from saved_jobs import (
    C_CIRCUIT_S,
    REP_DELAY_S,
    T0_S,
    bell,
    estimator_result,
    metrics,
    plain,
    planted_seconds,
    sampler_result,
    save,
    save_many,
)
from timed_jobs import constants


def document(content, name="d1"):
    return Document(where=f"{name}.json", key=name, place=name, content=plain(content))


def job(name="d1", shape=(3, 100), seconds=2.0, **fields):
    return document(
        {"job_id": name, "backend": "ibm_x", "result": sampler_result(shape, seconds=seconds), **fields}, name
    )


def options(rep_delay):
    return {"pubs": [], "options": {"execution": {"rep_delay": rep_delay}}}


def test_the_fit_finds_the_planted_constants(tmp_path):
    collected = collect_jobs(save_many(tmp_path), clock="execution_span")
    assert (len(collected.jobs), collected.left_out, collected.notes) == (40, (), ())
    assert all(
        row["observed_s"] == pytest.approx(planted_seconds(row["num_circuits"], row["shots"])) for row in collected.jobs
    )
    profile = hwcost.fit_job_time(collected.to_rows())
    assert profile.repetition == "rep_delay"
    assert {row["rep_delay_s"] for row in collected.jobs} == {REP_DELAY_S}
    assert constants(profile) == pytest.approx({"t0": T0_S, "c_circuit": C_CIRCUIT_S}, rel=1e-3)


def test_a_row():
    (row,) = collect_documents([job(inputs=options(5e-4))]).jobs
    assert row == {
        "job_id": "d1",
        "backend": "ibm_x",
        "date": "2026-03-01T12:00:00+00:00",
        "clock": "execution_span",
        "num_circuits": 3,
        "shots": 100,
        "rep_delay_s": 5e-4,
        "observed_s": 2.0,
    }


def test_sizes_of_the_circuits_that_were_sent():
    inputs = {"pubs": [[bell(), None, 100]], "options": {}}
    (row,) = collect_documents([job(inputs=inputs)], read_circuits=lambda data, label: circuits_in(data, label)[1]).jobs
    # On two of seven qubits, three times: sx, cz and two measurements; neither barrier nor delay.
    sizes = {name: row[name] for name in ("num_qubits", "total_depth", "total_num_2q", "total_instructions")}
    assert sizes == {"num_qubits": 2, "total_depth": 9, "total_num_2q": 3, "total_instructions": 12}


def test_a_damaged_circuit_costs_the_sizes_only():
    inputs = {"pubs": [[{"__type__": "QuantumCircuit", "__value__": "AAAA"}, None, 100]]}
    (row,) = collect_documents([job(inputs=inputs)], read_circuits=lambda data, label: circuits_in(data, label)[1]).jobs
    assert "total_instructions" not in row
    assert row["observed_s"] == 2.0


def test_files_of_one_job_are_joined_by_name(tmp_path):
    save(tmp_path / "d1-result.json", sampler_result((3, 100), seconds=2.0))
    save(tmp_path / "d1-metrics.json", metrics(4))
    save(tmp_path / "other" / "result.json", sampler_result((5, 100), seconds=3.0))
    save(tmp_path / "other" / "metrics.json", metrics(6))
    collected = collect_jobs([tmp_path])
    assert collected.clock == "quantum_seconds"
    assert [(row["num_circuits"], row["observed_s"]) for row in collected.jobs] == [(3, 4.0), (5, 6.0)]


def test_one_clock_per_table():
    both = job("both", metrics=metrics(5))
    spans = [job("s1"), job("s2")]
    collected = collect_documents([both, *spans])
    assert collected.clock == "execution_span"
    assert len(collected.jobs) == 3
    billed = collect_documents([both, *spans], clock="quantum_seconds")
    assert [row["observed_s"] for row in billed.jobs] == [5.0]
    assert {item.reason for item in billed.left_out} == {"no quantum_seconds (clocks known: execution_span)"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"job_id": "b", "usage": {"quantum_seconds": 4}}, "circuits and shots are not known"),
        ({"job_id": "b", "result": estimator_result(), "metrics": metrics(4)}, "does not say how many circuits ran"),
        ({"job_id": "b", "result": sampler_result((2, 10)), "metrics": metrics(0)}, "no quantum_seconds"),
        ({"job_id": "b", "result": sampler_result((10,), (20,)), "metrics": metrics(4)}, "different shots"),
        ({"job_id": "b", "result": sampler_result((2, 0)), "metrics": metrics(4)}, "different shots, or none"),
        ({"job_id": "b", "state": {"status": "Failed"}, "metrics": metrics(4)}, "ended as 'Failed'"),
        (
            {
                "job_id": "b",
                "result": sampler_result((2, 10)),
                "metrics": metrics(4),
                "inputs": {"options": {"twirling": {"enable_gates": True}}},
            },
            "how many randomizations ran",
        ),
        ({"a": 1}, "no result, metrics or job that is known"),
    ],
)
def test_what_cannot_be_filled_in_is_listed_with_the_reason(content, reason):
    good = job("good", metrics=metrics(9))
    collected = collect_documents([good, document(content, "b")], clock="quantum_seconds")
    assert [row["job_id"] for row in collected.jobs] == ["good"]
    (left,) = collected.left_out
    assert reason in left.reason
    assert reason in " ".join(str(collected).split())


def test_files_that_contradict_each_other_give_no_row():
    documents = [job("d1"), document({"job_id": "d1", "backend": "ibm_y", "usage": {}}), job("d2")]
    collected = collect_documents(documents)
    assert [row["job_id"] for row in collected.jobs] == ["d2"]
    assert "different things about backend" in collected.left_out[0].reason


def test_columns_that_some_jobs_lack_are_left_out_whole():
    documents = [job("d1", inputs=options(1e-3)), job("d2")]
    collected = collect_documents(documents)
    assert all("rep_delay_s" not in row for row in collected.jobs)
    assert any("rep_delay_s is not known for 1 of 2 jobs" in note for note in collected.notes)
    given = collect_documents(documents, rep_delay_s=250e-6)
    assert [row["rep_delay_s"] for row in given.jobs] == [1e-3, 250e-6]
    assert given.notes == ("rep_delay_s 0.00025 was given for 1 job whose files do not say it",)


def test_backend_of_jobs_that_do_not_name_it():
    bare = document(sampler_result((3, 100), seconds=2.0))
    (row,) = collect_documents([bare], backend="ibm_z").jobs
    assert (row["backend"], row["job_id"]) == ("ibm_z", "d1")


def test_nothing_at_all_is_an_error(tmp_path):
    save(tmp_path / "a.json", metrics(3))
    with pytest.raises(InputError, match=r"no job can be filled in; .*circuits and shots are not known"):
        collect_jobs(tmp_path)


def test_options():
    with pytest.raises(OptionError, match="clock is 'wall'; choose from quantum_seconds"):
        collect_documents([job()], clock="wall")
    with pytest.raises(OptionError, match="rep_delay is 250"):
        collect_documents([job()], rep_delay_s=250.0)


def test_the_record():
    collected = collect_documents([job(inputs=options(5e-4)), document({"a": 1}, "b")])
    plain_record = collected.to_dict()
    assert plain_record["schema"] == "hwcost.collected-jobs/1"
    assert set(plain_record) == {"schema", "clock", "jobs", "left_out", "notes"}
    assert plain_record["left_out"] == [{"what": "b.json", "reason": "is no result, metrics or job that is known"}]
    assert hash(collected) == hash(collect_documents([job(inputs=options(5e-4)), document({"a": 1}, "b")]))
    assert "1 job, 1 left out, clock execution_span" in str(collected)


def test_a_job_in_a_job_in_a_job():
    nested = {"job_id": "b"}
    for _ in range(2000):
        nested = {"result": nested}
    collected = collect_documents([job(), Document(where="b.json", key="b", place="b", content=nested)])
    assert [(item.what, item.reason) for item in collected.left_out] == [("b.json", "is nested too deeply")]
