"""Reading commands: the grammar of POSIX sh with the additions of bash, as ``bash -n`` takes it.

What only some shell takes is for dialect.py to say: the tree tells which constructs are there.
"""

from __future__ import annotations

import re

from cblint import expressions
from cblint.shell.commands import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    Assignment,
    Branch,
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
from cblint.shell.conditions import ConditionReader
from cblint.shell.place import Unreadable
from cblint.shell.script import Script
from cblint.shell.simple import REDIRECTING
from cblint.shell.syntax import Inserted, Literal, Word
from cblint.source.text import HOLE, Text

_DECLARATIONS = frozenset({"alias", "declare", "eval", "export", "let", "local", "readonly", "typeset"})
"""Builtins after whose name an array can be assigned."""
_CLOSERS = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "in", "}", "]]"})
"""Reserved words that can only follow what they belong to."""
_TIME_OPTION = expressions.lazy(r"-p(?=[ \t\n;&|<>()]|\Z)")
_ASSIGNED = expressions.lazy(r"[A-Za-z_]\w*(?:\+?=|\[)", re.ASCII)
_PLAIN_ARGUMENT = expressions.lazy(
    rf"[ \t]+([^ \t\n|&;<>()'\"\\$`#{{0-9{HOLE}][^ \t\n|&;<>()'\"\\$`{HOLE}]*)(?=[ \t\n|&;)]|\Z)"
)
"""A word behind blanks that can be nothing else, neither a comment nor the descriptor of a redirection."""
_SECTION_END = expressions.lazy(r"(?<!\\);")
_EMPTY_BRACKETS = expressions.lazy(r"\((?:[ \t]|\\\n)*\)")
_NONE: frozenset[str] = frozenset()


def parse(text: Text) -> Script:
    """The tree of a command. Never raises: what the shell could not read is the script's ``problem``."""
    parser = Parser(text, 0)
    problem = None
    try:
        parser.whole()
    except Unreadable as error:
        problem = error.problem
    if HOLE in text.value and (problem is not None or not all(map(_is_terminated, parser.documents))):
        return _unsettled(text)
    body = CommandList(text, 0, parser.read[-1].end if parser.read else 0, tuple(parser.read))
    return Script(text, body, tuple(parser.comments), tuple(parser.documents), problem)


def _is_terminated(redirection: Redirection) -> bool:
    return redirection.document is not None and redirection.document.terminated


def _unsettled(text: Text) -> Script:
    """Of a command that only what is put in makes readable nothing is known: it is as if all of it were put in."""
    end = len(text)
    word = Word(text, 0, end, (Inserted(text, 0, end),))
    pipeline = Pipeline(text, 0, end, (SimpleCommand(text, 0, end, (), (word,), ()),), (), False, False)
    body = CommandList(text, 0, end, (AndOr(text, 0, end, (pipeline,), (), ""),))
    return Script(text, body, (), (), None)


