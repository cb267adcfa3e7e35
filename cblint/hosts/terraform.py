"""Terraform and OpenTofu: the projects, webhooks, pipelines, roles and buildspecs of a ``.tf`` file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from cblint.facts import table
from cblint.hosts.definition import HostFile
from cblint.hosts.hcl import Block, Reader, first_error, parse
from cblint.hosts.terraform_definitions import SOURCES, Value, definitions, files, standing
from cblint.hosts.terraform_scope import Names, Thing
from cblint.source.foreign import Settings
from cblint.source.text import Lines, Text
from cblint.source.tree import Node


def read(text: Text) -> HostFile:
    """What a file defines, as far as it can be read."""
    root = parse(text)
    written: dict[str, Callable[[], Node]] = {}
    names = Names(written)
    reader = Reader(text, names.get)
    blocks = list(reader.blocks(root))
    written.update(_written(reader, text, blocks))
    found = [*definitions(text, _things(reader, blocks)), *standing(_values(reader, text, blocks), names)]
    error = first_error(root)
    line = Lines(text.value).number(error) if error is not None else 0
    problem = f"cannot be read from line {line} on, where it is not valid Terraform" if line else ""
    # Last of all, as names that have been asked for are no standing ones.
    return HostFile("terraform", tuple(found), problem, files=tuple(files(written, names)))


def _things(reader: Reader, blocks: Iterable[Block]) -> Iterator[Thing]:
    facts = table("hosts")["terraform"]
    wanted = {*facts["resources"], *facts["attachments"]}
    for block in blocks:
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0].value in wanted:
            type_, name = block.labels
            place = name.span(0, len(name))
            yield Thing(type_.value, f"{type_}.{name}", place, reader.body(block.syntax), block.syntax.has_error)


def _written(reader: Reader, text: Text, blocks: Iterable[Block]) -> Iterator[tuple[str, Callable[[], Node]]]:
    """The values that other values of the file may name."""
    for block in blocks:
        if block.type == "locals":
            for name, expression in reader.attributes(block.syntax):
                yield f"local.{text.value[name.start_byte : name.end_byte]}", partial(reader.value, expression)
        elif block.type == "data" and len(block.labels) == 2:
            type_, name_ = (label.value for label in block.labels)
            for attribute, give in SOURCES.get(type_, {}).items():
                yield f"data.{type_}.{name_}.{attribute}", partial(_given, reader, block, give)


def _given(reader: Reader, block: Block, give: Callable[[Settings], Node]) -> Node:
    return give(reader.body(block.syntax))


def _values(reader: Reader, text: Text, blocks: Iterable[Block]) -> Iterator[Value]:
    """Values that stand outside of resources."""
    for block in blocks:
        for name, expression in reader.attributes(block.syntax):
            written = text.value[name.start_byte : name.end_byte]
            called = _called(block, written)
            if called is not None:
                place = text.span(name.start_byte, name.end_byte)
                yield Value(called, place, partial(reader.value, expression))


def _called(block: Block, argument: str) -> str | None:
    """How references call a value of a block, empty if none can; None where no buildspec stands."""
    if block.type == "locals":
        return f"local.{argument}"
    if block.type == "variable" and argument == "default" and block.labels:
        return f"var.{block.labels[0]}"
    return "" if block.type == "module" else None
