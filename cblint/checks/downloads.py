"""What is fetched from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cblint.buildspec.model import Buildspec, ShellItem
from cblint.checks.edits import after, replaced
from cblint.checks.piping import INSTALLED, PROGRAM, SCRIPT, UNPACKED
from cblint.finding import Edit, Report
from cblint.shell.commands import SimpleCommand
from cblint.shell.query import Invocation
from cblint.shell.syntax import Word
from cblint.source.text import Span

_NOTICING = frozenset({
    "tar", "bsdtar", "unzip", "gunzip", "zcat", "gzip", "xz", "unxz", "bunzip2", "7z", "jar", "dpkg", "rpm", "apt",
    "apt-get", "yum", "dnf", "pip", "pip3", "gpg", "apt-key", "jq", "yq", "sha1sum", "sha256sum", "sha512sum", "shasum",
    "md5sum", "cosign", "docker", "java", "python", "python3", "node", "sh", "bash", "dash",
})  # fmt: skip
"""Programs that fail when they are given an error page instead of what they work on."""
_PASSING_ON = frozenset({"chmod", "mv", "cp", "install", "ln", "ls", "echo", "file", "mkdir", "cd", "sudo"})
"""Programs that neither notice nor use what is in a file."""
_SENDING = ("-d", "--data", "--data-raw", "--data-binary", "--data-urlencode", "-F", "--form", "-T", "--upload-file")


def curl_without_fail(buildspec: Buildspec) -> Iterator[Report]:
    """curl saves what a server says instead of what was asked for, and reports success."""
    items = buildspec.shell_items
    for number, item in enumerate(items):
        if "curl" not in item.value:
            continue
        found = item.invocations
        for place, invocation in enumerate(found):
            if invocation.program != "curl" or not _fetches(invocation):
                continue
            variant = _consequence(
                invocation, found[place + 1 :], items[number + 1 : number + 2], "pipefail" in item.value
            )
            if variant is not None:
                edits = _failing(invocation) if variant != "content" else ()
                yield Report(invocation.words[0].span, variant, edits=edits)


def _failing(invocation: Invocation) -> tuple[Edit, ...]:
    """The option that lets curl fail: first, but behind ``-q``, which counts in the first place only."""
    program, first = invocation.words[:2]
    if first.raw == "--disable":
        return (after(first.span, " -f"),)
    if first.raw.startswith("-q"):
        place = first.source.offset(first.start + len("-q"))
        return (replaced(Span(place, place), "f"),)
    return (after(program.span, " -f"),)


def _fetches(invocation: Invocation) -> bool:
    """Whether a page of an error would be taken for what was asked for: nothing looks at the status."""
    if invocation.captured or invocation.flags("-f", "--fail", "--fail-with-body", "-w", "--write-out", "-I", "--head"):
        return False
    if invocation.flags(*_SENDING) or any(word.text is None and _may_be_option(word) for word in invocation.arguments):
        return False
    return any("://" in word.raw or word.text is None for word in invocation.arguments)


def _may_be_option(word: Word) -> bool:
    return re.fullmatch(r"\$\{?\w*(?:OPT|FLAG|ARG)\w*\}?", word.raw) is not None


def _consequence(
    invocation: Invocation, later: list[Invocation], following: list[ShellItem], has_pipefail: bool
) -> str | None:
    """The variant that says what becomes of the page; None where it goes to the log."""
    reader = invocation.piped_into
    if reader is not None:
        # What a shell says with pipefail is the status of curl, whatever reads from it.
        is_content = _is_content(reader) and not has_pipefail
        return "content" if is_content else _read_by(reader)
    file = _saved_as(invocation)
    if file is None:
        return None
    for item in following:
        later = [*later, *item.invocations]
    if any(_checks_sums(other) for other in later):
        return "noticed-later"
    for other in later:
        if not file or not any(_stem(file) in word.raw for word in other.words):
            continue
        if other.program in _PASSING_ON:
            continue
        noticed = other.program in _NOTICING or _stem(file) in other.words[0].raw
        return "noticed-later" if noticed else "saved"
    return "saved"


def _checks_sums(invocation: Invocation) -> bool:
    """Whether files are compared with what is known of them, by their names on standard input or in a list."""
    return invocation.program.endswith("sum") and bool(invocation.flags("-c", "--check"))


def _read_by(reader: object) -> str | None:
    program = ""
    if isinstance(reader, SimpleCommand) and reader.words:
        words = [word.text or "" for word in reader.words]
        program = next((word for word in words if word not in ("sudo", "-E")), "").rpartition("/")[2]
    if program in ("sh", "bash", "dash", "zsh"):
        return None  # remote-script-piped-to-shell speaks of it
    if program == "tee":
        return "saved"
    return "noticed-later" if program in _NOTICING else None


def _is_content(reader: object) -> bool:
    """Whether a program succeeds if it is given nothing, as it is by a curl that fails."""
    words = [word.text or "" for word in reader.words] if isinstance(reader, SimpleCommand) else []
    asks = any(re.fullmatch(r"-[a-df-zA-Z]*e[a-zA-Z]*|--exit-status", word) for word in words[1:])
    return bool(words) and words[0] in ("jq", "yq") and not asks


def _saved_as(invocation: Invocation) -> str | None:
    """The name of the file that it writes, empty if that is not known; None if it writes none."""
    words = invocation.arguments
    for number, word in enumerate(words):
        text = word.text or ""
        match = re.fullmatch(r"-[a-zA-Z]*([oO])|--(?:output|remote-name(?:-all)?)", text)
        if match is not None and (match[1] == "o" or text == "--output"):
            name = _written(words[number + 1]) if number + 1 < len(words) else ""
            return None if name in ("-", "/dev/null") else _base(name)
        if match is not None:
            urls = [_written(other) for other in words if "://" in other.raw]
            return _base(urls[0]) if urls else ""
    for redirection in invocation.redirections:
        if redirection.operator in (">", ">|") and redirection.descriptor in ("", "1"):
            name = _written(redirection.target)
            return None if name == "/dev/null" else _base(name)
    return None


def _written(word: Word) -> str:
    """The word without its quotes, variables as they are written: one that holds a name is written alike elsewhere."""
    return word.text if word.text is not None else re.sub(r"[\"']", "", word.raw)


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _stem(file: str) -> str:
    """The name without its ending, which programs such as unzip can do without."""
    return file.rpartition(".")[0] or file


# What is used as it comes


def download_without_verification(buildspec: Buildspec) -> Iterator[Report]:
    """A program or an archive is fetched from elsewhere, and used before anything has checked it."""
    from cblint.checks.following import followed  # with it comes the interpreter

    for download in followed(buildspec):
        fetch, address = download.fetch, download.fetch.address
        if address is None or download.checked or fetch.sends or fetch.known_to or fetch.is_insecure:
            continue
        use = download.used(PROGRAM, INSTALLED, UNPACKED)
        is_ours = address.is_pinned or (address.may_be_own and not address.is_of_aws)
        if use is None or is_ours or download.used(SCRIPT) is not None:
            continue
        installed = download.used(INSTALLED)
        variant = "program" if download.used(UNPACKED) is None else "archive"
        if installed is not None and address.is_newest and not address.is_of_aws:
            variant, use = "newest", installed
        related = ((_LABELS[use.how], use.node.span),) if use.program != fetch.call.program else ()
        yield Report(fetch.word.span, variant, {"file": fetch.name, "host": address.host}, related)


_LABELS = {PROGRAM: "run", INSTALLED: "installed", UNPACKED: "unpacked"}
