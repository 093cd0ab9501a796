"""What is known of an OpenQASM 3 program before it runs: constants get their values, loops over them are unrolled.

Qiskit's importer knows no constants, and no loop variable as an index. Here constants, variables that nothing assigns
to, and functions of them become literals; `for` loops whose variable is used are written out; branches on constants
are taken; and what stands behind `end;` is left out.
"""

from __future__ import annotations

import copy
import dataclasses
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from openqasm3 import ast

MAX_STATEMENTS = 50_000
"""Statements after unrolling; more take longer to read than a file may."""

_MAX_BITS = 1024  # of an integer: exponents and shifts beyond it are typing errors

_NAMED = {"pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau, "euler": math.e, "ℇ": math.e}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "arccos": math.acos, "arcsin": math.asin, "arctan": math.atan, "ceiling": math.ceil, "cos": math.cos,
    "exp": math.exp, "floor": math.floor, "log": math.log, "mod": operator.mod, "popcount": int.bit_count,
    "sin": math.sin, "sqrt": math.sqrt, "tan": math.tan,
}  # fmt: skip
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "%": operator.mod, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne, "&": operator.and_,
    "|": operator.or_, "^": operator.xor, "&&": lambda a, b: bool(a and b), "||": lambda a, b: bool(a or b),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Duration:
    value: float
    unit: Any


Value: TypeAlias = Any
"""A bool, an int, a float or a `_Duration`."""

_Node: TypeAlias = Any
"""A statement or an expression: each class of them has fields of its own, which are told by `isinstance`."""


def with_constants(program: ast.Program) -> ast.Program:
    """Put in the values of constants, unroll loops whose variable is used, and take branches on constants.

    Args:
        program: The program, which is changed.

    Returns:
        The program. Statements keep their positions in the text.

    Raises:
        ConversionError: It is too large once unrolled, divides integers with a rest, or declares a name twice.
    """
    return _Folder(program).run()


