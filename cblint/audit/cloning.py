"""Repositories behind a URL: bare clones of their default branch, made and refreshed by the user's own git."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from urllib.parse import unquote

from cblint.laying import LONGEST
from cblint.records import NamedTuple
from cblint.report.shown import printable
from cblint.wording import counted

TIMEOUT = 300.0
"""Seconds that the clone of a repository may take."""
LARGEST = 4 * 1024 * 1024 * 1024
"""Bytes of a clone: a server that cannot leave large files out sends them as well, and one may send for ever."""
LONGEST_URL = 2_000
_LONGEST_ANSWER = 1024 * 1024
"""Bytes of what git says, which a server adds to."""
_LONGEST_REASON = 300
_OLD = 24 * 60 * 60
"""Seconds after which nobody comes back for a clone that was begun."""
_PATIENCE = 5.0
"""Seconds that git has to take its locks away when it is stopped."""
_LOOK = 0.25
"""Seconds until it is looked again at how much git has written."""
_BEGUN = ".unfinished"
_FILTER = f"blob:limit={LONGEST}"
_REMOTE = "cblint"
"""What git calls the URL as long as it works: ``origin`` would be the one without credentials as well."""

_HOST = r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])"
_URLS = (
    rf"(https?|ssh|git)://(?:([^-/@][^/@]*)@)?({_HOST}(?::\d+)?)(/.*)",
    r"(file)://()((?:localhost)?)(/.*)",
    rf"()([A-Za-z0-9_][A-Za-z0-9_.-]*)@({_HOST}):([^-:].*)",
)
"""The scheme, the user, the host and the path of what is cloned."""
_KINDS = "https://, http://, ssh://, git:// or file://"

_HOW = "Give them to git: by a credential helper for https, by a key in the agent for ssh."
_MEANINGS = (
    (
        r"could not read (?:Username|Password)|prompts disabled",
        f"the server asks for credentials, as some also do for what is not there. {_HOW}",
    ),
    (r"Authentication failed|error: 40[13]|HTTP 40[13]", f"the server refuses the credentials that git has. {_HOW}"),
    (r"Permission denied \(|Host key verification failed", f"ssh is not let in. {_HOW}"),
    (
        r"(?i)repository .{0,500}not found|does not appear to be a git repository|repository not exported",
        "there is no such repository, or it is not shown to you.",
    ),
)
"""What git says, and what it means."""

_OF_ANOTHER = frozenset(
    f"GIT_{name}"
    for name in (
        "ALTERNATE_OBJECT_DIRECTORIES",
        "COMMON_DIR",
        "CONFIG",
        "DIR",
        "GRAFT_FILE",
        "INDEX_FILE",
        "NAMESPACE",
        "OBJECT_DIRECTORY",
        "SHALLOW_FILE",
        "WORK_TREE",
    )
)
"""Variables that say which repository is meant: a git that runs this, as for a hook, sets them for its own."""
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "maintenance.autoDetach": "false",
    "transfer.unpackLimit": "1",  # what comes is then in packs, whose size is looked at
}


class Uncloned(Exception):
    """A repository could not be cloned. ``str()`` says so in one or two sentences, without any credentials."""


class _Remote(NamedTuple):
    """A URL by its parts. What git writes as ``git@host:path`` has no scheme; ``user`` may hold a password."""

    url: str
    scheme: str
    user: str
    host: str
    path: str


class _Task(NamedTuple):
    """What is cloned, and when that has to have ended."""

    remote: _Remote
    seconds: float
    end: float


class _Head(NamedTuple):
    """What a server calls its default branch, and the commit there; ``HEAD`` where it is on none."""

    ref: str
    commit: str


class _Failed(Exception):
    """Git has failed. ``str()`` is what it says."""


def mirrored(url: str, folder: str, seconds: float = TIMEOUT) -> str:
    """Make or refresh a clone of a repository's default branch below a folder, and tell its path.

    It is bare, has one commit and lacks files over 4 MB, if the server can leave them out. Git's ``origin`` there
    is the URL without credentials; they are nowhere in it. A repository without any commit has none there either. What
    git is told by the user's configuration and environment holds, but it asks nobody, and runs no hooks. Raises
    Uncloned.
    """
    remote = _remote(url)
    target = os.path.join(folder, _name(remote))
    begun = os.path.join(folder, _BEGUN)
    task = _Task(remote, seconds, time.monotonic() + seconds)
    try:
        os.makedirs(begun, exist_ok=True)
        _sweep(begun)
        made = tempfile.mkdtemp(dir=begun)
        try:
            head = _head(_git(task, made, ["ls-remote", "--symref", _REMOTE, "HEAD"]))
            if head is None or not _refreshed(task, target, head):
                _clone(task, made, head)
                _replace(target, made)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except _Failed as error:
        raise Uncloned(f"{_shown(remote)} cannot be cloned: {_reason(remote, str(error))}") from None
    except OSError as error:
        raise Uncloned(f"{_shown(remote)} cannot be cloned: {error.strerror or error}.") from None
    return target


# URLs


def _remote(url: str) -> _Remote:
    found = next((match for each in _URLS if (match := re.fullmatch(each, url)) is not None), None)
    if found is None or len(url) > LONGEST_URL or re.search(r"[\x00-\x1f\x7f]", url) is not None:
        shown = printable(_harmless(url)[:_LONGEST_REASON])
        raise Uncloned(f"{shown} is no URL that is cloned: it has to begin with {_KINDS}, or be like git@host:path.")
    return _Remote(url, *found.groups(""))


def _harmless(url: str) -> str:
    """What may be shown of something that is given as a URL: nothing that can be a password."""
    if len(url) > LONGEST_URL:
        return "…"
    return re.sub(r"(?s)(?<=//).*@|^[^/]*@|[?#].*", "", url)


def _plain(remote: _Remote) -> str:
    """The URL without credentials: who the user is tells nothing secret to ssh alone."""
    if remote.scheme.startswith("http"):
        return f"{remote.scheme}://{remote.host}{_path(remote)}"
    user = remote.user.partition(":")[0] + "@" if remote.user and remote.scheme != "git" else ""
    return (
        f"{remote.scheme}://{user}{remote.host}{remote.path}" if remote.scheme else f"{user}{remote.host}:{remote.path}"
    )


def _path(remote: _Remote) -> str:
    """The path without a query, in which a token may stand."""
    return re.split(r"[?#]", remote.path, maxsplit=1)[0]


def _shown(remote: _Remote) -> str:
    return printable(_plain(remote))


def _name(remote: _Remote) -> str:
    """The name of a clone: what can be read of the URL, and what tells it from all others."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{remote.host}/{_path(remote)}".removesuffix(".git")).strip("-.")
    own = _plain(remote) + remote.path.removeprefix(_path(remote))
    return f"{readable[:100]}-{hashlib.sha256(own.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.git"


