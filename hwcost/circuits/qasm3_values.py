"""Constants of an OpenQASM 3 program: the values of expressions, and expressions with their constants filled in."""

from __future__ import annotations

import copy
import math
import operator
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from openqasm3.ast import Expression, QASMNode

Value: TypeAlias = Any
"""int, float, bool, a tuple of values (an array), or a `Duration`."""

Node: TypeAlias = Any
"""A statement, an expression or a list of them: each class of them has fields of its own, told by its name."""

Scope: TypeAlias = MutableMapping[str, Value]

_CONSTANTS = {
    "pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau, "euler": math.e, "ℇ": math.e
}  # fmt: skip

_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "arccos": math.acos,
    "arcsin": math.asin,
    "arctan": math.atan,
    "ceiling": math.ceil,
    "cos": math.cos,
    "exp": math.exp,
    "floor": math.floor,
    "log": math.log,
    "mod": lambda a, b: a - b * (math.floor(a / b) if isinstance(a, float) or isinstance(b, float) else a // b),
    "popcount": lambda a: a.bit_count(),
    "pow": pow,
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tan": math.tan,
}

_OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "**": operator.pow,
    "%": math.fmod,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&&": lambda a, b: bool(a) and bool(b),
    "||": lambda a, b: bool(a) or bool(b),
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}

_CASTS = {"IntType": int, "UintType": int, "FloatType": float, "AngleType": float, "BoolType": bool}

_MAX_BITS = 64
_IMPORTED_OPERATORS = ("+", "-", "*", "/")


@dataclass(frozen=True, slots=True)
class Duration:
    """A time with the unit in which it is written."""

    value: float
    unit: Any

    def __mul__(self, factor: Value) -> Duration:
        return Duration(self.value * float(factor), self.unit)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Value) -> Duration:
        return Duration(self.value / float(divisor), self.unit)

    def __neg__(self) -> Duration:
        return Duration(-self.value, self.unit)

    def __add__(self, other: Value) -> Duration:
        if not isinstance(other, Duration) or other.unit != self.unit:
            raise NotConstant
        return Duration(self.value + other.value, self.unit)

    def __sub__(self, other: Value) -> Duration:
        return self.__add__(-other)


class NotConstant(Exception):  # noqa: N818 - no error: the expression is left as it is
    """A value depends on an input, a parameter of a gate, or a measurement."""