class Parser(ConditionReader):
    """Reads the commands of one text; ``read`` are those at its top level so far."""

    def __init__(self, text: Text, depth: int) -> None:
        super().__init__(text, depth)
        self.read: list[AndOr] = []

    def whole(self) -> None:
        """Read all there is. Raises Unreadable."""
        self._commands(self.read, _NONE, in_case=False)
        if self.at < self.size:
            raise self._unexpected()
        self._read_documents()

    def command_list(self) -> CommandList:
        """The commands up to a closing bracket. Here-documents that it does not end wait for the line around it."""
        outer, self._pending = self._pending, []
        in_substitution, self._in_substitution = self._in_substitution, True
        try:
            return self._list(_NONE)
        finally:
            self._pending = outer + self._pending
            self._in_substitution = in_substitution

    def parse_all(self, text: Text) -> CommandList:
        """The commands of a text made from a part of this one."""
        inner = type(self)(text, self.depth)
        inner.whole()
        self.comments += inner.comments
        self.documents += inner.documents
        return CommandList(text, 0, len(text), tuple(inner.read))

    # Lists

    def _list(self, until: frozenset[str], in_case: bool = False) -> CommandList:
        start = self.at
        items: list[AndOr] = []
        self._commands(items, until, in_case)
        if items:
            start = items[0].start
        return CommandList(self.text, start, items[-1].end if items else start, tuple(items))

    def _body(self, *until: str) -> CommandList:
        """A list that must have something in it, up to one of the reserved words."""
        with self.deeper():
            found = self._list(frozenset(until))
        if not found.items:
            raise self._unexpected()
        return found

    def _commands(self, items: list[AndOr], until: frozenset[str], in_case: bool) -> None:
        while True:
            self._newlines()
            if self.at >= self.size or self.source[self.at] == ")":
                return
            if in_case and self._peek(";;", ";&"):
                return
            if until and self._reserved() in until:
                return
            items.append(self._and_or())

    def _and_or(self) -> AndOr:
        start = self.at
        pipelines, operators, open_ = [self._pipeline()], [], False
        end = pipelines[-1].end
        while True:
            self._blanks()
            operator = self.source[self.at : self.at + 2] if self.at + 1 < self.size else ""
            if operator not in ("&&", "||"):
                break
            operators.append(operator)
            self.at += 2
            end = self.at
            self._newlines()
            if self.at >= self.size and self._at_top:
                open_ = True
                break
            pipelines.append(self._pipeline())
            end = pipelines[-1].end
        last = pipelines[-1].commands[-1:]
        open_ = open_ or len(pipelines[-1].operators) >= len(pipelines[-1].commands) > 0
        terminator = ""
        char = self.source[self.at] if self.at < self.size else ""
        if char and char in "&;" and not self._peek(";;", ";&"):
            terminator = char
            self.at += 1
        elif char not in "\n);" and not (self._reserved() in _CLOSERS and last and _ends_itself(last[0])):
            raise self._unexpected()
        return AndOr(self.text, start, end, tuple(pipelines), tuple(operators), terminator, open_)

    @property
    def _at_top(self) -> bool:
        """Whether no construct is open: then the shell goes on reading what follows the command."""
        return self.depth == 0

    def _pipeline(self) -> Pipeline:
        start = self.at
        timed = negated = False
        while (word := self._reserved()) in ("time", "!"):
            self.at += len(word)
            timed = timed or word == "time"
            negated ^= word == "!"
            self._blanks()
            if word == "time" and _TIME_OPTION.match(self.source, self.at, self.size):
                self.at += 2
                self._blanks()
        if start < self.at and (self.at >= self.size or self._peek("\n", ";")) and not self._peek(";;", ";&"):
            return Pipeline(self.text, start, self.at, (), (), negated, timed)
        commands, operators = [self._command(word)], []
        while True:
            end = self.at
            self._blanks()
            if self.at >= self.size or self.source[self.at] != "|" or self._peek("||"):
                break
            operators.append("|&" if self._peek("|&") else "|")
            self.at += len(operators[-1])
            end = self.at
            self._newlines()
            if self.at >= self.size and self._at_top:
                break
            commands.append(self._command())
        end = max(end, commands[-1].end) if len(operators) >= len(commands) else commands[-1].end
        return Pipeline(self.text, start, end, tuple(commands), tuple(operators), negated, timed)

    # Commands

    def _command(self, word: str | None = None) -> Command:
        """The command that begins here; ``word``: the reserved word that does, if that is known already."""
        if word is None:
            self._blanks()
            word = self._reserved()
        if word in _CLOSERS or word == "!":
            raise self._unexpected()
        compound = self._compound(word)
        if compound is not None:
            return compound
        if word == "function":
            return self._function_keyword()
        if word == "coproc":
            return self._coprocess()
        return self._simple(self.at)

    def _compound(self, word: str) -> Command | None:
        """The compound command that begins here with a reserved word or a bracket; None if none does."""
        start = self.at
        if word:
            read = {
                "if": self._if,
                "for": self._for,
                "select": self._for,
                "while": self._while,
                "until": self._while,
                "case": self._case,
                "{": self._group,
                "[[": self._test,
            }.get(word)
            return read(start) if read is not None else None
        if not self._peek("("):
            return None
        if self._peek("(("):
            expression = self.arithmetic(self.at + 2)
            if expression is not None:
                redirections = self._redirections()
                end = redirections[-1].end if redirections else expression.end + 2
                return ArithmeticCommand(self.text, start, end, expression, redirections)
        self.at += 1
        with self.deeper():
            body = self._list(_NONE)
        if not body.items:
            raise self._unexpected()
        self.closed_by(")", start)
        end, redirections = self._tail()
        return Subshell(self.text, start, end, body, redirections)

    def _tail(self) -> tuple[int, tuple[Redirection, ...]]:
        """Where a compound command ends whose last word was just read, and its redirections."""
        end = self.at
        redirections = self._redirections()
        return redirections[-1].end if redirections else end, redirections

    def _test(self, start: int) -> Command:
        self.at += 2
        conditions = self.conditions()
        end, redirections = self._tail()
        return Test(self.text, start, end, conditions, redirections)

    def _group(self, start: int) -> Command:
        self.at += 1
        body = self._body("}")
        self._expect("}")
        end, redirections = self._tail()
        return Group(self.text, start, end, body, redirections)

    def _if(self, start: int) -> Command:
        branches: list[Branch] = []
        otherwise = None
        while True:
            begun = self.at
            self.at += len(self._reserved())
            condition = self._body("then")
            self._expect("then")
            body = self._body("elif", "else", "fi")
            branches.append(Branch(self.text, begun, body.end, condition, body))
            if self._reserved() != "elif":
                break
        if self._reserved() == "else":
            self.at += len("else")
            otherwise = self._body("fi")
        self._expect("fi")
        end, redirections = self._tail()
        return If(self.text, start, end, tuple(branches), otherwise, redirections)

    def _while(self, start: int) -> Command:
        until = self._reserved() == "until"
        self.at += len("while")
        condition = self._body("do")
        self._expect("do")
        body = self._body("done")
        self._expect("done")
        end, redirections = self._tail()
        return While(self.text, start, end, condition, body, until, redirections)

    def _for(self, start: int) -> Command:
        select = self._reserved() == "select"
        self.at += len("select" if select else "for")
        self._blanks()
        if not select and self._peek("(("):
            expression = self.arithmetic(self.at + 2)
            if expression is None:
                raise self._unexpected()
            self._check_sections(expression)
            self._blanks()
            if self._peek(";") and not self._peek(";;", ";&"):
                self.at += 1
            body = self._loop_body()
            end, redirections = self._tail()
            return ArithmeticFor(self.text, start, end, expression, body, redirections)
        name = self.word()
        if name is None:
            raise self._unexpected()
        words = self._for_words()
        body = self._loop_body()
        end, redirections = self._tail()
        return For(self.text, start, end, name, words, body, select, redirections)

    def _check_sections(self, expression: Word) -> None:
        """Raise Unreadable unless it has the three sections of an arithmetic ``for``."""
        ends = [
            part.start + match.start()
            for part in expression.parts
            if isinstance(part, Literal)
            for match in _SECTION_END.finditer(part.raw)
        ]
        if len(ends) > 2:
            raise self.error("unexpected", ends[2], ends[2] + 1, ";")
        if len(ends) < 2:
            raise self.error("unexpected", expression.end, expression.end + 2, "))")

    def _for_words(self) -> tuple[Word, ...] | None:
        """What stands between the name and the body of a loop."""
        self._blanks()
        if self._reserved() == "{":  # it begins the body only after a semicolon or a line end
            raise self._unexpected()
        if self._peek(";") and not self._peek(";;", ";&"):
            self.at += 1
            return None
        self._newlines()
        if self._reserved() != "in":
            return None
        self.at += len("in")
        words = []
        self._blanks()
        while (word := self.word()) is not None:
            words.append(word)
            self._blanks()
        if not self._peek(";", "\n") or self._peek(";;", ";&"):
            raise self._unexpected()
        if self._peek(";"):
            self.at += 1
        return tuple(words)

    def _loop_body(self) -> CommandList:
        self._newlines()
        opening = self._reserved()
        if opening not in ("do", "{"):
            raise self._unexpected()
        self.at += len(opening)
        closing = "done" if opening == "do" else "}"
        body = self._body(closing)
        self._expect(closing)
        return body

    def _case(self, start: int) -> Command:
        self.at += len("case")
        self._blanks()
        word = self.word()
        if word is None:
            raise self._unexpected()
        self._newlines()
        self._expect("in")
        self._newlines()
        items: list[CaseItem] = []
        while self._reserved() != "esac":
            items.append(self._case_item())
            self._newlines()
        self._expect("esac")
        end, redirections = self._tail()
        return Case(self.text, start, end, word, tuple(items), redirections)

    def _case_item(self) -> CaseItem:
        start = self.at
        if self._peek("("):
            self.at += 1
            self._blanks()
        patterns = []
        while True:
            pattern = self.word()
            if pattern is None:
                raise self._unexpected()
            patterns.append(pattern)
            self._blanks()
            if not self._peek("|") or self._peek("||"):
                break
            self.at += 1
            self._blanks()
        if not self._peek(")"):
            raise self._unexpected()
        self.at += 1
        end = self.at
        with self.deeper():
            body = self._list(frozenset({"esac"}), in_case=True)
        if body.items:
            end = body.end
        terminator = ""
        if self._peek(";;", ";&"):
            terminator = next(mark for mark in (";;&", ";;", ";&") if self._peek(mark))
            self.at += len(terminator)
            end = self.at
        elif self._reserved() != "esac":
            raise self._unexpected()
        return CaseItem(self.text, start, end, tuple(patterns), body, terminator)

    def _function_keyword(self) -> Command:
        start = self.at
        self.at += len("function")
        self._blanks()
        name = self.word()
        if name is None:
            raise self._unexpected()
        self._blanks()
        if _EMPTY_BRACKETS.match(self.source, self.at, self.size):
            self._empty_brackets()
        return self._function(start, name, keyword=True)

    def _empty_brackets(self) -> None:
        self.at += 1
        self._blanks()
        if not self._peek(")"):
            raise self._unexpected()
        self.at += 1

    def _function(self, start: int, name: Word, keyword: bool) -> Command:
        self._newlines()
        with self.deeper():
            body = self._compound(self._reserved())
        if body is None:
            raise self._unexpected()
        return Function(self.text, start, body.end, name, body, keyword)

    def _coprocess(self) -> Command:
        start = self.at
        self.at += len("coproc")
        self._blanks()
        begun = self.at
        name = None
        with self.deeper():
            body = self._coprocess_body()
            if body is None and not _ASSIGNED.match(self.source, self.at, self.size) and (name := self.word()):
                self._blanks()
                body = self._coprocess_body()
            if body is None:
                body, name = self._simple(begun, name), None
        return Coprocess(self.text, start, body.end, name, body)

    def _coprocess_body(self) -> Command | None:
        """The compound command of a coprocess, if one begins here."""
        word = self._reserved()
        if word in _CLOSERS or word in ("!", "coproc", "function"):
            raise self._unexpected()
        return self._compound(word)

    # Simple commands

    def _simple(self, start: int, first: Word | None = None) -> Command:
        """The simple command or the function that begins at ``start``; ``first``: its name, if that is read already."""
        assignments: list[Assignment] = []
        arguments: list[Word | Assignment] = [] if first is None else [first]
        redirections: list[Redirection] = []
        declares = first is not None and first.unquoted in _DECLARATIONS
        arrays = True
        end = start if first is None else first.end
        while True:
            argument = _PLAIN_ARGUMENT.match(self.source, self.at, self.size) if arguments and not declares else None
            if argument is not None:  # as most are
                begun, end = argument.span(1)
                arguments.append(Word(self.text, begun, end, (Literal(self.text, begun, end, argument[1]),)))
                self.at = end
                continue
            self._blanks()
            char = self.source[self.at] if self.at < self.size else ""
            redirection = self._redirection() if char in REDIRECTING else None
            if redirection is not None:
                redirections.append(redirection)
                arrays = not (assignments or arguments)
            elif char in "\n;&|)":  # or the end
                break
            elif char == "(":
                (name,) = arguments if len(arguments) == 1 else (None,)
                if not isinstance(name, Word) or assignments or redirections:
                    raise self._unexpected()
                self._empty_brackets()
                return self._function(start, name, keyword=False)
            else:
                may_assign = (declares or not arguments) and _ASSIGNED.match(self.source, self.at, self.size)
                found = (self._assignment(declares, arrays) if may_assign else None) or self.word()
                if found is None:
                    raise self._unexpected()
                if arguments:
                    arguments.append(found)
                elif isinstance(found, Assignment):
                    assignments.append(found)
                else:
                    arguments.append(found)
                    declares = found.unquoted in _DECLARATIONS
            end = self.at
        if not (assignments or arguments or redirections):
            raise self._unexpected()
        return SimpleCommand(self.text, start, end, tuple(assignments), tuple(arguments), tuple(redirections))


def _ends_itself(command: Command) -> bool:
    """Whether a reserved word can follow it with no more than a blank: it ends in a bracket or a reserved word."""
    while isinstance(command, (Function, Coprocess)):
        command = command.body
    return not isinstance(command, SimpleCommand) and not command.redirections
