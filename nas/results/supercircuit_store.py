"""The folder of a study of a SuperCircuit: what was asked, the shared weights, and every network that was ranked."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwcost.core.checks import is_finite
from hwcost.core.files import sync_folder, written_aside
from hwcost.core.json_text import json_text
from hwcost.core.reading import path_label, read_file
from hwcost.core.text import one_line
from nas.core.errors import RunError
from nas.results.supercircuit_record import RankedNetwork
from nas.runs.store import unusable, versions
from nas.training.supercircuit import SuperCircuit

ASKED, WEIGHTS, NETWORKS = "supercircuit.json", "weights.npz", "networks.json"
SCHEMA = "nas.supercircuit-study/1"
MAX_FILE_BYTES = 2**31


class StudyStore:
    """The folder of one study; None keeps nothing.

    Args:
        folder: The folder; made if there is none.
        asked: Plain data that decides everything that is found.

    Raises:
        RunError: The folder holds something else or another study, or cannot be written to.
    """

    def __init__(self, folder: str | os.PathLike[str] | None, asked: Mapping[str, Any]) -> None:
        self._folder = None if folder is None else Path(folder)
        if self._folder is None:
            return
        plain = json.loads(json.dumps({"schema": SCHEMA, "asked": asked}))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            names = sorted(os.listdir(self._folder))
        except (OSError, ValueError) as error:
            raise unusable(self._folder, error) from error
        if not names:
            self._write(ASKED, (json_text({**plain, "versions": versions()}) + "\n").encode())
            return
        if ASKED not in names:
            raise RunError(f"{path_label(self._folder)}: not the folder of such a study; name a new or an empty one")
        known = self._json(ASKED)
        if {name: known.get(name) for name in plain} != plain:
            raise RunError(
                f"{path_label(self._folder)}: the study of other options; give these again, or another folder"
            )

    def load(self, circuit: SuperCircuit) -> float:
        """Continue the training of a SuperCircuit where it was; return the CPU seconds that it took so far.

        Raises:
            RunError: The file is damaged.
        """
        if self._folder is None or not os.path.lexists(self._folder / WEIGHTS):
            return 0.0
        path = self._folder / WEIGHTS
        content = read_file(path, what="weights", limit_bytes=MAX_FILE_BYTES, error=RunError)
        try:
            seconds, _, rest = content.partition(b"\n")
            cpu_s = float(seconds)
            if not is_finite(cpu_s):
                raise ValueError("its CPU time is no number")
            circuit.load_bytes(rest)
        except ValueError as error:
            raise self._damaged(path, error) from None
        return cpu_s

    def keep(self, circuit: SuperCircuit, cpu_s: float) -> None:
        """Write the state of a SuperCircuit.

        Raises:
            RunError: It cannot be written.
        """
        self._write(WEIGHTS, f"{cpu_s!r}\n".encode() + circuit.to_bytes())

    def networks(self) -> dict[str, RankedNetwork | str]:
        """Read the networks that were ranked, by hash; of one that failed the reason.

        Raises:
            RunError: The file is damaged.
        """
        if self._folder is None or not os.path.lexists(self._folder / NETWORKS):
            return {}
        plain = self._json(NETWORKS)
        try:
            return {
                key: value if isinstance(value, str) else RankedNetwork.from_dict(value)
                for key, value in plain["networks"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._damaged(self._folder / NETWORKS, error) from None

    def keep_networks(self, networks: Mapping[str, RankedNetwork | str]) -> None:
        """Write the networks that were ranked.

        Raises:
            RunError: They cannot be written.
        """
        plain = {key: one if isinstance(one, str) else dataclasses.asdict(one) for key, one in networks.items()}
        self._write(NETWORKS, (json_text({"schema": SCHEMA, "networks": plain}) + "\n").encode())

    def _json(self, name: str) -> dict[str, Any]:
        path = Path(self._folder or "") / name
        content = read_file(path, what="study", limit_bytes=MAX_FILE_BYTES, error=RunError)
        try:
            plain = json.loads(content)
            if plain["schema"] != SCHEMA:
                raise ValueError("it has another schema")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._damaged(path, error) from None
        return dict(plain)

    def _damaged(self, path: Path, error: Exception) -> RunError:
        reason = f"{type(error).__name__}: {one_line(str(error))}"
        return RunError(f"{path_label(path)}: damaged ({reason}); remove it to compute it again")

    def _write(self, name: str, content: bytes) -> None:
        if self._folder is None:
            return
        path = self._folder / name
        if os.path.islink(path) or (path.exists() and not path.is_file()):
            raise RunError(f"{path_label(path)}: not a regular file; name another folder")
        try:
            with written_aside(path, content) as temporary:
                temporary.replace(path)
            sync_folder(self._folder)
        except (OSError, ValueError) as error:
            raise unusable(self._folder, error) from error
