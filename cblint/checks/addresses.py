"""Addresses in commands: how they are asked for, whose they are, and whether they lead out of the network at all."""

from __future__ import annotations

import re

from cblint.facts import table
from cblint.records import NamedTuple
from cblint.shell.operands import begins_to_fit
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.values import Value

_ADDRESS = r"(?i)(?:[a-z]{2,4}\+)?(https?|ftp|git)://(?:[^/@\s]*@)?(\[[0-9a-f:.]+\]|[\w.-]+)"
"""A scheme and a host; before them, how pip gets at sources: ``git+``."""
_WITHOUT_SCHEME = r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_COMMIT = r"/[0-9a-f]{40}/"
_NEWEST = r"(?i)(?:^|[/_.-])latest(?:[/_.-]|$)"


class Address(NamedTuple):
    """An address: ``scheme`` in small letters, ``host`` and the beginning of the path as far as they are known.

    ``implied``: no scheme is written, and it is the one that programs take then. ``complete``: all of it is known.
    ``port``: one is written.
    """

    scheme: str
    host: str
    path: str
    complete: bool
    implied: bool
    port: bool

    @property
    def is_plain(self) -> bool:
        """Whether whoever is on the way can read and change what comes."""
        return self.scheme in ("http", "ftp", "git")

    @property
    def is_own(self) -> bool:
        """Whether it does not leave the network of the build."""
        return is_own(self.host)

    @property
    def is_of_aws(self) -> bool:
        """Whether AWS hands out its own programs there."""
        return begins_to_fit(f"{self.host}{self.path}", self.complete, table("downloads")["aws"]) is True

    @property
    def may_be_own(self) -> bool:
        """Whether the files there may be those of whoever builds."""
        return self.is_own or (begins_to_fit(self.host, True, table("downloads")["anybody"]) is True)

    @property
    def is_pinned(self) -> bool:
        """Whether it names a commit, of which nobody can make another."""
        return re.search(_COMMIT, self.path) is not None

    @property
    def is_newest(self) -> bool:
        """Whether it is the newest version, whichever that is."""
        return re.search(_NEWEST, self.path) is not None

    @property
    def has_https(self) -> bool:
        """Whether the host is known to answer https."""
        return not self.port and self.host in table("downloads")["https-hosts"]


def address_of(value: Value, implied: bool = False) -> Address | None:
    """The address that a text is, if its host is known; ``implied``: it may also be written without a scheme."""
    known = value.start
    complete = value.text is not None
    match = re.match(_ADDRESS, known)
    scheme, host = (match[1].lower(), match[2].lower()) if match is not None else ("http", "")
    if match is None and implied and "://" not in known:
        match = re.match(_WITHOUT_SCHEME, known)
        host = match[0].lower() if match is not None else ""
    if match is None:
        return None
    rest = re.sub(r"^:\d+", "", known[match.end() :])
    if rest[:1] not in ("/", "?", "#") and not (complete and not rest):
        return None  # the host goes on with what is not known
    port = known[match.end() : match.end() + 1] == ":"
    return Address(scheme, host, rest, complete, "://" not in known[: match.end()], port)


def is_own(host: str) -> bool:
    """Whether what is sent to a host stays in the network of the build, or on the machine."""
    name = host.lower().rstrip(".").strip("[]")
    if re.fullmatch(r"[0-9.]+|[0-9a-f.]*:[0-9a-f:.]*", name):
        import ipaddress  # few hosts are numbers

        try:
            return ipaddress.ip_address(name).is_private
        except ValueError:
            return True
    return "." not in name or name.endswith(tuple(table("downloads")["own-hosts"]))
