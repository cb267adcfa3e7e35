"""Clones of URLs: what is refused, what goes wrong on the way, and real servers of git's own."""

from __future__ import annotations

import base64
import contextlib
import http.server
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from cblint.audit import cloning
from cblint.audit.cloning import Uncloned, mirrored
from cblint.laying import LONGEST
from tests.git import commit, git

SECRET = "s3cr3t/@:word"
QUOTED = "s3cr3t%2F%40%3Aword"


def refused(url: str, folder: pathlib.Path, seconds: float = 20) -> str:
    """What is said of a URL that is not cloned; nothing of it is left."""
    with pytest.raises(Uncloned) as caught:
        mirrored(url, str(folder), seconds)
    assert not folder.exists() or os.listdir(folder) == [".unfinished"]
    assert not folder.exists() or os.listdir(folder / ".unfinished") == []
    return str(caught.value)


def repository(path: pathlib.Path, branch: str = "main") -> pathlib.Path:
    """A repository with a commit."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--initial-branch", branch)
    (path / "buildspec.yml").write_text("version: 0.2\n")
    commit(path, "Begin")
    return path


def refs(clone: str) -> list[str]:
    return git(pathlib.Path(clone), "for-each-ref", "--format=%(refname) %(objectname)").splitlines()


def head(folder: pathlib.Path | str) -> str:
    return git(pathlib.Path(folder), "rev-parse", "HEAD").strip()


@pytest.fixture(autouse=True)
def own(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The user's configuration of git, which is empty."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "SSH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "own"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "own"


# What is refused


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-",
        "--upload-pack=touch x",
        "-c@host:path",
        "ext::sh -c 'touch x' https://user:s3cr3t@host/x",
        "https::https://host/x",
        "git@host::path",
        "ftp://host/x",
        "HTTPS://host/x",
        "/etc",
        "../x",
        "host:path",
        "C:\\x",
        "git@host:-x",
        "git@-oProxyCommand=x:path",
        "ssh://-oProxyCommand=x/y",
        "ssh://-x@host/y",
        "ssh://git@-x/y",
        "https://host",
        "https://user:s3cr3t@/x",
        "https://user:s3/cr3t@host/x",
        "https://host/x\nhttps://host/y",
        "https://host/\0",
        "https://host/\x1b[31m?token=s3cr3t",
        f"https://host/{'x' * 2000}",
        "file://user:s3cr3t@host/x",
        "file://host/x",
    ],
)
def test_other_urls_are_refused(tmp_path: pathlib.Path, url: str) -> None:
    said = refused(url, tmp_path / "clones")
    assert said.endswith(
        " is no URL that is cloned: it has to begin with https://, http://, ssh://, git:// or file://, or be like "
        "git@host:path."
    )
    assert "cr3t" not in said
    assert said.isprintable()
    assert len(said) < 500


def test_names_can_be_read_and_differ() -> None:
    urls = (
        "https://github.com/org/repo.git",
        "https://github.com/org/repo",
        "https://github.com/org/repo?a",
        "https://github.com/org/repo?b",
        "https://github.com/Org/repo",
        "http://github.com/org/repo",
        "https://github.com:8443/org/repo",
        "ssh://git@github.com/org/repo",
        "ssh://other@github.com/org/repo",
        "git@github.com:org/repo",
        "git://[::1]/../..//ö r",
        "file:///" + "x" * 1000,
    )
    names = [cloning._name(cloning._remote(url)) for url in urls]
    assert len(set(names)) == len(urls)
    assert names[0].startswith("github.com-org-repo-")
    assert all(name.isascii() and len(name) < 150 and not name.startswith((".", "-")) for name in names)
    assert all("/" not in name and ".." not in name.strip(".") for name in names[:10])
    with_credentials = ("https://user:s3cr3t@github.com/org/repo.git", "https://t0k3n@github.com/org/repo.git")
    assert {cloning._name(cloning._remote(url)) for url in with_credentials} == {names[0]}


def test_without_git_it_is_said(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused("https://host/x", tmp_path / "clones") == "git is not installed: without it no repository is cloned."


def test_a_folder_that_cannot_be_written_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Uncloned) as caught:
        mirrored("https://user:s3cr3t@host/x", str(tmp_path / "file"))
    assert str(caught.value) == "https://host/x cannot be cloned: Not a directory."


# From the disk


def test_a_clone_is_bare_shallow_and_has_one_branch(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source", "trunk")
    git(source, "config", "uploadpack.allowFilter", "true")
    (source / "large").write_bytes(os.urandom(LONGEST + 1))
    commit(source)
    git(source, "branch", "other")
    git(source, "tag", "v1")
    clone = mirrored(f"file://{source}", str(tmp_path / "clones"))
    assert os.path.dirname(clone) == str(tmp_path / "clones")
    assert os.path.basename(clone).startswith(str(source).strip("/").replace("/", "-"))
    assert refs(clone) == [f"refs/heads/trunk {head(source)}"]
    path = pathlib.Path(clone)
    assert git(path, "rev-parse", "--is-bare-repository", "--symbolic-full-name", "HEAD") == "true\nrefs/heads/trunk\n"
    assert git(path, "rev-list", "--count", "HEAD") == "1\n"
    assert git(path, "show", "HEAD:buildspec.yml") == "version: 0.2\n"
    assert git(path, "config", "remote.origin.url") == f"file://{source}\n"
    missing = git(path, "rev-list", "--objects", "--missing=print", "HEAD").split()
    assert [each for each in missing if each.startswith("?")] == [f"?{git(source, 'rev-parse', 'HEAD:large').strip()}"]
    assert not (path / "hooks").exists()
    assert os.listdir(tmp_path / "clones" / ".unfinished") == []


def test_a_server_that_cannot_filter_sends_all(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    git(source, "config", "uploadpack.allowFilter", "false")
    clone = mirrored(f"file://{source}", str(tmp_path / "clones"))
    assert git(pathlib.Path(clone), "show", "HEAD:buildspec.yml") == "version: 0.2\n"


def test_what_is_left_out_stays_out_and_can_be_listed(tmp_path: pathlib.Path, own: pathlib.Path) -> None:
    own.write_text("[gc]\n\tautoPackLimit = 1\n\tpruneExpire = now\n")
    source = repository(tmp_path / "source")
    git(source, "config", "uploadpack.allowFilter", "true")
    for number in range(4):
        (source / f"large{number}").write_bytes(os.urandom(LONGEST + 1))
        (source / "small").write_text(f"{number}")
        commit(source)
        clone = mirrored(f"file://{source}", str(tmp_path / "clones"))
        listed = git(pathlib.Path(clone), "ls-tree", "-r", "-l", "HEAD").splitlines()
        sizes = [line.split()[3] for line in listed]
        assert sizes == ["13", *["BAD"] * (number + 1), "1"]
        assert git(pathlib.Path(clone), "show", "HEAD:small") == f"{number}"
    assert len(list((pathlib.Path(clone) / "objects" / "pack").glob("*.pack"))) < 4


def test_a_clone_is_refreshed(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    url, folder = f"file://{source}", str(tmp_path / "clones")
    clone = mirrored(url, folder)
    before = os.stat(clone).st_ino
    assert mirrored(url, folder) == clone
    (source / "buildspec.yml").write_text("version: 0.1\n")
    commit(source)
    assert mirrored(url, folder) == clone
    assert refs(clone) == [f"refs/heads/main {head(source)}"]
    git(source, "commit", "--quiet", "--amend", "--message", "Rewrite it")
    git(source, "branch", "--move", "main", "trunk")
    assert mirrored(url, folder) == clone
    assert refs(clone) == [f"refs/heads/trunk {head(source)}"]
    assert git(pathlib.Path(clone), "symbolic-ref", "HEAD") == "refs/heads/trunk\n"
    assert git(pathlib.Path(clone), "show", "HEAD:buildspec.yml") == "version: 0.1\n"
    assert os.stat(clone).st_ino == before
    assert sorted(os.listdir(folder)) == sorted([".unfinished", os.path.basename(clone)])


def test_a_default_branch_below_the_name_of_the_former_is_followed(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    clone = mirrored(f"file://{source}", str(tmp_path / "clones"))
    git(source, "branch", "--move", "main", "x")
    git(source, "branch", "--move", "x", "main/x")
    assert mirrored(f"file://{source}", str(tmp_path / "clones")) == clone
    assert refs(clone) == [f"refs/heads/main/x {head(source)}"]


def test_a_head_on_no_branch_is_cloned_and_refreshed(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    git(source, "checkout", "--quiet", "--detach")
    for _ in range(2):
        clone = mirrored(f"file://{source}", str(tmp_path / "clones"))
        assert head(clone) == head(source)
        git(pathlib.Path(clone), "symbolic-ref", "--quiet", "HEAD", status=1)
        commit(source)


def test_an_empty_repository_is_a_clone_without_commits(tmp_path: pathlib.Path) -> None:
    (tmp_path / "source").mkdir()
    git(tmp_path / "source", "init", "--quiet", "--initial-branch", "main")
    url, folder = f"file://{tmp_path}/source", str(tmp_path / "clones")
    clone = mirrored(url, folder)
    assert (refs(clone), mirrored(url, folder)) == ([], clone)
    (tmp_path / "source" / "x").write_text("x")
    commit(tmp_path / "source")
    assert mirrored(url, folder) == clone
    assert refs(clone) == [f"refs/heads/main {head(tmp_path / 'source')}"]
    shutil.rmtree(tmp_path / "source")
    (tmp_path / "source").mkdir()
    git(tmp_path / "source", "init", "--quiet")
    assert (mirrored(url, folder), refs(clone)) == (clone, [])


def test_a_repository_of_long_hashes_is_cloned(tmp_path: pathlib.Path) -> None:
    (tmp_path / "source").mkdir()
    git(tmp_path / "source", "init", "--quiet", "--object-format=sha256")
    commit(tmp_path / "source")
    assert head(mirrored(f"file://{tmp_path}/source", str(tmp_path / "clones"))) == head(tmp_path / "source")


def test_a_damaged_clone_is_made_anew(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    url, folder = f"file://{source}", str(tmp_path / "clones")
    clone = pathlib.Path(mirrored(url, folder))

    def locked() -> None:
        (clone / "shallow.lock").write_text("")
        commit(source)

    def spoiled() -> None:
        (clone / "config").write_text("[broken")

    def a_file() -> None:
        shutil.rmtree(clone)
        clone.write_text("a file")

    def a_link() -> None:
        os.rename(clone, tmp_path / "elsewhere")
        clone.symlink_to(tmp_path / "elsewhere")

    damages = (locked, spoiled, a_file, a_link, (clone / "HEAD").unlink, partial(shutil.rmtree, clone / "objects"))
    for damage in damages:
        damage()
        assert mirrored(url, folder) == str(clone)
        assert not clone.is_symlink()
        assert refs(str(clone)) == [f"refs/heads/main {head(source)}"]
        assert os.listdir(tmp_path / "clones" / ".unfinished") == []


def test_what_was_begun_long_ago_is_taken_away(tmp_path: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    begun = tmp_path / "clones" / ".unfinished"
    for name, age in (("old", 100_000), ("new", 10)):
        (begun / name).mkdir(parents=True)
        os.utime(begun / name, (time.time() - age,) * 2)
    mirrored(f"file://{source}", str(tmp_path / "clones"))
    assert os.listdir(begun) == ["new"]


def test_a_clone_that_is_too_large_is_given_up(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloning, "LARGEST", 1000)
    monkeypatch.setattr(cloning, "_LOOK", 0.001)
    source = repository(tmp_path / "source")
    for number in range(20):
        (source / f"{number}").write_bytes(os.urandom(200_000))
    commit(source)
    said = refused(f"file://{source}", tmp_path / "clones")
    assert said == f"file://{source} cannot be cloned: its default branch alone is larger than 0 GB."


def test_nothing_of_anyone_runs(tmp_path: pathlib.Path, own: pathlib.Path) -> None:
    source = repository(tmp_path / "source")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    trap.chmod(0o755)
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("reference-transaction", "post-checkout", "post-update", "pre-auto-gc", "post-rewrite"):
        shutil.copy(trap, hooks / name)
    own.write_text(
        f"[core]\n\thooksPath = {hooks}\n\tfsmonitor = {trap}\n\tpager = {trap}\n\taskPass = {trap}\n"
        f'[init]\n\ttemplateDir = {hooks.parent}\n[remote "cblint"]\n\tpushurl = x\n'
    )
    clone = mirrored(f"file://{source}", str(tmp_path / "clones"))
    commit(source)
    mirrored(f"file://{source}", str(tmp_path / "clones"))
    assert refs(clone) == [f"refs/heads/main {head(source)}"]
    assert not (tmp_path / "ran").exists()


def test_another_repository_that_runs_it_is_not_touched(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, outer = repository(tmp_path / "source"), repository(tmp_path / "outer")
    git(outer, "config", "remote.cblint.url", "file:///elsewhere")
    before = (refs(str(outer)), (outer / ".git" / "config").read_text())
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(outer / ".git" / "index"))
    for _ in range(2):
        clone = mirrored(f"file://{source}", str(outer / "clones"))
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert refs(clone) == [f"refs/heads/main {head(source)}"]
    assert (refs(str(outer)), (outer / ".git" / "config").read_text()) == before


# ssh


def test_ssh_asks_nobody(tmp_path: pathlib.Path, own: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = repository(tmp_path / "source")
    (tmp_path / "bin").mkdir()
    ssh = tmp_path / "bin" / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/said\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent}:{os.environ['PATH']}")
    for url in (f"ssh://git:s3cr3t@host:22{source}", f"git@host:{source}"):
        clone = mirrored(url, str(tmp_path / "clones"))
        assert head(clone) == head(source)
        assert "s3cr3t" not in (pathlib.Path(clone) / "config").read_text()
        assert "-o BatchMode=yes" in (tmp_path / "said").read_text().splitlines()[-1]
    own.write_text(f"[core]\n\tsshCommand = {ssh} --mine\n")
    mirrored(f"git@host:{source}", str(tmp_path / "clones"))
    assert (tmp_path / "said").read_text().splitlines()[-1].startswith("--mine")
    monkeypatch.setenv("GIT_SSH_COMMAND", f"{ssh} --other")
    mirrored(f"git@host:{source}", str(tmp_path / "clones"))
    assert (tmp_path / "said").read_text().splitlines()[-1].startswith("--other")


def test_ssh_that_is_not_let_in_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "sh -c 'echo \"git@host: Permission denied (publickey).\" >&2; exit 255'"
    monkeypatch.setenv("GIT_SSH_COMMAND", script)
    assert refused("git@host:org/repo", tmp_path / "clones") == (
        "git@host:org/repo cannot be cloned: ssh is not let in. Give them to git: by a credential helper for https, by "
        "a key in the agent for ssh."
    )


# Servers


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with a repository and an empty one, which are served."""
    folder = tmp_path_factory.mktemp("served")
    source = repository(folder / "source")
    git(source, "config", "uploadpack.allowFilter", "true")
    (folder / "empty").mkdir()
    git(folder / "empty", "init", "--quiet", "--initial-branch", "main")
    return folder


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def daemon(folder: pathlib.Path) -> Iterator[str]:
    port = free_port()
    command = ["git", "daemon", "--export-all", f"--base-path={folder}", "--listen=127.0.0.1", f"--port={port}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            for _ in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.02)
            yield f"git://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, 15)


class Backend(http.server.BaseHTTPRequestHandler):
    """``git http-backend``; what is below ``/private`` only for a user with the password."""

    folder: pathlib.Path

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        right = "Basic " + base64.b64encode(f"user:{SECRET}".encode()).decode()
        if path.startswith("/private/") and self.headers.get("Authorization") != right:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": path.removeprefix("/private"),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        lines, _, answer = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in lines.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815 - the names are http.server's

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web(served: pathlib.Path) -> Iterator[str]:
    """The address, without its scheme, of a server of the folder."""
    handler = type("Handler", (Backend,), {"folder": served})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_daemon_of_git_is_cloned_from(tmp_path: pathlib.Path, served: pathlib.Path) -> None:
    with daemon(served) as address:
        for _ in range(2):
            assert head(mirrored(f"{address}/source", str(tmp_path / "clones"))) == head(served / "source")
        assert refs(mirrored(f"{address}/empty", str(tmp_path / "clones"))) == []
        assert refused(f"{address}/missing", tmp_path / "others") == (
            f"{address}/missing cannot be cloned: there is no such repository, or it is not shown to you."
        )


def test_http_is_cloned_from(tmp_path: pathlib.Path, served: pathlib.Path, web: str) -> None:
    for _ in range(2):
        assert head(mirrored(f"http://{web}/source", str(tmp_path / "clones"))) == head(served / "source")
    assert refs(mirrored(f"http://{web}/empty/.git", str(tmp_path / "clones"))) == []
    assert refused(f"http://{web}/missing?token=s3cr3t", tmp_path / "others") == (
        f"http://{web}/missing cannot be cloned: there is no such repository, or it is not shown to you."
    )


def test_credentials_come_from_a_helper(
    tmp_path: pathlib.Path, own: pathlib.Path, served: pathlib.Path, web: str
) -> None:
    own.write_text(f'[credential]\n\thelper = "!f() {{ echo username=user; echo password={SECRET}; }}; f"\n')
    for _ in range(2):
        clone = mirrored(f"http://{web}/private/source", str(tmp_path / "clones"))
        assert head(clone) == head(served / "source")
    config = (pathlib.Path(clone) / "config").read_text()
    assert (f"http://{web}/private/source" in config, "s3cr3t" in config) == (True, False)


def test_credentials_of_a_url_are_kept_nowhere(tmp_path: pathlib.Path, served: pathlib.Path, web: str) -> None:
    for _ in range(2):
        clone = mirrored(f"http://user:{QUOTED}@{web}/private/source", str(tmp_path / "clones"))
        assert head(clone) == head(served / "source")
        commit(served / "source")
    for path in (tmp_path / "clones").rglob("*"):
        assert "s3cr3t" not in path.name
        assert path.is_dir() or b"s3cr3t" not in path.read_bytes()


@pytest.mark.parametrize(
    "helper", ["", f'[credential]\n\thelper = "!f() {{ echo username=u; echo password={SECRET}x; }}; f"\n']
)
@pytest.mark.parametrize("user", ["", "t0k3n@", "user:s3cr3t-wr0ng@"])
def test_credentials_that_are_missing_or_wrong_are_told(
    tmp_path: pathlib.Path, own: pathlib.Path, monkeypatch: pytest.MonkeyPatch, web: str, helper: str, user: str
) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    trap.chmod(stat.S_IRWXU)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(trap))
    monkeypatch.setenv("GIT_CURL_VERBOSE", "1")
    own.write_text(helper)
    said = refused(f"http://{user}{web}/private/source", tmp_path / "clones")
    what = "the server refuses the credentials that git has."
    if not helper and ":" not in user:
        what = "the server asks for credentials, as some also do for what is not there."
    assert said == (
        f"http://{web}/private/source cannot be cloned: {what} Give them to git: by a credential helper for https, "
        "by a key in the agent for ssh."
    )
    assert not (tmp_path / "asked").exists()


def test_a_server_that_never_answers_is_left(tmp_path: pathlib.Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        for scheme, user in (("git", ""), ("http", "user:s3cr3t@")):
            start = time.monotonic()
            said = refused(f"{scheme}://{user}{address}/x", tmp_path / "clones", 0.6)
            assert said == f"{scheme}://{address}/x cannot be cloned: git has not ended after 1 second."
            assert time.monotonic() - start < 5
    for _ in range(100):
        if not running(address):
            break
        time.sleep(0.05)
    assert running(address) == []


def running(word: str) -> list[str]:
    """Programs that were started with a word, where the system lists them."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return [each for each in found if word in each]


def test_a_server_that_is_not_there_is_told_in_the_words_of_git(tmp_path: pathlib.Path) -> None:
    said = refused(f"http://user:s3cr3t@127.0.0.1:{free_port()}/x", tmp_path / "clones")
    assert "cannot be cloned: git says: fatal: unable to access" in said
    assert "s3cr3t" not in said
    assert "user" not in said
