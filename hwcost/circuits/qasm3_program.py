"""OpenQASM 3 programs in fewer constructs than they are written in: `simplified`.

Qiskit's importer knows no constants, no functions and no indices that a loop counts. They have values before the
program runs, so they are filled in; loops whose body depends on such a value are unrolled, branches on it are taken,
switches are written as branches. What is left, the importer reads or refuses.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hwcost.circuits.qasm3_values import (
    Node,
    NotConstant,
    Refused,
    Value,
    changed,
    converted,
    folded,
    folded_index,
    is_imported,
    literal,
    names_in,
    new_scope,
    nodes_in,
    value_of,
)

if TYPE_CHECKING:
    from openqasm3.ast import Program

MAX_UNROLLED = 30_000
"""Statements that unrolled loops may become; more take longer to read than a file may."""

MAX_SPECIAL_GATES = 1000

_IN_GATE = "gate "  # no name can have a space
_OPEN: Value = None
"""A name without a value before the program runs."""


def simplified(program: Program) -> Program:
    """Return a program with its constants, functions and counted loops written out.

    Raises:
        Refused: Something in it has no value, or none that all readers agree on.
    """
    result: Program = changed(program, statements=_Simplifier(program).program())
    return result


class _Simplifier:
    """State: what names stand for, the gates that need numbers, declarations to be put before a statement."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._scope: ChainMap[str, Value] = new_scope()
        self._words = names_in(program.statements)
        self._assigned = {
            n.name
            for each in nodes_in(program.statements)
            if type(each).__name__ == "ClassicalAssignment"
            for n in nodes_in(each.lvalue)
            if type(n).__name__ == "Identifier"
        }
        self._widths: dict[str, int | None] = {}
        self._is_bits: set[str] = set()
        self._gates: dict[str, Any] = {}
        self._special: dict[tuple[Any, ...], str] = {}
        self._before: list[Any] = []
        self._num_unrolled = 0

    def program(self) -> list[Any]:
        """Return the statements of the simplified program."""
        done: list[Any] = []
        for statement in self._program.statements:
            if type(statement).__name__ == "EndStatement":
                break
            new = self._of(statement)
            done += [*self._before, *new]
            self._before.clear()
        return done

    def _of(self, node: Node) -> list[Any]:
        """Return the statements that a statement becomes."""
        rule = _RULES.get(type(node).__name__)
        return [node] if rule is None else list(rule(self, node))

    def _block(self, statements: Sequence[Any]) -> list[Any]:
        self._scope = self._scope.new_child()
        try:
            return [new for statement in statements for new in self._of(statement)]
        finally:
            self._scope = self._scope.parents

    def _value(self, node: Node) -> Value:
        """Return a value, `_OPEN` where there is none."""
        try:
            return value_of(node, self._scope)
        except NotConstant:
            return _OPEN

    def _fresh(self, name: str) -> str:
        while name in self._words:
            name += "_"
        self._words.add(name)
        return name

    # ------------------------------------------------------------------------------------------------- declarations

    def constant(self, node: Node) -> Iterator[Any]:
        """Remember a constant, or a variable that nothing assigns to."""
        name = node.identifier.name
        if type(node).__name__ == "ClassicalDeclaration" and name in self._assigned:
            yield node
            return
        try:
            self._scope[name] = converted(value_of(node.init_expression, self._scope), node.type)
        except NotConstant:
            yield node

    def classical(self, node: Node) -> Iterator[Any]:
        if type(node.type).__name__ != "BitType":
            if node.init_expression is None:
                yield node
            else:
                yield from self.constant(node)
            return
        name = node.identifier.name
        kind = changed(node.type, size=folded(node.type.size, self._scope))
        self._declare(node, name, kind.size)
        self._is_bits.add(name)
        start = node.init_expression
        if type(start).__name__ == "QuantumMeasurement":
            start = changed(start, qubit=self._operand(start.qubit))
        elif start is not None and self._value(start) in (0, False):
            start = None  # bits begin as zeros
        yield changed(node, type=kind, init_expression=start)

    def qubits(self, node: Node) -> Iterator[Any]:
        size = folded(node.size, self._scope)
        self._declare(node, node.qubit.name, size)
        yield changed(node, size=size)

    def _declare(self, node: Node, name: str, size: Node) -> None:
        if name in self._widths:
            raise Refused(node, f"'{name}' is declared twice", f"give one of the two another name than {name}")
        self._scope[name] = _OPEN
        self._widths[name] = None if size is None else getattr(size, "value", None)

    def io(self, node: Node) -> Iterator[Any]:
        from openqasm3 import ast

        self._scope[node.identifier.name] = _OPEN
        if node.io_identifier is not ast.IOKeyword.output:
            yield node
            return
        declaration = ast.ClassicalDeclaration(node.type, node.identifier, None)
        declaration.span = node.span
        yield from self.classical(declaration)

    def alias(self, node: Node) -> Iterator[Any]:
        yield changed(node, value=self._operand(node.value))

    def extern(self, node: Node) -> Iterator[Any]:
        called = {
            each.name.name for each in nodes_in(self._program.statements) if type(each).__name__ == "FunctionCall"
        }
        if node.name.name in called:
            yield node

    # -------------------------------------------------------------------------------------------------------- gates

    def gate_definition(self, node: Node) -> Iterator[Any]:
        """Yield a definition; one with functions in its angles waits for its calls, which give it numbers."""
        names = [argument.name for argument in node.arguments]
        body = self._gate_body(node, dict.fromkeys(names, _OPEN))
        if names and not all(map(self._is_plain, body)):
            self._gates[node.name.name] = node
            return
        # Qiskit's importer gives values to parameters in the order of the alphabet.
        ordered = {name: self._fresh(f"p{k:04}_{name}") for k, name in enumerate(names)}
        in_order = names != sorted(names)
        yield changed(
            node,
            body=_renamed(body, ordered) if in_order else body,
            arguments=_renamed(node.arguments, ordered) if in_order else node.arguments,
        )

    def _gate_body(self, node: Node, values: Mapping[str, Value]) -> list[Any]:
        unknown = dict.fromkeys([*(qubit.name for qubit in node.qubits), _IN_GATE], _OPEN)
        self._scope = self._scope.new_child({**values, **unknown})
        try:
            return [new for statement in node.body for new in self._of(statement)]
        finally:
            self._scope = self._scope.parents

    def _is_plain(self, statement: Node) -> bool:
        kind = type(statement).__name__
        if kind == "QuantumGate":
            return statement.name.name not in self._gates and all(map(is_imported, statement.arguments))
        return bool(is_imported(statement.argument)) if kind == "QuantumPhase" else kind == "QuantumBarrier"

    def gate(self, node: Node) -> Iterator[Any]:
        arguments = [folded(each, self._scope) for each in node.arguments]
        new = changed(
            node,
            arguments=arguments,
            qubits=[self._operand(qubit) for qubit in node.qubits],
            modifiers=self._modifiers(node),
            duration=folded(node.duration, self._scope),
        )
        definition = self._gates.get(node.name.name)
        if definition is not None:
            values = [self._value(each) for each in arguments]
            if _OPEN not in values and len(values) == len(definition.arguments):
                new = changed(new, name=changed(node.name, name=self._specialised(definition, values)), arguments=[])
            elif _IN_GATE not in self._scope:
                raise Refused(
                    node,
                    f"the gate {node.name.name} computes angles by functions, and its arguments are no numbers",
                    "give it numbers, or bind the input first",
                )
        yield new

    def _specialised(self, definition: Node, values: Sequence[Value]) -> str:
        """Return the name of a gate's definition for certain values, which is put before the present statement."""
        key = (definition.name.name, *values)
        if key not in self._special:
            if len(self._special) >= MAX_SPECIAL_GATES:
                raise Refused(
                    definition,
                    f"the gate {definition.name.name} computes its angles by functions for more than "
                    f"{MAX_SPECIAL_GATES:,} different arguments",
                    "give it the computed angles",
                )
            names = [argument.name for argument in definition.arguments]
            body = self._gate_body(definition, dict(zip(names, values, strict=True)))
            self._special[key] = self._fresh(f"{definition.name.name}_{len(self._special)}")
            name = changed(definition.name, name=self._special[key])
            self._before.append(changed(definition, name=name, arguments=[], body=body))
        return self._special[key]

    def phase(self, node: Node) -> Iterator[Any]:
        yield changed(
            node,
            argument=folded(node.argument, self._scope),
            qubits=[self._operand(qubit) for qubit in node.qubits],
            modifiers=self._modifiers(node),
        )

    def _modifiers(self, node: Node) -> list[Any]:
        return [changed(m, argument=folded(m.argument, self._scope, real=True)) for m in node.modifiers]

    def _operand(self, node: Node) -> Node:
        """Return qubits or bits with the constants of their indices filled in; their own name is no constant."""
        kind = type(node).__name__
        if kind == "IndexedIdentifier":
            return changed(node, indices=[folded_index(each, self._scope) for each in node.indices])
        if kind == "IndexExpression":
            return changed(node, collection=self._operand(node.collection), index=folded_index(node.index, self._scope))
        if kind == "Concatenation":
            return changed(node, lhs=self._operand(node.lhs), rhs=self._operand(node.rhs))
        return node

    # ------------------------------------------------------------------------------------------------- other operations

    def measurement(self, node: Node) -> Iterator[Any]:
        """Yield a measurement; one that nobody reads gets bits of its own, for it takes its time all the same."""
        from openqasm3 import ast

        qubit = self._operand(node.measure.qubit)
        target = node.target
        if target is None:
            width = self._width_of(qubit)
            if width != 0:
                target = ast.Identifier(self._fresh("unread"))
                size = None if width is None else ast.IntegerLiteral(width)
                self._before.append(ast.ClassicalDeclaration(ast.BitType(size), target, None))
                for new in (target, self._before[-1]):
                    new.span = node.span
        else:
            target = self._operand(target)
        yield changed(node, measure=changed(node.measure, qubit=qubit), target=target)

    def _width_of(self, qubit: Node) -> int | None:
        """Return the width of a register, None of a single qubit, 0 if it is not known."""
        if type(qubit).__name__ == "Identifier":
            return self._widths.get(qubit.name, None if qubit.name.startswith("$") else 0)
        indices = getattr(qubit, "indices", [[]])[0]
        is_one = isinstance(indices, list) and len(indices) == 1 and _is_number(indices[0])
        return None if is_one else 0

    def reset(self, node: Node) -> Iterator[Any]:
        yield changed(node, qubits=self._operand(node.qubits))

    def barrier(self, node: Node) -> Iterator[Any]:
        yield changed(node, qubits=[self._operand(qubit) for qubit in node.qubits])

    def delay(self, node: Node) -> Iterator[Any]:
        yield changed(
            node,
            duration=folded(node.duration, self._scope),
            qubits=[self._operand(qubit) for qubit in node.qubits],
        )

    def box(self, node: Node) -> Iterator[Any]:
        yield changed(node, body=self._block(node.body), duration=folded(node.duration, self._scope))

    # ------------------------------------------------------------------------------------------- loops and branches

    def loop(self, node: Node) -> Iterator[Any]:
        name = node.identifier.name
        values = self._loop_values(node)
        if values is None or not self._needs_unrolling(node):
            self._scope = self._scope.new_child({name: _OPEN})
            try:
                body = self._block(node.block)
            finally:
                self._scope = self._scope.parents
            yield changed(node, block=body, set_declaration=folded(node.set_declaration, self._scope))
            return
        for value in values:
            self._scope = self._scope.new_child({name: converted(value, node.type)})
            try:
                body = self._block(node.block)
            finally:
                self._scope = self._scope.parents
            for statement in body:
                if type(statement).__name__ in ("BreakStatement", "ContinueStatement") or _leaves_loop(statement):
                    raise Refused(
                        node,
                        f"the loop's variable {name!r} is used for more than angles, and the loop may end early",
                        "write the repetitions out",
                    )
            self._num_unrolled += max(1, len(body))
            if self._num_unrolled > MAX_UNROLLED:
                raise Refused(
                    node,
                    f"its loops unroll to more than {MAX_UNROLLED:,} statements",
                    "estimate one repetition and multiply",
                )
            yield from body

    def _loop_values(self, node: Node) -> Sequence[Value] | None:
        """Return what a loop runs over; None where only the running program knows."""
        from openqasm3 import ast

        over = node.set_declaration
        if isinstance(over, ast.DiscreteSet):
            values = [self._value(each) for each in over.values]
            return None if _OPEN in values else values
        if isinstance(over, ast.RangeDefinition):
            start, end = self._value(over.start), self._value(over.end)
            step = 1 if over.step is None else self._value(over.step)
            if not all(isinstance(each, int) for each in (start, end, step)):
                return None
            if step == 0:
                raise Refused(over, "a range with steps of 0 has no end", "give another step")
            return range(start, end + (1 if step > 0 else -1), step)
        value = self._value(over)
        return value if isinstance(value, tuple) else None

    def _needs_unrolling(self, node: Node) -> bool:
        """Return whether the importer cannot keep a loop: its counter is used for more than sums in angles."""
        from openqasm3 import ast

        name = node.identifier.name
        if _IN_GATE in self._scope:
            return True
        if name not in names_in(node.block):
            return not isinstance(node.type, (ast.IntType, ast.UintType)) or not isinstance(
                node.set_declaration, (ast.RangeDefinition, ast.DiscreteSet)
            )
        if not isinstance(node.type, (ast.IntType, ast.UintType)):
            return True
        for statement in node.block:
            if not isinstance(statement, ast.QuantumGate):
                return True
            if name in names_in([statement.qubits, statement.modifiers]) or statement.name.name in self._gates:
                return True
            for each in nodes_in(statement.arguments):
                is_sum = not isinstance(each, ast.BinaryExpression) or each.op.name in "+-*"
                if name in names_in(each) and not (is_sum and is_imported(each)):
                    return True
        return False

    def branch(self, node: Node) -> Iterator[Any]:
        condition = node.condition
        known = self._value(condition)
        if known is not _OPEN:
            yield from self._block(node.if_block if known else node.else_block)
            return
        condition, swapped = self._condition(condition)
        first, second = (node.else_block, node.if_block) if swapped else (node.if_block, node.else_block)
        operator = condition.op.name if type(condition).__name__ == "BinaryExpression" else ""
        if operator == "&&":
            inner = changed(node, condition=condition.rhs, if_block=first, else_block=second)
            yield from self.branch(changed(node, condition=condition.lhs, if_block=[inner], else_block=second))
        elif operator == "||":
            inner = changed(node, condition=condition.rhs, if_block=first, else_block=second)
            yield from self.branch(changed(node, condition=condition.lhs, if_block=first, else_block=[inner]))
        else:
            yield changed(node, condition=condition, if_block=self._block(first), else_block=self._block(second))

    def _condition(self, node: Node) -> tuple[Node, bool]:
        """Return a condition as the importer writes it, and whether it is the opposite one."""
        from openqasm3 import ast

        if isinstance(node, ast.UnaryExpression) and node.op.name in "!~" and not self._is_bit(node.expression):
            inner, swapped = self._condition(node.expression)
            return inner, not swapped
        if not isinstance(node, ast.BinaryExpression) or node.op.name not in ("==", "!="):
            return node if isinstance(node, ast.BinaryExpression) else folded_bit(node, self._scope), False
        sides = [self._without_cast(node.lhs), self._without_cast(node.rhs)]
        if self._value(sides[0]) is not _OPEN:
            sides.reverse()
        bits, value = sides[0], self._value(sides[1])
        if value is _OPEN:
            return node, False
        bits = folded_bit(bits, self._scope)
        if self._is_bit(bits) and value in (0, 1):
            value = bool(value) == (node.op.name == "==")
            equal = changed(node, op=ast.BinaryOperator["=="], lhs=bits, rhs=literal(value, node))
            return equal, False
        number = sides[1] if isinstance(sides[1], ast.BitstringLiteral) else literal(value, node)
        return changed(node, op=ast.BinaryOperator["=="], lhs=bits, rhs=number), node.op.name == "!="

    def _without_cast(self, node: Node) -> Node:
        is_bits = type(node).__name__ == "Cast" and names_in(node.argument) <= self._is_bits
        return node.argument if is_bits and type(node.type).__name__ in ("IntType", "UintType") else node

    def _is_bit(self, node: Node) -> bool:
        kind = type(node).__name__
        if kind == "Identifier":
            return node.name in self._is_bits and self._widths[node.name] is None
        is_index = kind == "IndexExpression" and isinstance(node.index, list) and len(node.index) == 1
        return is_index and names_in(node.collection) <= self._is_bits and _is_number(node.index[0])

    def switch(self, node: Node) -> Iterator[Any]:
        """Write a switch as branches: the first case that fits, or the default."""
        from openqasm3 import ast

        rest: list[Any] = list(node.default.statements) if node.default else []
        for labels, block in reversed(node.cases):
            condition: Any = None
            for label in labels:
                equal = ast.BinaryExpression(ast.BinaryOperator["=="], node.target, label)
                equal.span = label.span
                both = ast.BinaryExpression(ast.BinaryOperator["||"], condition, equal) if condition else equal
                both.span = label.span
                condition = both
            case = ast.BranchingStatement(condition, list(block.statements), rest)
            case.span = node.span
            rest = [case]
        yield from self._block(rest)

    def while_loop(self, node: Node) -> Iterator[Any]:
        known = self._value(node.while_condition)
        if known is _OPEN or known:
            raise Refused(
                node,
                "a while loop has no number of repetitions before it runs",
                "write it as a for loop over their number",
            )
        yield from ()

    def end(self, node: Node) -> Iterator[Any]:
        raise Refused(node, "the program may end here, before its last line", "let it run to its end")


