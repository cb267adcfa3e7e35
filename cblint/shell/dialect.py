"""What /bin/sh does not run as bash does: where it stands, and what dash and bash called sh make of it.

What each shell does is known from running it: ``rules/facts/dialect.yml`` holds it, here is how to find it in the tree.
Nothing is said of what depends on values that the script does not show (which files there are, what a variable holds),
nor of what ``bash -c`` and ``eval`` are given to run. Of ``[[ … ]]`` and ``((…))`` only the brackets are told, for dash
never comes to what stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from cblint import expressions
from cblint.facts import table
from cblint.shell.builtins import Construct, braces, builtin, caret, construct, expanded, options, part_of
from cblint.shell.commands import (
    ArithmeticCommand,
    ArithmeticFor,
    ArrayLiteral,
    Assignment,
    Case,
    CaseItem,
    Command,
    CommandList,
    Coprocess,
    For,
    Function,
    Group,
    If,
    Pipeline,
    Redirection,
    SimpleCommand,
    Subshell,
    Test,
    While,
)
from cblint.shell.dialect_arithmetic import BRACKET, WORD, in_expression, of_command
from cblint.shell.script import Script
from cblint.shell.syntax import (
    ArithmeticExpansion,
    CommandSubstitution,
    DoubleQuoted,
    Node,
    Parameter,
    ProcessSubstitution,
    SingleQuoted,
    Word,
    walk,
)
from cblint.shell.trees import of_tree
from cblint.typing import Any, cast

__all__ = ["Construct", "constructs"]

_NAME = expressions.lazy(r"[A-Za-z_]\w*", re.ASCII)
_QUOTED_OR_ESCAPED = expressions.lazy(r"'[^']*'|\\.", re.DOTALL)


_NEWLINE = 'Syntax error: newline unexpected (expecting ")")'


@of_tree
def constructs(script: Script) -> tuple[Construct, ...]:
    """All in what could be read of the script, in file order."""
    return tuple(sorted(_Finder(script).found(), key=lambda found: found.span))


class _Finder:
    """Goes through one script, and knows what holds for all of it."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._facts = table("dialect")
        self._functions: set[str] = set()
        self._assigned: set[str] = set()
        self._timed: set[int] = set()
        self._targets: set[int] = set()
        self._nodes: list[tuple[Node, bool]] = []
        self._gather()

    def _gather(self) -> None:
        """Note the nodes that something can be said of, with whether a function holds them, and what is defined."""
        script, functions = self._script, self._script.of(Function)
        self._functions = {node.name.raw for node in functions}
        self._assigned = {node.name for node in script.of(Assignment)} | {node.name.raw for node in script.of(For)}
        held = {id(node) for function in functions for child in function.children() for node in walk(child)}
        for node in script.walked():
            kind = type(node)
            if kind in _ALONE or kind in _IN_SCRIPT or (kind in _COMMANDS and cast("Command", node).redirections):
                self._nodes.append((node, id(node) in held))

    def found(self) -> Iterator[Construct]:
        """The constructs, in the order of the nodes they belong to."""
        yield from self._aliases()
        for node, in_function in self._nodes:
            if isinstance(node, Command):
                for redirection in node.redirections:
                    yield from self._redirection(redirection, node)
            kind = type(node)
            if kind in _IN_SCRIPT:
                yield from _IN_SCRIPT[kind](self, node, in_function)
            elif kind in _ALONE:
                yield from _ALONE[kind](node)

    # Commands

    def _for(self, node: For, _: bool) -> Iterator[Construct]:
        if node.select:
            yield construct("select", part_of(node, 0, len("select")))
        elif node.source.value[: node.body.start].rstrip().endswith("{"):
            at = node.source.value.rindex("{", 0, node.body.start)
            yield construct("for-braces", Node(node.source, at, at + 1))
        for word in node.words or ():
            yield from expanded(word)

    def _function(self, node: Function, _: bool) -> Iterator[Construct]:
        name = node.name.raw
        dash: str | None = None
        effect: str | None = None
        if node.keyword:
            header = node.source.value[node.name.end : node.body.start]
            misread = None if "\n" in header else _misread(node.body, True)
            misread = BRACKET if "(" in header else misread
            place = part_of(node, 0, len("function"))
            how = "syntax" if misread else "fails"
            yield construct("function-keyword", place, misread or "function: not found", effect=how)
            dash, effect = "", "fails"  # dash has stopped before the name
        if name == "source" or name in self._facts["special"]:
            if name == "source":
                dash, effect = "", "fails"
            posix_bash = f"`{name}': is a special builtin"
            yield construct("special-builtin-function", node.name, dash, posix_bash, effect=effect)
        elif not _NAME.fullmatch(name):
            yield construct("function-name", node.name, dash, f"`{name}': not a valid identifier", effect=effect)

    def _pipeline(self, node: Pipeline, _: bool) -> Iterator[Construct]:
        for command, operator in zip(node.commands, node.operators, strict=False):
            if operator == "|&":
                at = node.source.value.index("|&", command.end)
                yield construct("pipe-both", Node(node.source, at, at + 2))
        if not node.commands:
            return
        first = node.commands[0]
        before = node.source.value[node.start : first.start]
        negations = [match.start() for match in re.finditer("!", before)]
        if node.timed:
            self._timed.add(id(first))
            yield from self._time(node, first, before)
        elif len(negations) > 1:
            yield construct("double-negation", part_of(node, negations[1], negations[1] + 1))

    def _time(self, node: Pipeline, first: Command, before: str) -> Iterator[Construct]:
        """``time`` is a program to dash, which runs other programs, and nothing of the shell's own."""
        at = before.index("time")
        after = before[at + len("time") :].split()
        by_letter = "-p" in after
        misread = None if "!" in after else _misread(first, by_letter)
        fails = not isinstance(first, SimpleCommand) or bool(first.assignments) or "!" in after
        if isinstance(first, SimpleCommand) and first.words:
            name = first.words[0].text or ""
            fails |= name in self._functions or name in self._facts["missing"] or name in self._facts["no-program"]
        if misread or fails:
            # Called sh, bash too takes time for a program if an option follows.
            posix_bash = "syntax error" if misread and by_letter else None
            place = part_of(node, at, at + len("time"))
            yield construct("time-keyword", place, misread, posix_bash, effect="syntax" if misread else None)

    def _simple(self, node: SimpleCommand, in_function: bool) -> Iterator[Construct]:
        name = node.words[0].text if node.words else None
        for number, assignment in enumerate(node.assignments):
            yield from _assignment(assignment, first=number == 0)
        for argument in node.arguments:
            if isinstance(argument, Word):
                yield from expanded(argument)
            else:
                yield from _declared(argument, name or "")
        words = list(node.words)
        while name == "command":
            given, words = options(words[1:], "")
            asked = any(letter in "vV" for letter, _, _ in given)
            name = words[0].text if words and not asked else None
        if name is not None and name not in self._functions and id(node) not in self._timed:
            yield from builtin(name, words[0], words[1:], in_function)

    def _aliases(self) -> Iterator[Construct]:
        """Aliases that are used below the line of their definition: bash puts in none where nobody types."""
        if "alias" not in self._script.source.value:
            return
        defined: dict[str, int] = {}
        for item in self._script.body.items:
            commands = [node for node in walk(item) if isinstance(node, SimpleCommand) and node.words]
            for command in commands:
                name = command.words[0].unquoted or ""
                if name in ("unalias", "shopt"):
                    return
                between = item.source.value[defined.get(name, item.start) : item.start]
                if "\n" in between and command.source is item.source:
                    yield construct("alias", command.words[0])
            for command in commands:
                if command.words[0].unquoted == "alias":
                    for argument in command.arguments[1:]:
                        defined.setdefault(argument.raw.partition("=")[0], item.end)

    # Redirections

    def _redirection(self, node: Redirection, command: Command) -> Iterator[Construct]:
        digits = len(node.descriptor)
        operator = part_of(node, digits, digits + len(node.operator))
        target = node.target.text
        if digits > 1:
            yield _descriptor(part_of(node, 0, digits), command)
        elif node.operator == "<<<":
            yield construct("here-string", operator)
        elif node.operator in ("&>", "&>>"):
            first = node.start == command.start
            dash, effect = ('Syntax error: "&" unexpected', "syntax") if first else (None, None)
            yield construct("redirect-both", operator, dash, written=node.operator, effect=effect)
        elif node.operator in (">&", "<&") and target is not None and _is_for_bash(node, target):
            yield construct("redirect-to-word", operator, written=f"{node.operator}{target}")
        for part in node.target.parts[:1]:
            if isinstance(part, ProcessSubstitution):
                self._targets.add(id(part))
                said = "Syntax error: redirection unexpected"
                yield construct("process-substitution", part_of(part, 0, 2), said, written=f"{part.direction}(…)")

    # Expansions

    def _parameter(self, node: Parameter, in_function: bool) -> Iterator[Construct]:
        operator = node.operator
        if not node.name:
            return
        if node.subscript is not None:
            yield construct("array-element", node)
        elif node.prefix == "!":
            yield construct("prefix-names" if operator in ("*", "@") else "indirection", node)
        elif operator.startswith("/"):
            yield construct("substitution", node)
        elif operator.startswith(("^", ",")):
            yield construct("case-change", node)
        elif operator.startswith("@"):
            yield construct("transformation", node)
        elif operator == ":":
            yield construct("substring", node)
        elif node.prefix == "#" and node.name in ("@", "*"):
            yield construct("positional-count", node)
        elif not operator and not node.prefix and self._set_by_bash(node.name, in_function):
            yield construct("shell-variable", node, written=f"${node.name}")
        elif operator.startswith(("#", "%")) and node.argument is not None:
            yield from caret(node.argument)

    def _process(self, node: ProcessSubstitution, _: bool) -> Iterator[Construct]:
        if id(node) not in self._targets:
            yield construct("process-substitution", part_of(node, 0, 2), written=f"{node.direction}(…)")

    def _set_by_bash(self, name: str, in_function: bool) -> bool:
        variables = self._facts["variables"]
        if name in variables["fixed"]:
            return name not in self._assigned
        return name in variables["dynamic"] and (in_function or name != "FUNCNAME")

    def _arithmetic(self, node: ArithmeticExpansion, _: bool) -> Iterator[Construct]:
        if node.raw.startswith("$["):
            yield construct("old-arithmetic", node)
            return
        yield from in_expression(node.expression, lambda name: self._set_by_bash(name, True))


