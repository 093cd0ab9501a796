"""Compilers to compare: named callables from (circuit, Target, seed) to an ISA circuit.

Built in are Qiskit's preset levels (`QiskitCompiler`), a user's own `PassManager` (`PassManagerCompiler`), pytket
(`hwcost.comparison.pytket`), BQSKit (`hwcost.comparison.bqskit`), IBM's AI passes (`hwcost.comparison.qiskit_ai`) and
any function (`FunctionCompiler`). `resolve_compiler` makes one of them from whatever names a compiler.

The Target counts the qubits of the healthy component of a device from 0 (see `hwcost.backend.target`). A compiler
returns a circuit on the Target's qubit numbers; its `layout` says where the circuit's qubits start and end. Without a
layout, qubit i of the circuit is taken to be qubit i of the Target, at the start and at the end.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from hwcost.backend.compiler import Compiler, PassOptions
from hwcost.circuits.own_gates import name_own_gates
from hwcost.comparison.bqskit import BqskitCompiler
from hwcost.comparison.pytket import PytketCompiler
from hwcost.comparison.qiskit_ai import QiskitAiCompiler
from hwcost.core.errors import OptionError
from hwcost.core.text import error_text, one_line

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import PassManager, Target

CompilerFunction: TypeAlias = "Callable[[QuantumCircuit, Target, int], QuantumCircuit]"

_STAGES = {
    "init_method": "init",
    "layout_method": "layout",
    "routing_method": "routing",
    "translation_method": "translation",
    "optimization_method": "optimization",
}


class AnyCompiler(Protocol):
    """What can be compared, and what `resolve_compiler` returns."""

    @property
    def name(self) -> str:
        """How tables and files call it."""

    @property
    def cache_key(self) -> str | None:
        """What identifies its results for the cache; None keeps none of them."""

    @property
    def uses_seed(self) -> bool:
        """Whether another seed can give another circuit."""

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Return an ISA circuit for `target` that does what `circuit` does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QiskitCompiler:
    """A preset pass manager of Qiskit.

    Attributes:
        optimization_level: 0 to 3.
        options: Methods of single stages as (name, value) pairs in the order of their names: `init_method`,
            `layout_method`, `routing_method`, `translation_method`, `optimization_method`. Naming a layout method
            switches off the pass that moves a circuit to better qubits at the end.

    Example:
        >>> QiskitCompiler(optimization_level=1, options=(("routing_method", "basic"),)).name
        'qiskit-O1,routing_method=basic'
    """

    optimization_level: int
    options: PassOptions = ()

    def __post_init__(self) -> None:
        level = self.optimization_level
        if isinstance(level, bool) or level not in (0, 1, 2, 3):
            raise OptionError(f"optimization_level is {level!r}; give a whole number from 0 to 3")
        if self.options:
            object.__setattr__(self, "options", _checked_options(self.options))

    @property
    def name(self) -> str:
        """Level and options."""
        return ",".join([f"qiskit-O{self.optimization_level}", *(f"{key}={value}" for key, value in self.options)])

    @property
    def cache_key(self) -> str | None:
        """The name says everything; Qiskit's version is in every key of the cache."""
        return self.name

    @property
    def uses_seed(self) -> bool:
        """Layout and routing are heuristics with a seed."""
        return True

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Return the compiled circuit; `hwcost.comparison.work` keeps the pass managers instead of calling this."""
        compiler = Compiler(target)
        return compiler.compile(
            name_own_gates(circuit), optimization_level=self.optimization_level, seed=seed, options=self.options
        ).circuit


def _checked_options(options: PassOptions) -> PassOptions:
    from qiskit.transpiler.preset_passmanagers.plugin import list_stage_plugins

    for name, value in options:
        if name not in _STAGES:
            raise OptionError(f"{one_line(name)!r} is not an option of this compiler; choose from {', '.join(_STAGES)}")
        plugins = list_stage_plugins(_STAGES[name])
        if value not in plugins:
            raise OptionError(f"{name} is {one_line(str(value))!r}; this Qiskit has {', '.join(plugins)}")
    if len(dict(options)) != len(options):
        raise OptionError("an option of the Qiskit compiler is given twice; give each once")
    return tuple(sorted(options))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassManagerCompiler:
    """A user's own pass manager.

    Attributes:
        name: How tables and files call it.
        pass_manager: A `PassManager` made for the Target of one device (`hwcost.prepare_device(...).target`), which has
            its seed inside and so gives the same circuit for every seed; or a function (Target, seed) → `PassManager`,
            which serves every device.
        version: Change it when the passes change: only a compiler with a version has its results kept in a cache.
    """

    name: str
    pass_manager: PassManager | Callable[[Target, int], PassManager]
    version: str | None = None

    @property
    def cache_key(self) -> str | None:
        """Name and version; None without a version, because what is in a pass manager cannot be seen."""
        return None if self.version is None else f"pass manager {self.name} {self.version}"

    @property
    def uses_seed(self) -> bool:
        """Only a function can."""
        return not hasattr(self.pass_manager, "run")

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Run the pass manager on the circuit."""
        manager: Any = self.pass_manager
        if self.uses_seed:
            manager = manager(target, seed)
        isa: QuantumCircuit = manager.run(circuit)
        return isa


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCompiler:
    """A user's own function.

    Attributes:
        name: How tables and files call it.
        function: From (circuit, Target, seed) to an ISA circuit.
        cache_key: Name, `version` attribute and hash of the source file; None without a version, so that nothing is
            kept in a cache.
    """

    name: str
    function: CompilerFunction
    cache_key: str | None = None

    @property
    def uses_seed(self) -> bool:
        """Whether it uses the seed is unknown, so it is called for every seed."""
        return True

    def __call__(self, circuit: QuantumCircuit, target: Target, seed: int) -> QuantumCircuit:
        """Call the function."""
        return self.function(circuit, target, seed)


