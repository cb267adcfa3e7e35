"""How conditions turn out where some variables are empty."""

from __future__ import annotations

from collections.abc import Collection

from cblint.shell.commands import AndOr, Command, CommandList, Pipeline, SimpleCommand, Test
from cblint.shell.operands import pieces
from cblint.shell.query import TESTS, names_in
from cblint.shell.syntax import Literal, Parameter, SingleQuoted, Word

CAREFUL = ("-", "=", "+", "?")
"""With these after the name of a parameter somebody has thought of what is not set."""
_EQUAL, _UNEQUAL = frozenset({"=", "==", "=~"}), frozenset({"!="})
_EQUATIONS = _EQUAL | _UNEQUAL

Maybe = bool | None


def is_careful(parameter: Parameter) -> bool:
    """``${X:-…}`` and its kin."""
    return parameter.operator.lstrip(":").startswith(CAREFUL)


def asked_for(command: SimpleCommand | Test, names: Collection[str]) -> set[str]:
    """Those of some variables of which a test asks whether they are empty or set."""
    found: set[str] = set()
    for words, operator in _primaries(command) if names else ():
        is_equation = operator in _EQUATIONS and any(word.text == "" for word in words)
        if operator in ("-z", "-n", "") or is_equation:
            found |= {name for word in words for name in names_in(word) if name in names}
    return found


def holds(node: CommandList, names: Collection[str]) -> Maybe:
    """Whether a condition holds where these variables are empty; None where that is not known."""
    return _list(node.items[-1], names) if len(node.items) == 1 else None


def is_empty(word: Word, names: Collection[str]) -> bool:
    """Whether a word has nothing in it but such variables."""
    parts = list(pieces(word))
    return bool(parts) and all(isinstance(part, Parameter) and _is_plain(part, names) for part in parts)


def _is_plain(part: Parameter, names: Collection[str]) -> bool:
    return part.name in names and not is_careful(part) and not part.prefix


def _list(node: AndOr, names: Collection[str]) -> Maybe:
    """``a && b || c`` binds from the left."""
    answer = _pipeline(node.pipelines[0], names)
    for operator, pipeline in zip(node.operators, node.pipelines[1:], strict=False):
        answer = _joined(operator, answer, _pipeline(pipeline, names))
    return answer


def _joined(operator: str, first: Maybe, second: Maybe) -> Maybe:
    decisive = operator == "||"
    if decisive in (first, second):
        return decisive
    return None if None in (first, second) else not decisive


def _pipeline(node: Pipeline, names: Collection[str]) -> Maybe:
    answer = _command(node.commands[0], names) if len(node.commands) == 1 else None
    return None if answer is None else answer is not node.negated


def _command(node: Command, names: Collection[str]) -> Maybe:
    if isinstance(node, Test):
        return _test(node, names)
    if not isinstance(node, SimpleCommand) or not node.words or node.words[0].text not in TESTS:
        return None
    ((words, operator),) = _primaries(node) or [((), "?")]
    return _primary(words, operator, names)


def _test(node: Test, names: Collection[str]) -> Maybe:
    """``[[ … ]]`` of which it is clear how its parts are joined."""
    at, between = node.start, ""
    for condition in node.conditions:
        between += node.source.value[at : condition.start]
        at = condition.end
    between += node.source.value[at : node.end]
    operators = {operator for operator in ("&&", "||") if operator in between}
    if "!" in between or len(operators) > 1 or ("(" in between and operators):
        return None
    answers = [_primary(condition.words, condition.operator, names) for condition in node.conditions]
    operator = operators.pop() if operators else "&&"
    answer: Maybe = operator == "&&"
    for each in answers:
        answer = _joined(operator, answer, each)
    return answer


def _primaries(node: SimpleCommand | Test) -> list[tuple[tuple[Word, ...], str]]:
    """The words of each test and its operator, which is empty for that of a word alone; none if it is put together."""
    if isinstance(node, Test):
        return [(condition.words, condition.operator) for condition in node.conditions]
    if not node.words or node.words[0].text not in TESTS:
        return []
    words = node.words[1:-1] if node.words[0].text == "[" else node.words[1:]
    if len(words) == 1:
        return [(words, "")]
    if len(words) == 2:
        return [(words[1:], words[0].text or "?")]
    return [((words[0], words[2]), words[1].text or "?")] if len(words) == 3 else []


def _primary(words: tuple[Word, ...], operator: str, names: Collection[str]) -> Maybe:
    if operator in ("-z", "-n", "") and len(words) == 1 and is_empty(words[0], names):
        return operator == "-z"
    if operator not in _EQUATIONS or len(words) != 2:
        return None
    empty = [word for word in words if is_empty(word, names)]
    others = [word for word in words if not is_empty(word, names)]
    if len(empty) != 1 or not _has_characters(others[0]) or (operator == "=~" and not others[0].raw.startswith("^")):
        return None
    return operator in _UNEQUAL


def _has_characters(word: Word) -> bool:
    """Whether something stands in a word for sure, and no pattern that fits nothing."""
    text = word.text
    if text is None:
        return any(isinstance(part, (Literal, SingleQuoted)) and part.value for part in pieces(word))
    return bool(text.strip("*^$.?()|[]+"))