def _misread(node: Command, named: bool) -> str | None:
    """What dash says of a compound command after a word that it takes for a program; None if it can read it.

    ``named``: the compound command does not stand next to that word.
    """
    if isinstance(node, Subshell) and not named:
        return _NEWLINE if node.source.value[node.start + 1 :].lstrip(" \t").startswith("\n") else WORD
    if isinstance(node, (Subshell, ArithmeticCommand, ArithmeticFor)):
        return BRACKET
    for kinds, token in (((Group,), "}"), ((If,), "then"), ((While, For), "do"), ((Case,), ")")):
        if isinstance(node, kinds):
            return f'Syntax error: "{token}" unexpected'
    return None


def _test(node: Test) -> Iterator[Construct]:
    dash, effect = _double_brackets(node)
    yield construct("double-brackets", part_of(node, 0, 2), dash, effect=effect)


def _double_brackets(node: Test) -> tuple[str | None, str]:
    """What dash says, and the effect: ``[[`` is a program to it, and what follows is read as for any."""
    source, at = node.source.value, node.start + 2
    for number, condition in enumerate(node.conditions):
        before = source[at : condition.start].strip()
        at = condition.end
        if "(" in before:
            if number == 0:
                return WORD if before.startswith("(") else BRACKET, "syntax"
            # A subshell, after which a word such as "]]" cannot stand.
            if re.match(r"[^()]*\)\s*\]\]", source[at:]):
                return "Syntax error: word unexpected", "syntax"
        if any(part.raw == "(" for word in condition.words[1:] for part in word.parts):
            return BRACKET, "syntax"
    if node.conditions[0].operator == "<":
        return "cannot open", "fails"
    return None, "fails"