def resolve_compiler(compiler: Any) -> AnyCompiler:
    """Return the compiler that a name, function or object stands for.

    Args:
        compiler: One of: a compiler of this module; `"qiskit:2"`, with options `"qiskit:2,routing_method=basic"`;
            `"pytket"`; `"bqskit"`; `"qiskit-ai"`; `"module:function"`; a `PassManager`; or a callable from (circuit,
            Target, seed) to an ISA circuit, whose `name` or else own name is used. Only a callable with an attribute
            `version` has its results kept in a cache: change it when the callable changes, or anything that it calls.
            Closures and objects need a `name`, too, that tells one from another.

    Raises:
        OptionError: It names no compiler; the message says what would.
        MissingDependencyError: It needs a package that is not installed.

    Example:
        >>> resolve_compiler("qiskit:3").name
        'qiskit-O3'
    """
    if isinstance(compiler, str):
        return _named(compiler.strip())
    if all(hasattr(compiler, name) for name in ("name", "cache_key", "uses_seed")) and callable(compiler):
        return cast(AnyCompiler, compiler)
    if callable(getattr(compiler, "run", None)) and hasattr(compiler, "append"):
        return PassManagerCompiler(name="pass manager", pass_manager=compiler)
    if callable(compiler):
        return _of_function(compiler, getattr(compiler, "name", None) or getattr(compiler, "__qualname__", None))
    raise OptionError(
        f"a compiler of type {type(compiler).__name__} cannot be called; give 'qiskit:2', 'pytket', 'bqskit', "
        "'module:function', a PassManager or a function (circuit, target, seed) -> ISA circuit"
    )


_OTHERS: dict[str, Callable[[], AnyCompiler]] = {
    "pytket": PytketCompiler,
    "bqskit": BqskitCompiler,
    "qiskit-ai": QiskitAiCompiler,
}


def _named(text: str) -> AnyCompiler:
    head, _, options = text.partition(",")
    family, _, level = head.partition(":")
    if family == "qiskit":
        return QiskitCompiler(optimization_level=_level(text, level or "2"), options=_parsed_options(text, options))
    if text in _OTHERS:
        return _OTHERS[text]()
    module, separator, function = text.partition(":")
    if not separator or not module or not function:
        raise OptionError(
            f"{one_line(text)!r} is not a compiler; give qiskit:LEVEL, {', '.join(_OTHERS)} or MODULE:FUNCTION, such "
            "as qiskit:3"
        )
    return _of_function(_import_function(text, module, function), text)