def _reason(remote: _Remote, said: str) -> str:
    """What git says in words that follow a colon, without anything secret of the URL."""
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, said) is not None:
            return meaning
    secrets = [remote.user.partition(":")[2], remote.path.removeprefix(_path(remote))]
    if remote.scheme.startswith("http"):
        secrets.append(remote.user.partition(":")[0])
    for secret in sorted(filter(None, (*secrets, *map(unquote, secrets))), key=len, reverse=True):
        said = said.replace(secret, "***")
    lines = [line for line in re.sub(r"(?<=//)[^/\s]*@", "", said).splitlines() if line.strip()]
    line = next((line for line in lines if line.startswith(("fatal:", "error:"))), (lines or ["nothing"])[0])
    return f"git says: {printable(line[:_LONGEST_REASON].strip())}"


# The clone


def _head(answer: str) -> _Head | None:
    """The default branch by what ``git ls-remote --symref`` prints; None if there is no commit there."""
    commit = re.search(r"(?m)^([0-9a-f]{40}|[0-9a-f]{64})\tHEAD$", answer)
    branch = re.search(r"(?m)^ref: (refs/heads/\S+)\tHEAD$", answer)
    return _Head(branch[1] if branch is not None else "HEAD", commit[1]) if commit is not None else None


def _refreshed(task: _Task, target: str, head: _Head) -> bool:
    """Whether a clone there is could be brought to what the server has: one that is damaged is made anew."""
    if not os.path.isdir(target) or os.path.islink(target):
        return False
    try:
        if _git(task, target, ["rev-parse", "HEAD", "--symbolic-full-name", "HEAD"]).split() != [*head[::-1]]:
            _fetch(task, target, head)
    except _Failed:
        return False
    return True


def _clone(task: _Task, made: str, head: _Head | None) -> None:
    """Make a clone in an empty folder."""
    kind = "sha256" if head is not None and len(head.commit) == 64 else "sha1"
    _git(task, made, ["init", "--quiet", "--bare", "--template=", f"--object-format={kind}"])
    _git(task, made, ["config", "remote.origin.url", _plain(task.remote)])
    if head is not None:
        _fetch(task, made, head)


def _fetch(task: _Task, clone: str, head: _Head) -> None:
    """Bring the default branch, and nothing else, to what the server has."""
    local = head.ref if head.ref != "HEAD" else "refs/cblint/head"
    only = ["--depth=1", "--no-tags", f"--filter={_FILTER}"]
    _git(task, clone, ["fetch", "--quiet", *only, "--no-write-fetch-head", _REMOTE, f"+{head.ref}:{local}"])
    if head.ref == "HEAD":
        _git(task, clone, ["update-ref", "--no-deref", "HEAD", local])
    else:
        _git(task, clone, ["symbolic-ref", "HEAD", local])
    for other in _git(task, clone, ["for-each-ref", "--format=%(refname)"]).split():
        if other != local:
            _git(task, clone, ["update-ref", "-d", other])


