"""A Dockerfile without an engine: its steps are taken in folders that hold the file system of an image."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dockerfile_parse import DockerfileParser
from pathspec import PathSpec

from tests.integration.conftest import ROOT


class Step(NamedTuple):
    """An instruction of a Dockerfile, and what stands behind it."""

    instruction: str
    value: str


def steps(path: str = os.path.join(ROOT, "Dockerfile")) -> list[Step]:
    """The steps of a Dockerfile, in order."""
    with open(path, "rb") as file:
        parser = DockerfileParser(fileobj=io.BytesIO(file.read()))
    return [Step(each["instruction"], each["value"]) for each in parser.structure if each["instruction"] != "COMMENT"]


def stages(of: Sequence[Step]) -> list[list[Step]]:
    """The steps of each stage, from its FROM on."""
    starts = [number for number, step in enumerate(of) if step.instruction == "FROM"]
    return [list(of[start:end]) for start, end in zip(starts, [*starts[1:], len(of)], strict=True)]


def context(names: Sequence[str]) -> list[str]:
    """Those of some files that .dockerignore lets in."""
    with open(os.path.join(ROOT, ".dockerignore"), encoding="utf-8") as file:
        # Unlike git's, its patterns begin at the root.
        patterns = [re.sub(r"^(!?)(?=[^*#/!])", r"\1/", line.strip()) for line in file]
    left_out = PathSpec.from_lines("gitignore", patterns)
    return [name for name in names if not left_out.match_file(name)]


class Image:
    """A file system in a folder, and what the steps have set so far."""

    def __init__(self, base: str, folder: str) -> None:
        subprocess.run(["cp", "--archive", "--reflink=auto", base, folder], check=True)
        self.folder = folder
        self.directory = "/"
        self.user = "0:0"
        self.entry: list[str] = []
        self.labels: dict[str, str] = {}
        self.variables = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "LC_ALL": "C.UTF-8"}

    def take(self, step: Step, copied: Mapping[str, str]) -> None:
        """Take a step; ``copied`` are the folders that COPY can name: an earlier stage, or nothing for the context."""
        getattr(self, f"_{step.instruction.lower()}")(step.value, copied)

    def _arg(self, value: str, _: Mapping[str, str]) -> None:
        name, default = value.split("=", 1)
        self.variables[name] = default

    def _env(self, value: str, _: Mapping[str, str]) -> None:
        for word in shlex.split(value):
            name, text = word.split("=", 1)
            self.variables[name] = re.sub(r"\$(\w+)", lambda match: self.variables[match[1]], text)

    def _label(self, value: str, _: Mapping[str, str]) -> None:
        for word in shlex.split(value):
            name, text = word.split("=", 1)
            self.labels[name] = text

    def _user(self, value: str, _: Mapping[str, str]) -> None:
        self.user = value

    def _workdir(self, value: str, _: Mapping[str, str]) -> None:
        self.directory = os.path.join(self.directory, value)
        os.makedirs(self._path(self.directory), exist_ok=True)

    def _entrypoint(self, value: str, _: Mapping[str, str]) -> None:
        self.entry = json.loads(value)

    def _cmd(self, value: str, _: Mapping[str, str]) -> None:
        assert isinstance(json.loads(value), list)

    def _copy(self, value: str, copied: Mapping[str, str]) -> None:
        *options, source, target = value.split()
        stage = options[0].removeprefix("--from=") if options else ""
        destination = self._path(os.path.join(self.directory, target))
        shutil.copytree(os.path.join(copied[stage], source.lstrip("/")), destination, symlinks=True, dirs_exist_ok=True)

    def _run(self, value: str, _: Mapping[str, str]) -> None:
        done = self.run(["/bin/sh", "-c", value])
        assert done.returncode == 0, f"{value}\n{done.stdout}{done.stderr}"

    def _path(self, path: str) -> str:
        return os.path.join(self.folder, path.lstrip("/"))

    def run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """A command in the image, as its user."""
        return self._unshared("--mount", "", command)

    def run_read_only(
        self, command: Sequence[str], work: str, temporary: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """The same without a network, a folder as ``/work``, where nothing can be written but, if asked, ``/tmp``."""
        root, mounted = shlex.quote(self.folder), shlex.quote(self._path("work"))
        script = f"""
            mount --bind {root} {root}
            mount --bind {shlex.quote(work)} {mounted}
            mount -o remount,bind,ro {root}
            mount -o remount,bind,ro {mounted}
            {f"mount -t tmpfs tmpfs {shlex.quote(self._path('tmp'))}" if temporary else ""}
        """
        return self._unshared("--mount --net", script, command)

    def _unshared(self, what: str, script: str, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        inside = f"cd {shlex.quote(self.directory)} && exec {shlex.join(command)}"
        enter = shlex.join(["chroot", f"--userspec={self.user}", self.folder, "/bin/sh", "-c", inside])
        return subprocess.run(
            ["unshare", *what.split(), "/bin/sh", "-c", f"set -eu\n{script}\nexec {enter}"],
            env=self.variables,
            capture_output=True,
            text=True,
        )