def _level(text: str, level: str) -> int:
    if level not in ("0", "1", "2", "3"):
        raise OptionError(f"{one_line(text)!r}: {one_line(level)!r} is not a level of Qiskit; give qiskit:0 to 3")
    return int(level)


def _parsed_options(text: str, options: str) -> PassOptions:
    pairs = []
    for item in options.split(",") if options else ():
        name, separator, value = item.partition("=")
        if not separator:
            raise OptionError(f"{one_line(text)!r}: {one_line(item)!r} is not an option; write name=value")
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)


def _import_function(text: str, module: str, function: str) -> CompilerFunction:
    """Import the function `module:function`; modules in the current directory are found too."""
    if module.endswith(".py") or "/" in module:
        raise OptionError(f"{one_line(text)!r} names a file; give its module, without .py, and run beside it")
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what a module prints is no part of the result
            resolved: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise OptionError(
            f"compiler {one_line(text)!r}: there is no module {one_line(str(error.name))!r}, neither here nor installed"
        ) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the user's module does what it wants, leaving the interpreter included
        raise OptionError(
            f"compiler {one_line(text)!r}: importing {module} fails with {type(error).__name__}: {_said(error)}"
        ) from None
    for part in function.split("."):
        if not hasattr(resolved, part):
            raise OptionError(f"compiler {one_line(text)!r}: the module {module} has no {one_line(part)!r}")
        resolved = getattr(resolved, part)
    if not callable(resolved):
        raise OptionError(f"compiler {one_line(text)!r} is not a function; give one of (circuit, target, seed)")
    return resolved  # type: ignore[no-any-return]


def _said(error: BaseException) -> str:
    try:
        return one_line(error_text(error)) if isinstance(error, Exception) else one_line(str(error))
    except Exception:
        return ""


def _of_function(function: Any, name: str | None) -> FunctionCompiler:
    _check_signature(function, name)
    shown = one_line(str(name or type(function).__name__))
    return FunctionCompiler(name=shown, function=function, cache_key=_versioned_key(function, shown))


def _check_signature(function: Callable[..., Any], name: str | None) -> None:
    try:
        inspect.signature(function).bind(None, None, 0)
    except TypeError as error:
        raise OptionError(
            f"compiler {one_line(str(name))!r} cannot be called with (circuit, target, seed): {one_line(str(error))}"
        ) from None
    except ValueError:  # a built-in without a signature
        return


def _versioned_key(function: object, name: str) -> str | None:
    """Name, version and a hash of the file that defines the function; None without a version.

    A hash of the source alone would not notice a change in what the function calls.
    """
    version = getattr(function, "version", None)
    if version is None:
        return None
    # What a closure, a partial or an object of a class holds cannot be seen; a name of its own tells one from another.
    plain = inspect.isfunction(function) and function.__closure__ is None and function.__name__ != "<lambda>"
    if not plain and getattr(function, "name", None) is None:
        return None
    owner = function if inspect.isroutine(function) or inspect.isclass(function) else type(function)
    try:
        source = hashlib.sha256(Path(inspect.getsourcefile(owner) or "").read_bytes()).hexdigest()
    except (TypeError, OSError):
        source = ""
    return f"function {name} {owner.__module__}:{owner.__qualname__} {one_line(str(version))} {source}"


def unique_names(names: list[str]) -> list[str]:
    """Return the names, with a number after those that came before.

    Example:
        >>> unique_names(["a", "b", "a"])
        ['a', 'b', 'a (2)']
    """
    seen: dict[str, int] = {}
    taken = set(names)
    result = []
    for name in names:
        seen[name] = number = seen.get(name, 0) + 1
        label = name
        while number > 1:
            label = f"{name} ({number})"
            if label not in taken:
                break
            seen[name] = number = number + 1
        taken.add(label)
        result.append(label)
    return result


def levels_as_compilers(levels: Any) -> list[QiskitCompiler]:
    """Make one preset compiler per level.

    Raises:
        OptionError: Not a sequence of levels from 0 to 3.
    """
    try:
        all_levels = [levels] if isinstance(levels, int) else list(levels)
    except TypeError:
        raise OptionError(f"optimization_levels is {levels!r}; give levels from 0 to 3, such as (1, 3)") from None
    return [QiskitCompiler(optimization_level=level) for level in all_levels]