def folded_bit(node: Node, scope: Mapping[str, Value]) -> Node:
    """Return bits in a condition with the constants of their indices filled in."""
    return changed(node, index=folded_index(node.index, scope)) if type(node).__name__ == "IndexExpression" else node


def _is_number(node: Node) -> bool:
    kind = type(node).__name__
    return kind == "IntegerLiteral" or (kind == "UnaryExpression" and _is_number(node.expression))


def _leaves_loop(statement: Node) -> bool:
    """Return whether a branch breaks out of the loop that it is in."""
    kind = type(statement).__name__
    if kind in ("BreakStatement", "ContinueStatement"):
        return True
    return kind == "BranchingStatement" and any(map(_leaves_loop, [*statement.if_block, *statement.else_block]))


def _renamed(nodes: Node, names: Mapping[str, str]) -> Node:
    """Return nodes with other names of parameters."""
    if isinstance(nodes, list):
        return [_renamed(each, names) for each in nodes]
    if not hasattr(nodes, "__dataclass_fields__"):
        return nodes
    if type(nodes).__name__ == "Identifier":
        return changed(nodes, name=names.get(nodes.name, nodes.name))
    # Gates and qubits have names of their own.
    fields = {name: value for name, value in vars(nodes).items() if name not in ("span", "name", "qubits")}
    return changed(nodes, **{name: _renamed(value, names) for name, value in fields.items()})


_RULES: Mapping[str, Callable[[_Simplifier, Any], Iterator[Any]]] = {
    "AliasStatement": _Simplifier.alias,
    "Box": _Simplifier.box,
    "BranchingStatement": _Simplifier.branch,
    "ClassicalDeclaration": _Simplifier.classical,
    "ConstantDeclaration": _Simplifier.constant,
    "DelayInstruction": _Simplifier.delay,
    "EndStatement": _Simplifier.end,
    "ExternDeclaration": _Simplifier.extern,
    "ForInLoop": _Simplifier.loop,
    "IODeclaration": _Simplifier.io,
    "QuantumBarrier": _Simplifier.barrier,
    "QuantumGate": _Simplifier.gate,
    "QuantumGateDefinition": _Simplifier.gate_definition,
    "QuantumMeasurementStatement": _Simplifier.measurement,
    "QuantumPhase": _Simplifier.phase,
    "QuantumReset": _Simplifier.reset,
    "QubitDeclaration": _Simplifier.qubits,
    "SwitchStatement": _Simplifier.switch,
    "WhileLoop": _Simplifier.while_loop,
}
