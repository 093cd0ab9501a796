import pytest

pytest.importorskip("torch")

from nas.results.flops import flops_facts
from nas.results.front import Front


def test_the_front_has_the_flops_of_both_halves(run):
    plain = Front(run=run).to_dict()["front"][0]
    row = Front(run=run).to_rows()[0]
    member = run.front[0]
    facts = flops_facts(run, member)
    assert plain["flops"] == facts
    assert {name: row[f"{name}_flops"] for name in facts} == facts
    assert facts["total"] == facts["classical"] + facts["quantum"]
    assert facts["quantum"] == member.cost["quantum_flops"]
    assert facts["classical"] == member.cost["classical_flops"]
    assert facts["profiled_total"] is None