def _calculation(node: ArithmeticCommand) -> Iterator[Construct]:
    dash, effect = of_command(node)
    yield construct("arithmetic-command", part_of(node, 0, 2), dash, effect=effect)


def _arithmetic_for(node: ArithmeticFor) -> Iterator[Construct]:
    at = node.raw.index("((")
    yield construct("arithmetic-for", part_of(node, at, at + 2))


def _coprocess(node: Coprocess) -> Iterator[Construct]:
    misread = _misread(node.body, node.name is not None)
    place = part_of(node, 0, len("coproc"))
    yield construct("coproc", place, misread, effect="syntax" if misread else None)


def _case_item(node: CaseItem) -> Iterator[Construct]:
    for pattern in node.patterns:
        yield from caret(pattern)
    if node.terminator not in (";&", ";;&"):
        return
    said = None
    if node.terminator == ";;&":
        following = node.source.value[node.end :].lstrip(" \t")
        said = _NEWLINE if following.startswith(("\n", "#")) else WORD
    place = Node(node.source, node.end - len(node.terminator), node.end)
    yield construct("case-fall-through", place, said, written=node.terminator)


def _assignment(node: Assignment, first: bool) -> Iterator[Construct]:
    """An assignment before a command. ``first``: for dash, what it does not know as one is the command's name."""
    if isinstance(node.value, ArrayLiteral):
        said = None
        if first and node.operator == "+=":
            inside = node.value.raw[1:].lstrip(" \t")
            said = "Syntax error: Bad function name" if inside == ")" else _NEWLINE if inside[0] == "\n" else WORD
        yield construct("array", node.value, said)
        return
    place = Node(node.source, node.start, node.value.start - len(node.operator))
    known = node.value.text is not None and (node.subscript is None or node.subscript.text is not None)
    said = f"{place.raw}{node.operator}{node.value.text}: not found" if known else None
    if node.subscript is not None:
        yield construct("array-assignment", place, said)
    elif node.operator == "+=":
        yield construct("append", Node(node.source, place.end, node.value.start), said)


