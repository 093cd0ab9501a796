"""The MCP server, asked by the client of the package `mcp`: in memory, and as a process on its standard streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from hwcost import MissingDependencyError
from hwcost.cli import main

BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q->c;'


def asked(folders, *calls):
    """The tools of a server, and the answer to each call."""
    anyio = pytest.importorskip("anyio")
    mcp = pytest.importorskip("mcp")
    from hwcost.integrations.mcp_server import build_server

    async def ask():
        async with mcp.Client(build_server(folders)) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return anyio.run(ask)


def test_the_tools_only_read():
    tools, _ = asked([])
    assert [tool.name for tool in tools] == ["estimate", "compare", "calibration_show", "backends"]
    assert all(tool.annotations.read_only_hint and not tool.annotations.open_world_hint for tool in tools)
    required = {tool.name: tool.input_schema.get("required", []) for tool in tools}
    assert required["estimate"] == ["circuit", "backend"]
    assert not required["backends"]


def test_an_answer_is_our_json(tmp_path, capsys):
    path = tmp_path / "bell.qasm"
    path.write_text(BELL)
    call = ("estimate", {"circuit": "bell.qasm", "backend": "fake_manila", "num_seeds": 1, "shots": 100})
    _, (answer,) = asked([tmp_path], call)
    assert not answer.is_error
    words = ["estimate", str(path), "-b", "fake_manila", "--num-seeds", "1", "--shots", "100", "--format", "json"]
    assert main(words) == 0
    printed = json.loads(capsys.readouterr().out)
    for found in (answer.structured_content, json.loads(answer.content[0].text)):
        assert found["schema"] == "hwcost.estimate/1"
        assert (found["time"], found["gates"], found["shots"]) == (printed["time"], printed["gates"], printed["shots"])


@pytest.mark.parametrize(
    ("tool", "arguments", "what"),
    [
        ("estimate", {"circuit": BELL, "backend": "fake_manilla"}, "fake_manila"),
        ("estimate", {"circuit": "qreg;", "backend": "fake_manila"}, "not valid OpenQASM 2"),
        ("estimate", {"circuit": "/etc/passwd", "backend": "fake_manila"}, "no folder is allowed"),
        ("estimate", {"circuit": BELL, "backend": "fake_manila", "shots": 0}, "shots is 0"),
        ("estimate", {"circuit": 7, "backend": "fake_manila"}, "circuit"),
        ("estimate", {"circuit": BELL}, "backend"),
        ("calibration_show", {"backend": "ibm_torino"}, "asks nobody"),
        ("nothing", {}, "nothing"),
    ],
    ids=range(8),
)
def test_errors_are_one_line(tool, arguments, what):
    _, (answer,) = asked([], (tool, arguments))
    assert answer.is_error
    (content,) = answer.content
    assert what in content.text
    assert "\n" not in content.text


def test_the_command_serves_on_its_standard_streams(tmp_path):
    anyio = pytest.importorskip("anyio")
    mcp = pytest.importorskip("mcp")
    from mcp.client.stdio import StdioServerParameters, stdio_client

    (tmp_path / "bell.qasm").write_text(BELL)
    arguments = ["-m", "hwcost", "mcp", "--allow", str(tmp_path)]
    server = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))

    async def ask():
        async with mcp.Client(stdio_client(server)) as client:
            return await client.call_tool("estimate", {"circuit": "bell.qasm", "backend": "fake_manila"})

    answer = anyio.run(ask)
    assert not answer.is_error
    assert answer.structured_content["circuit"]["num_qubits"] == 2


def test_without_the_package_one_line_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    assert main(["mcp"]) == 2
    error = capsys.readouterr().err
    assert "pip install 'hwcost[mcp]'" in error
    assert error.count("\n") == 1
    from hwcost.integrations.mcp_server import build_server

    with pytest.raises(MissingDependencyError):
        build_server()


def test_a_folder_that_is_not_there_is_one_line(capsys, tmp_path):
    assert main(["mcp", "--allow", str(tmp_path / "nothing")]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_the_package_is_imported_only_to_serve():
    program = (
        "import sys, hwcost.integrations.mcp_server, hwcost.cli.mcp; "
        "print([name for name in ('mcp', 'pydantic', 'qiskit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
