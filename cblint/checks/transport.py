"""Connections on which whoever is on the way can put something else in the place of what is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from cblint.buildspec.model import VARIABLES, Buildspec, ShellItem
from cblint.checks.addresses import Address, address_of, is_own
from cblint.checks.edits import Change, before, left_out, replaced, without_entry
from cblint.checks.fetching import Call, letter_of
from cblint.checks.following import Download, followed
from cblint.checks.piping import INSTALLED, PROGRAM, UNPACKED, USED
from cblint.checks.remote_scripts import is_remote_script
from cblint.checks.removing import command, list_item
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.shell.commands import Assignment, SimpleCommand
from cblint.shell.effects import effect_of, places
from cblint.shell.operands import fits, option_values
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.hosts.graph import Resource


def insecure_transport(subject: Buildspec | Resource) -> Iterator[Report]:
    """What is fetched, or from where packages or the source come, is not protected on the way."""
    if isinstance(subject, Buildspec):
        yield from _of_buildspec(subject)
    else:
        from cblint.checks.project_settings import unchecked_sources  # few files hold projects

        yield from unchecked_sources(subject)


def _of_buildspec(buildspec: Buildspec) -> Iterator[Report]:
    told: set[int] = set()
    for download in followed(buildspec):
        node = download.fetch.call.invocation.node
        if id(node) not in told and not is_remote_script(buildspec, node):
            for report in _fetched(download):
                told.add(id(node))
                yield report
    signs = re.compile("|".join(map(re.escape, table("downloads")["signs"])))
    for item in buildspec.shell_items:
        for invocation in item.invocations if signs.search(item.value.lower()) else ():
            yield from _of_command(buildspec, item, invocation)
    yield from _given(buildspec)
    yield from _assigned(buildspec)
    if buildspec.powershell_items:
        from cblint.checks.powershell_fetching import insecurely_fetched  # few buildspecs are for Windows

        yield from insecurely_fetched(buildspec)


# What programs fetch


def _fetched(download: Download) -> Iterator[Report]:
    """The report on what curl and its like fetch."""
    fetch, address = download.fetch, download.fetch.address
    if address is None or address.is_own or download.checked:
        return
    invocation = fetch.call.invocation
    if address.is_plain and not fetch.sends and _is_relied_on(download):
        yield _plain(fetch.word, address, invocation.program)
    elif fetch.unchecked and not address.is_plain and (fetch.sends or not fetch.is_lost):
        yield _option(invocation, [(word,) for word in fetch.unchecked], "certificate")


def _is_relied_on(download: Download) -> bool:
    """Whether a file comes, or what is believed: not only an answer that the build shows or looks at."""
    if download.fetch.is_file or download.used(UNPACKED, PROGRAM, INSTALLED) is not None:
        return True
    trusting = table("downloads")["trusting"]
    return any(use.how == USED and use.program in trusting for use in download.uses)


def _plain(word: Word, address: Address, program: str) -> Report:
    """The report on an address without protection."""
    fields = {"program": program, "host": address.host, "scheme": address.scheme}
    if address.implied:
        at = word.raw.find(address.host)
        is_first = at >= 0 and not word.raw[:at].strip("\"'")
        edits = (before(word.part(at, at), "https://"),) if is_first else ()
        return Report(word.span, "implied", fields, edits=edits, safe=address.has_https)
    return Report(word.span, "plain", fields, edits=_over_https(word, address), safe=address.has_https)


def _over_https(word: Word, address: Address) -> tuple[Edit, ...]:
    """The scheme of the address, where it is written and the port is the usual one, in place of the other."""
    start = word.raw.lower().find(f"{address.scheme}://")
    if start < 0 or address.port:
        return ()
    return (replaced(word.part(start, start + len(address.scheme)), "https"),)


# What options and settings of other programs say


def _of_command(buildspec: Buildspec, item: ShellItem, invocation: Invocation) -> Iterator[Report]:
    facts = table("downloads")
    program = invocation.program
    call = Call(item, invocation, None, None)
    plain = [
        (word, address)
        for word in places(invocation, facts["addresses"].get(program, {})) or ()
        if isinstance(word, Word) and (address := address_of(call.value(word))) is not None
        if address.is_plain and not address.is_own
    ]
    yield from (_plain(word, address, program) for word, address in plain)
    for variant, options in (("certificate", facts["options"]), ("unsigned", facts["unsigned"])):
        found = [words for option in options.get(program, ()) for words in _standing(invocation, option)]
        if found and not _leads_elsewhere(call):
            yield _option(invocation, found, variant)
    yield from _trusted(invocation, {address.host for _, address in plain})
    if places(invocation, facts["settings"].get(program, {})) is not None and not _leads_elsewhere(call):
        yield _setting(buildspec, item, invocation)
    hosts = places(invocation, facts["host-settings"].get(program, {})) or ()
    if any(_has_public(word.text or "") for word in hosts if isinstance(word, Word)):
        yield _setting(buildspec, item, invocation)


def _setting(buildspec: Buildspec, item: ShellItem, invocation: Invocation) -> Report:
    """The report on a command that switches the check off."""
    words = invocation.words
    touched, edits = command(buildspec, item, invocation)
    fields = {"program": invocation.program}
    return Report(words[0].span.to(words[-1].span), "setting", fields, edits=edits, touched=touched)


def _standing(invocation: Invocation, option: str) -> Iterator[tuple[Word, ...]]:
    """The words that are an option, with its value if that has to be a certain one."""
    name, equals, value = option.partition("=")
    if not equals:
        yield from ((word,) for word in invocation.flags(name))
        return
    words = invocation.arguments
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else None
        if word.text == option:
            yield (word,)
        elif word.text == name and following is not None and following.text == value:
            yield (word, following)


def _leads_elsewhere(call: Call) -> bool:
    """Whether it speaks to a host that is one's own, or not known."""
    arguments = call.invocation.arguments
    where = table("downloads")["where"].get(call.invocation.program)
    if where is not None:
        written = list(option_values(arguments, where))
    else:
        written = [word for word in arguments if "://" in word.raw or word.text is None]
    addresses = [address_of(call.value(word)) for word in written]
    return any(address is None or address.is_own for address in addresses)