def _declared(node: Assignment, command: str) -> Iterator[Construct]:
    """An assignment after ``export`` and its kin; after those that dash does not have there is no more to say."""
    if isinstance(node.value, ArrayLiteral):
        yield construct("array", node.value)
        return
    yield from braces(node.value)
    name = Node(node.source, node.start, node.value.start - len(node.operator))
    if node.subscript is not None:
        if command == "local":
            yield construct("array-assignment", name, f"{name.raw}: bad variable name")
    elif node.operator == "+=" and command in ("export", "readonly", "local"):
        place = Node(node.source, name.end, node.value.start)
        yield construct("append", place, f"{node.name}+: bad variable name")


def _descriptor(place: Node, command: Command) -> Construct:
    """A descriptor of several characters, which dash takes for a word."""
    text = place.raw
    written = f"{text}>"
    if not isinstance(command, SimpleCommand):
        return construct("descriptor", place, "Syntax error: word unexpected", written=written, effect="syntax")
    words = command.words
    if not words or words[0].start > place.start:
        return construct("descriptor", place, f"{text}: not found", written=written, effect="fails")
    if words[0].text == "exec" and len(words) == 1:
        return construct("descriptor", place, f"exec: {text}: not found", written=written, effect="fails")
    return construct("descriptor", place, written=written)


def _is_for_bash(node: Redirection, target: str) -> bool:
    """Whether ``>&`` is followed by something that bash alone can make use of."""
    if re.fullmatch(r"\d|-", target):
        return False
    return re.fullmatch(r"\d+-?", target) is not None or (node.operator == ">&" and node.descriptor in ("", "1"))


# Expansions


def _single_quoted(node: SingleQuoted) -> Iterable[Construct]:
    """``\\'`` in ``$'…'`` ends the quotes for dash; often that leaves one open."""
    if not node.ansi:
        return ()
    if re.search("['\"]", _QUOTED_OR_ESCAPED.sub("", node.raw[1:])):
        return [construct("ansi-quote", node, "Syntax error: Unterminated quoted string", effect="syntax")]
    return [construct("ansi-quote", node)]


def _double_quoted(node: DoubleQuoted) -> Iterable[Construct]:
    return [construct("localized-quote", node)] if node.localized else ()


def _command_substitution(node: CommandSubstitution) -> Iterable[Construct]:
    if _only_reads(node.body):
        return [construct("file-substitution", node)]
    if node.raw.startswith("$(("):
        return [construct("substitution-of-subshell", part_of(node, 0, 3))]
    return ()


def _only_reads(body: CommandList) -> bool:
    """Whether there is nothing but ``< file``."""
    if len(body.items) != 1 or len(body.items[0].pipelines) != 1:
        return False
    commands = body.items[0].pipelines[0].commands
    command = commands[0] if len(commands) == 1 else None
    if not isinstance(command, SimpleCommand) or command.assignments or command.arguments:
        return False
    return [redirection.operator for redirection in command.redirections] == ["<"]


_ALONE: dict[type[Node], Callable[[Any], Iterable[Construct]]] = {
    Test: _test,
    ArithmeticCommand: _calculation,
    ArithmeticFor: _arithmetic_for,
    Coprocess: _coprocess,
    CaseItem: _case_item,
    SingleQuoted: _single_quoted,
    DoubleQuoted: _double_quoted,
    CommandSubstitution: _command_substitution,
}
_IN_SCRIPT: dict[type[Node], Callable[[_Finder, Any, bool], Iterable[Construct]]] = {
    SimpleCommand: _Finder._simple,
    Pipeline: _Finder._pipeline,
    For: _Finder._for,
    Function: _Finder._function,
    Parameter: _Finder._parameter,
    ArithmeticExpansion: _Finder._arithmetic,
    ProcessSubstitution: _Finder._process,
}
"""What there is to say of a kind of node: by itself, or with what else holds in the script."""
_COMMANDS = frozenset(
    {SimpleCommand, Subshell, Group, If, While, For, ArithmeticFor, Case, Function, Coprocess, Test, ArithmeticCommand}
)
"""What can have redirections."""