class _Folder:
    """Walks a program. State: values by name, innermost scope last (None hides an outer one), and the size so far."""

    def __init__(self, program: ast.Program) -> None:
        from openqasm3 import ast
        from qiskit_qasm3_import import ConversionError

        self._ast, self._error = ast, ConversionError
        self._program = program
        self._assigned = {_base_name(node.lvalue) for node in self._nodes(program, ast.ClassicalAssignment)} | {
            _base_name(node.target) for node in self._nodes(program, ast.QuantumMeasurementStatement)
        }
        self._scopes: list[dict[str, Value | None]] = [{}]
        self._num_statements = 0
        self._in_gate = False

    def run(self) -> ast.Program:
        declared: set[str] = set()
        for statement in self._program.statements:
            if isinstance(statement, (self._ast.QubitDeclaration, self._ast.ClassicalDeclaration)):
                node = statement.qubit if isinstance(statement, self._ast.QubitDeclaration) else statement.identifier
                name = node.name
                if name in declared:
                    raise self._error(f"'{name}' is already declared", statement)
                declared.add(name)
        self._program.statements = self._block(self._program.statements)
        for index, statement in enumerate(self._program.statements):
            if isinstance(statement, self._ast.EndStatement):
                del self._program.statements[index:]
                break
        return self._program

    # ------------------------------------------------------------------------------------------------ statements

    def _block(self, statements: Sequence[Any]) -> list[Any]:
        return [new for statement in statements for new in self._statement(statement)]

    def _inner(self, statements: Sequence[Any], names: dict[str, Value | None]) -> list[Any]:
        self._scopes.append(dict(names))
        try:
            return self._block(statements)
        finally:
            self._scopes.pop()

    def _statement(self, statement: _Node) -> list[Any]:
        ast = self._ast
        self._count(1, statement)
        if isinstance(statement, (ast.ConstantDeclaration, ast.ClassicalDeclaration)):
            if self._is_constant(statement):
                return []
        elif isinstance(statement, ast.ForInLoop):
            return self._loop(statement)
        elif isinstance(statement, ast.BranchingStatement):
            value = self._value(statement.condition)
            if value is not None:
                return self._inner(statement.if_block if value else statement.else_block, {})
            statement.condition = self._folded(statement.condition)
            statement.if_block = self._inner(statement.if_block, {})
            statement.else_block = self._inner(statement.else_block, {})
            return [statement]
        elif isinstance(statement, ast.QuantumGateDefinition):
            hidden: dict[str, Value | None] = {name.name: None for name in (*statement.arguments, *statement.qubits)}
            self._in_gate = True
            statement.body = self._inner(statement.body, hidden)
            self._in_gate = False
            return [statement]
        elif isinstance(statement, ast.SubroutineDefinition):
            return [statement]
        self._fold_inside(statement)
        return [statement]

    def _count(self, number: int, statement: _Node) -> None:
        self._num_statements += number
        if self._num_statements > MAX_STATEMENTS + len(self._program.statements):
            raise self._error(f"loops of more than {MAX_STATEMENTS:,} statements are not unrolled", statement)

    def _is_constant(self, statement: _Node) -> bool:
        """Remember a number or duration that never changes; whether it was one."""
        ast, name, init = self._ast, statement.identifier.name, statement.init_expression
        numbers = (ast.IntType, ast.UintType, ast.FloatType, ast.AngleType, ast.BoolType, ast.DurationType)
        is_variable = isinstance(statement, ast.ClassicalDeclaration)
        if not isinstance(statement.type, numbers) or (is_variable and name in self._assigned):
            self._scopes[-1][name] = None
            return False
        value = None if init is None else self._value(init)
        if value is not None and isinstance(statement.type, (ast.IntType, ast.UintType)):
            value = None if isinstance(value, _Duration) else int(value)
        self._scopes[-1][name] = value
        return value is not None

    def _loop(self, loop: _Node) -> list[Any]:
        ast, name = self._ast, loop.identifier.name
        values = self._values_of(loop.set_declaration)
        is_used = any(node.name == name for node in self._nodes(loop.block, ast.Identifier))
        leaves = any(True for _ in self._nodes(loop.block, (ast.BreakStatement, ast.ContinueStatement)))
        if values is not None and (is_used or self._in_gate) and not leaves:
            self._count(len(values), loop)
            unrolled: list[Any] = []
            for value in values:
                unrolled += self._inner(copy.deepcopy(loop.block), {name: value})
            return unrolled
        indexed = (
            i for node in self._nodes(loop.block, ast.IndexedIdentifier) for i in self._nodes(node.indices, object)
        )
        if is_used and any(getattr(node, "name", None) == name for node in indexed):
            why = "it may end early" if leaves else "its range is not constant"
            raise self._error(f"the variable {name!r} of a loop is an index, and {why}", loop)
        self._fold_inside(loop.set_declaration)
        loop.block = self._inner(loop.block, {name: None})
        return [loop]

    def _values_of(self, values: _Node) -> Sequence[Any] | None:
        """Return the values of a range, whose end is one of them, or of a set; None if they are not constant."""
        if isinstance(values, self._ast.DiscreteSet):
            found = [self._value(value) for value in values.values]
            return None if None in found else found
        if not isinstance(values, self._ast.RangeDefinition) or values.start is None or values.end is None:
            return None
        start, end = self._value(values.start), self._value(values.end)
        step = 1 if values.step is None else self._value(values.step)
        if not (isinstance(start, int) and isinstance(end, int) and isinstance(step, int) and step):
            return None
        return range(start, end + (1 if step > 0 else -1), step)

    # ----------------------------------------------------------------------------------------------- expressions

    def _fold_inside(self, node: _Node) -> None:
        for field in dataclasses.fields(node):
            if field.name not in ("span", "annotations", "name", "identifier", "qubit", "target"):
                setattr(node, field.name, self._folded(getattr(node, field.name)))
            elif isinstance(getattr(node, field.name), self._ast.IndexedIdentifier):
                self._fold_inside(getattr(node, field.name))

    def _folded(self, part: _Node) -> _Node:
        if isinstance(part, list):
            return [self._folded(item) for item in part]
        if not isinstance(part, self._ast.QASMNode):
            return part
        if isinstance(part, self._ast.Expression):
            used = self._nodes(part, (self._ast.Identifier, self._ast.FunctionCall, self._ast.Cast))
            value = self._value(part) if any(_base_name(node) not in _NAMED for node in used) else None
            if value is not None:
                return self._literal(value, part.span)
        self._fold_inside(part)
        return part

    def _literal(self, value: Value, span: _Node) -> _Node:
        ast = self._ast
        if isinstance(value, _Duration):
            node = ast.DurationLiteral(value.value, value.unit)
        elif isinstance(value, bool):
            node = ast.BooleanLiteral(value)
        elif value < 0:
            node = ast.UnaryExpression(ast.UnaryOperator["-"], self._literal(-value, span))
        else:
            node = ast.IntegerLiteral(value) if isinstance(value, int) else ast.FloatLiteral(value)
        node.span = span
        return node

    def _value(self, part: _Node) -> Value | None:
        """Return the value of an expression, None if it is not constant."""
        try:
            return self._evaluated(part)
        except (ArithmeticError, ValueError, TypeError):
            return None

    def _evaluated(self, part: _Node) -> Value | None:
        ast = self._ast
        if isinstance(part, (ast.IntegerLiteral, ast.FloatLiteral, ast.BooleanLiteral)):
            return part.value
        if isinstance(part, ast.DurationLiteral):
            return _Duration(part.value, part.unit)
        if isinstance(part, ast.Identifier):
            scope = next((scope for scope in reversed(self._scopes) if part.name in scope), _NAMED)
            return scope.get(part.name)
        if isinstance(part, ast.UnaryExpression):
            value = self._value(part.expression)
            return None if value is None else _unary(part.op.name, value)
        if isinstance(part, ast.BinaryExpression):
            return self._binary(part)
        if isinstance(part, ast.FunctionCall) and part.name.name in _FUNCTIONS:
            arguments = [self._value(argument) for argument in part.arguments]
            return None if None in arguments else _FUNCTIONS[part.name.name](*arguments)
        if isinstance(part, ast.Cast):
            return self._cast(part)
        if isinstance(part, ast.IndexExpression) and isinstance(part.index, list) and len(part.index) == 1:
            number, bit = self._value(part.collection), self._value(part.index[0])
            if isinstance(number, int) and isinstance(bit, int) and 0 <= bit < _MAX_BITS:
                return number >> bit & 1
        return None

    def _cast(self, part: _Node) -> Value | None:
        value = self._value(part.argument)
        for kind, make in ((self._ast.BoolType, bool), (self._ast.FloatType, float), (self._ast.AngleType, float)):
            if value is not None and isinstance(part.type, kind):
                return make(value)
        if value is not None and isinstance(part.type, (self._ast.IntType, self._ast.UintType)):
            return int(value)
        return None

    def _binary(self, part: _Node) -> Value | None:
        first, second, name = self._value(part.lhs), self._value(part.rhs), part.op.name
        if first is None or second is None:
            return None
        if isinstance(first, _Duration) or isinstance(second, _Duration):
            return _of_durations(name, first, second)
        if name == "/":
            if isinstance(first, int) and isinstance(second, int) and second and first % second:
                raise self._error(
                    f"{first}/{second} divides whole numbers, with a rest: write {first}.0/{second} for a fraction",
                    part,
                )
            return first // second if isinstance(first, int) and isinstance(second, int) else first / second
        if name in ("**", "<<", ">>"):
            if isinstance(first, int) and isinstance(second, int) and abs(second) * first.bit_length() > _MAX_BITS:
                return None
            operators = {"**": operator.pow, "<<": operator.lshift, ">>": operator.rshift}
            return operators[name](first, second)
        return _OPERATORS[name](first, second) if name in _OPERATORS else None

    # ---------------------------------------------------------------------------------------------------- walking

    def _nodes(self, part: object, kinds: type | tuple[type, ...]) -> Iterator[Any]:
        if isinstance(part, (list, tuple)):
            for item in part:
                yield from self._nodes(item, kinds)
        elif isinstance(part, self._ast.QASMNode):
            if isinstance(part, kinds):
                yield part
            for field in dataclasses.fields(part):
                if field.name != "span":
                    yield from self._nodes(getattr(part, field.name), kinds)


def _base_name(target: object) -> str | None:
    """Return the name of what is assigned to: `a` of `a` and of `a[0]`."""
    name = getattr(target, "name", None)
    return getattr(name, "name", name)


def _unary(name: str, value: Value) -> Value | None:
    if name == "!":
        return not value
    if name != "-":
        return None  # ~ depends on the width
    return _Duration(-value.value, value.unit) if isinstance(value, _Duration) else -value


def _of_durations(name: str, first: Value, second: Value) -> Value | None:
    if isinstance(first, _Duration) and isinstance(second, _Duration):
        if first.unit != second.unit or name not in "+-":
            return None
        return _Duration(_OPERATORS[name](first.value, second.value), first.unit)
    if isinstance(second, _Duration) and not isinstance(first, _Duration):
        return _Duration(first * second.value, second.unit) if name == "*" else None
    if isinstance(first, _Duration) and not isinstance(second, _Duration) and name in "*/":
        return _Duration(first.value * second if name == "*" else first.value / second, first.unit)
    return None