def _replace(target: str, made: str) -> None:
    """Put a clone that is whole in its place."""
    former = f"{made}.former"
    if os.path.lexists(target):
        os.rename(target, former)
    os.rename(made, target)
    _remove(former)


def _remove(path: str) -> None:
    """Take away what is there, if anything; what cannot be taken away now is swept later."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _sweep(begun: str) -> None:
    """Take away what a clone has left that was interrupted long ago."""
    with os.scandir(begun) as entries:
        for entry in entries:
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _OLD:
                _remove(entry.path)


# Git


def _git(task: _Task, where: str, arguments: list[str]) -> str:
    """What git prints about a clone, or in an empty folder. Raises _Failed and Uncloned."""
    program = shutil.which("git")
    if program is None:
        raise Uncloned("git is not installed: without it no repository is cloned.")
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 - the user's own git, for a URL that has been looked at
            [program, "--no-pager", *settings, *arguments],
            cwd=where,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=_environment(task.remote, program, where),
            start_new_session=True,  # without a terminal, so that ssh cannot ask; and one group, to be stopped
        )
        try:
            while not _has_ended(process, task):
                _bound(task, where, os.fstat(out.fileno()).st_size + os.fstat(err.fileno()).st_size)
        finally:
            _stop(process)
        out.seek(0)
        err.seek(0)
        printed, said = (file.read(_LONGEST_ANSWER).decode("utf-8", "surrogateescape") for file in (out, err))
    if process.returncode:
        raise _Failed(said)
    return printed


def _has_ended(process: subprocess.Popen[bytes], task: _Task) -> bool:
    """Wait a little for the end. Raises Uncloned when the time is up."""
    left = task.end - time.monotonic()
    try:
        process.wait(max(min(_LOOK, left), 0))
    except subprocess.TimeoutExpired:
        if left > 0:
            return False
        seconds = counted(round(task.seconds), "second")
        raise Uncloned(f"{_shown(task.remote)} cannot be cloned: git has not ended after {seconds}.") from None
    return True


def _bound(task: _Task, where: str, said: int) -> None:
    """Raise Uncloned where a server sends more than there can be."""
    size = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(os.path.join(where, "objects", "pack")) as entries:
        for entry in entries:
            size += entry.stat(follow_symlinks=False).st_size
    if size > LARGEST:
        most = f"{LARGEST >> 30} GB"
        raise Uncloned(f"{_shown(task.remote)} cannot be cloned: its default branch alone is larger than {most}.")
    if said > _LONGEST_ANSWER:
        raise Uncloned(f"{_shown(task.remote)} cannot be cloned: the server says more than any repository has names.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End git, if it has not ended, and what it has started."""
    if process.poll() is None:
        for reason in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, reason)
                process.wait(_PATIENCE)


def _own(remote: _Remote) -> tuple[tuple[str, str], ...]:
    """What git is told of the remote: where a clone itself says that more is to be had, git fails to list its files."""
    return ("url", remote.url), ("promisor", "true"), ("partialclonefilter", _FILTER)


def _environment(remote: _Remote, program: str, where: str) -> dict[str, str]:
    """The user's, in which git knows the URL by a name, and asks nobody for anything."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _OF_ANOTHER and not name.startswith(("GIT_TRACE", "GIT_CURL_VERBOSE"))
    }
    given = kept.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdecimal() else 0
    settings = list(enumerate(((f"remote.{_REMOTE}.{name}", value) for name, value in _own(remote)), first))
    found = {
        **kept,
        "GCM_INTERACTIVE": "never",
        "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
        "GIT_ASKPASS": "",
        "GIT_CEILING_DIRECTORIES": os.path.dirname(os.path.realpath(where)),
        "GIT_CONFIG_COUNT": str(first + len(settings)),
        **{f"GIT_CONFIG_KEY_{number}": name for number, (name, _) in settings},
        **{f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in settings},
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "SSH_ASKPASS_REQUIRE": "never",
    }
    if os.path.isdir(os.path.join(where, "objects")):
        found["GIT_DIR"] = os.path.realpath(where)
    if remote.scheme in ("ssh", "") and not _has_own_ssh(program, found):
        found["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    return found


def _has_own_ssh(program: str, environment: dict[str, str]) -> bool:
    """Whether the user has told git how to run ssh, which may be another program than OpenSSH's."""
    if not environment.keys().isdisjoint(("GIT_SSH", "GIT_SSH_COMMAND")):
        return True
    command = [program, "config", "--get", "core.sshCommand"]
    done = subprocess.run(  # noqa: S603 - as above
        command, capture_output=True, stdin=subprocess.DEVNULL, env=environment, check=False
    )
    return done.returncode == 0