class Refused(Exception):  # noqa: N818
    """What makes a program no circuit, and where: `line`, `column` (from 1), `reason`, `remedy`."""

    def __init__(self, node: QASMNode, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.line = node.span.start_line if node.span else None
        self.column = node.span.start_column + 1 if node.span else None
        self.reason, self.remedy = reason, remedy


def new_scope() -> ChainMap[str, Value]:
    """Return a scope that holds the language's constants."""
    return ChainMap({}, dict(_CONSTANTS))


def value_of(node: Node, scope: Mapping[str, Value], *, real: bool = False) -> Value:
    """Evaluate an expression.

    Args:
        node: The expression.
        scope: Values of names.
        real: Whether 1/2 is a half, as in the powers of gates, rather than the division of integers.

    Raises:
        NotConstant: It has no value before the program runs.
        Refused: It has a value that depends on who reads it, or none at all.
    """
    kind = type(node).__name__
    if kind in ("IntegerLiteral", "FloatLiteral", "BooleanLiteral", "BitstringLiteral"):
        return node.value
    if kind == "DurationLiteral":
        return Duration(node.value, node.unit)
    if kind == "Identifier":
        if node.name in scope and scope[node.name] is not None:
            return scope[node.name]
        raise NotConstant
    evaluate = _EVALUATE.get(kind)
    if evaluate is None:
        raise NotConstant
    try:
        value = evaluate(node, scope, real)
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        raise Refused(node, f"it has no value: {type(error).__name__}: {error}", "correct the expression") from None
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise Refused(node, f"its value is {value}", "give a finite real number")
    return value


def _unary(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    value = value_of(node.expression, scope, real=real)
    if node.op.name == "-":
        return -value
    if node.op.name == "!":
        return not value
    raise NotConstant


def _binary(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    name = node.op.name
    left, right = value_of(node.lhs, scope, real=real), value_of(node.rhs, scope, real=real)
    if name == "/":
        return _quotient(node, left, right, real)
    if name not in _OPERATORS:
        raise NotConstant
    are_whole = isinstance(left, int) and isinstance(right, int)
    if are_whole and name == "%":
        return int(math.fmod(left, right))
    if are_whole and name in ("**", "<<") and abs(left) > 1 and right * abs(left).bit_length() > _MAX_BITS:
        if name == "<<" or right < 0:
            raise OverflowError("an integer of more than 64 bits")
        return float(left) ** right
    return _OPERATORS[name](left, right)


def _quotient(node: Node, left: Value, right: Value, real: bool) -> Value:
    if real or not (isinstance(left, int) and isinstance(right, int)):
        return left / right
    if left % right:
        raise Refused(
            node,
            f"{left}/{right} of integers is {int(left / right)} in OpenQASM 3 and {left / right:g} to most readers",
            f"write {left}.0/{right} for {left / right:g}",
        )
    return left // right


def _call(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    if node.name.name not in _FUNCTIONS:
        raise NotConstant
    return _FUNCTIONS[node.name.name](*[value_of(argument, scope, real=real) for argument in node.arguments])


def _cast(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    return converted(value_of(node.argument, scope, real=real), node.type)


def converted(value: Value, kind: Node) -> Value:
    """Return a value as one of a classical type; arrays keep theirs.

    Raises:
        NotConstant: No value of that type is known before the program runs.
    """
    name = type(kind).__name__
    if name == "ArrayType" or (name == "DurationType" and isinstance(value, Duration)):
        return value
    if name not in _CASTS or isinstance(value, (Duration, tuple)):
        raise NotConstant
    return _CASTS[name](value)


def _element(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    value = value_of(node.collection, scope)
    if isinstance(value, int) and isinstance(node.index, list) and len(node.index) == 1:
        return value >> value_of(node.index[0], scope) & 1  # a bit of a whole number
    if not isinstance(value, tuple) or not isinstance(node.index, list):
        raise NotConstant
    for index in node.index:
        value = value[value_of(index, scope)]
    return value


def _array(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    return tuple(value_of(each, scope) for each in node.values)


def _size(node: Node, scope: Mapping[str, Value], real: bool) -> Value:
    value = value_of(node.target, scope)
    for _ in range(value_of(node.index, scope) if node.index else 0):
        value = value[0]
    if not isinstance(value, tuple):
        raise NotConstant
    return len(value)


_EVALUATE: Mapping[str, Callable[[Any, Mapping[str, Value], bool], Value]] = {
    "UnaryExpression": _unary,
    "BinaryExpression": _binary,
    "FunctionCall": _call,
    "Cast": _cast,
    "IndexExpression": _element,
    "ArrayLiteral": _array,
    "SizeOf": _size,
}


# --------------------------------------------------------------------------- expressions with values filled in


def changed(node: Node, **fields: Node) -> Node:
    """Return a node with other fields and the same place in the file."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def literal(value: Value, at: QASMNode) -> Node:
    """Write a value as an expression."""
    from openqasm3 import ast

    node: Node
    if isinstance(value, Duration):
        node = ast.DurationLiteral(value.value, value.unit)
    elif isinstance(value, bool):
        node = ast.BooleanLiteral(value)
    elif isinstance(value, (int, float)):
        size = ast.IntegerLiteral(abs(value)) if isinstance(value, int) else ast.FloatLiteral(abs(value))
        size.span = at.span
        node = ast.UnaryExpression(ast.UnaryOperator["-"], size) if math.copysign(1.0, value) < 0 else size
    else:
        raise NotConstant
    node.span = at.span
    return node


def folded(node: Node, scope: Mapping[str, Value], *, real: bool = False) -> Node:
    """Return an expression with its constant parts as numbers."""
    kind = type(node).__name__
    if node is None or kind.endswith("Literal"):
        return node
    try:
        return literal(value_of(node, scope, real=real), node)
    except NotConstant:
        pass
    if kind == "DiscreteSet":
        return changed(node, values=[folded(each, scope) for each in node.values])
    fields = {
        "UnaryExpression": ("expression",),
        "BinaryExpression": ("lhs", "rhs"),
        "Cast": ("argument",),
        "RangeDefinition": ("start", "end", "step"),
        "Concatenation": ("lhs", "rhs"),
    }.get(kind, ())
    if kind == "FunctionCall":
        return changed(node, arguments=[folded(each, scope) for each in node.arguments])
    if kind == "IndexExpression":
        return changed(node, collection=folded(node.collection, scope), index=folded_index(node.index, scope))
    if kind == "IndexedIdentifier":
        return changed(node, indices=[folded_index(each, scope) for each in node.indices])
    return changed(node, **{name: folded(getattr(node, name), scope, real=real) for name in fields}) if fields else node


def folded_index(index: Node, scope: Mapping[str, Value]) -> Node:
    """Do the same for an index."""
    if isinstance(index, list):
        return [folded(each, scope) for each in index]
    return folded(index, scope)


def nodes_in(node: Node) -> Iterator[Any]:
    """Yield a node and all in it."""
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, (list, tuple)):
            stack.extend(each)
        elif hasattr(each, "__dataclass_fields__"):
            yield each
            stack.extend(value for name, value in vars(each).items() if name != "span")


def names_in(node: Node) -> set[str]:
    """Return the names in a node."""
    return {each.name for each in nodes_in(node) if type(each).__name__ == "Identifier"}


def is_imported(node: Expression) -> bool:
    """Return whether Qiskit's importer knows all that an angle is computed by."""
    for each in nodes_in(node):
        kind = type(each).__name__
        if kind in ("FunctionCall", "Cast", "SizeOf", "IndexExpression", "ArrayLiteral"):
            return False
        if kind == "BinaryExpression" and each.op.name not in _IMPORTED_OPERATORS:
            return False
    return True
