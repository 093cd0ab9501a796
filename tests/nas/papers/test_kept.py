import json

import pytest

from nas import RunError
from nas.papers.kept import kept


def test_an_answer_is_kept_for_its_question(tmp_path):
    path = tmp_path / "new" / "figures.json"
    asked = []

    def compute():
        asked.append(1)
        return [{"a": 0.5}]

    assert kept(path, {"n": 1}, compute) == kept(path, {"n": 1}, compute) == [{"a": 0.5}]
    assert len(asked) == 1
    kept(path, {"n": 2}, compute)
    assert len(asked) == 2
    assert json.loads(path.read_text())["schema"] == "nas.paper-figures/1"


@pytest.mark.parametrize("text", ["", "[1]", '{"schema": "nas.paper-figures/1"}'], ids=range(3))
def test_a_damaged_file_is_computed_anew(tmp_path, text):
    path = tmp_path / "figures.json"
    if text:
        path.write_text('{"schema": "nas.paper-figures/1", "asked": {}}')
    assert kept(path, {}, lambda: [{"a": 1}]) == [{"a": 1}]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="file"):
        kept(tmp_path / "file" / "figures.json", {}, list)
