"""Documents with one place replaced, and the reading of a document as a file."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hwcost.calibration.load import import_calibration
from hwcost.calibration.record import Calibration
from json_documents import json_values, paths

_ODD = st.sampled_from([None, True, -1, 0, 1e300, float("nan"), float("inf"), "", "0-0", "-", [], {}, 10**400, "\n"])


def damaged(document: Any, data: st.DataObject) -> Any:
    """Return the document with the value at one place replaced or left out."""
    document = copy.deepcopy(document)
    path = data.draw(st.sampled_from(paths(document)))
    node = document
    for key in path[:-1]:
        node = node[key]
    if data.draw(st.booleans()):
        node[path[-1]] = data.draw(_ODD | json_values)
    else:
        del node[path[-1]]
    return document


def read_document(document: Any, name: str) -> Calibration:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(json.dumps(document))
        return import_calibration(path)