def _option(invocation: Invocation, found: list[tuple[Word, ...]], variant: str) -> Report:
    """The report on options that are better left out."""
    edits: list[Edit] = []
    previous_to = {id(word): previous for previous, word in pairwise(invocation.words)}
    for words in found:
        letter = letter_of(invocation, words[0])
        if letter:
            at = words[0].raw.index(letter, words[0].raw.index("-") + 1)
            edits.append(replaced(words[0].part(at, at + 1), ""))
        else:
            edits.append(left_out(previous_to[id(words[0])].span, words[-1].span))
    first, *others = found
    letter = letter_of(invocation, first[0])
    option = f"-{letter}" if letter else " ".join(word.text or "" for word in first)
    related = tuple(("again", words[0].span) for words in others)
    fields = {"program": invocation.program, "option": option}
    return Report(first[0].span.to(first[-1].span), variant, fields, related, tuple(edits))


def _trusted(invocation: Invocation, known: Iterable[str]) -> Iterator[Report]:
    """The report on hosts that a program believes without a certificate; of ``known`` there is more to say."""
    options = table("downloads")["host-options"].get(invocation.program, ())
    words = invocation.arguments
    allowed = {"", *known}
    found: list[tuple[Word, ...]] = [
        (word,) if "=" in word.raw else (word, value)
        for number, word in enumerate(words)
        if (word.text or "").startswith(tuple(options))
        for value in option_values(words[number : number + 2], options)
        if _public(value.text) not in allowed
    ]
    if found:
        report = _option(invocation, found, "host")
        option, _, host = report.fields["option"].replace("=", " ").partition(" ")
        yield report._replace(fields={**report.fields, "option": option, "host": _public(host)})


def _public(host: str | None) -> str:
    """The name of a host outside; nothing if it is one's own, or not known."""
    name = re.sub(r":\d+$", "", host or "")
    return name if name and not is_own(name) else ""


def _has_public(hosts: str) -> bool:
    """Whether one of several hosts is outside."""
    return any(_public(host) for host in hosts.replace(",", " ").split())


# What variables say


def _says_so(name: str, value: str) -> bool:
    facts = table("downloads")["variables"][name]
    if facts.get("hosts"):
        return _has_public(value)
    return fits(value, facts["values"]) is True


def _variable(name: str, span: Span, removal: Change) -> Report:
    program = table("downloads")["variables"][name]["program"]
    touched, edits = removal
    return Report(span, "variable", {"program": program, "name": name}, edits=edits, touched=touched)


def _given(buildspec: Buildspec) -> Iterator[Report]:
    """Variables of the buildspec."""
    names = table("downloads")["variables"]
    known = [each for each in buildspec.variables if each.section == VARIABLES and each.name in names]
    found = [each for each in known if each.value is not None and _says_so(each.name, each.value.value)]
    leaving = {each.name for each in found}
    for each in found:
        removal = without_entry(buildspec.root, ("env", VARIABLES), each.key, leaving)
        yield _variable(each.name, each.key.span, removal)


def _assigned(buildspec: Buildspec) -> Iterator[Report]:
    """Variables that commands set."""
    names = table("downloads")["variables"]
    is_there = re.compile("|".join(names)).search
    for item in buildspec.shell_items:
        if is_there(item.value) is None or item.script.problem is not None:
            continue
        for node in walk(item.script):
            if isinstance(node, SimpleCommand):
                for each in (*node.assignments, *node.arguments):
                    if isinstance(each, Assignment) and each.name in names and not _is_for_test(node, each):
                        value = _value(each)
                        if value is not None and _says_so(each.name, value):
                            yield _variable(each.name, each.span, _unassigned(buildspec, item, node, each))


def _unassigned(buildspec: Buildspec, item: ShellItem, node: SimpleCommand, assignment: Assignment) -> Change:
    """The assignment taken out: that before a command, or the command that does nothing else."""
    if assignment in node.assignments and node.words and node.source is item.script.source:
        following = [*node.assignments[node.assignments.index(assignment) + 1 :], *node.words][0]
        return (), (replaced(Span(assignment.span.start, following.span.start), ""),)
    if item.value.strip() == node.raw and node.raw in (assignment.raw, f"export {assignment.raw}"):
        return list_item(buildspec, item)
    calls = item.calls(node)
    is_alone = len(node.arguments) == 2 and node.words[:1] == node.arguments[:1] and node.words[0].text == "export"
    return command(buildspec, item, calls[0]) if calls and is_alone else ((), ())


def _value(assignment: Assignment) -> str | None:
    return assignment.value.text if isinstance(assignment.value, Word) else None


def _is_for_test(command: SimpleCommand, assignment: Assignment) -> bool:
    """Whether only a test sees the variable, or what speaks to the machine itself."""
    if not command.words or assignment not in command.assignments:
        return False
    effect = effect_of(Invocation(command, command.words, (), ()))
    if effect is not None and effect.does in ("test", "wait"):
        return True
    return any("localhost" in word.raw or "127.0.0.1" in word.raw for word in command.words)
