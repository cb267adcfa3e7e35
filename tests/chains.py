"""Ways in which a secret can go from where it is given to where it is printed, as buildspecs have them.

A step makes one variable of another: ``A`` and ``B`` in the tables stand for them, ``NAME`` for a file, and ``;;`` for
a line end within one command. A chain is a few steps, a source before them and a print behind.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from cblint.buildspec.model import Buildspec
from cblint.buildspec.shells import BASH, DASH, SH
from cblint.checks.leaking import secret_printed
from cblint.finding import Report
from cblint.hosts.project import Project
from cblint.source.loader import load
from cblint.source.text import Text

FIRST = "SECRET"
UBUNTU = Project(("buildspec.yml",), image="aws/codebuild/standard:7.0")
FETCHED = f"{FIRST}=$(aws secretsmanager get-secret-value --secret-id x --query SecretString --output text)"

ANYWHERE = {
    "rename": ["B=$A"],
    "rename in quotes": ['B="user:${A}@host"'],
    "rename twice": ["X=$A;;B=$X"],
    "export": ['export B="$A"'],
    "export afterwards": ["B=$A;;export B"],
    "readonly": ['readonly B="$A"'],
    "default": ["B=${NOT_SET_ANYWHERE:-$A}"],
    "set by an expansion": [': "${B:=$A}"'],
    "beginning cut off": ["B=${A#x}"],
    "end cut off": ["B=${A%%x*}"],
    "condition": ['if [ -n "$A" ]; then B=$A; fi'],
    "case": ['case "$A" in ?*) B=$A;; esac'],
    "and": ['[ -n "$A" ] && B=$A'],
    "loop over words": ['for each in "$A"; do B=$each; done'],
    "loop over what it is split into": ["for each in $A; do B=$each; done"],
    "base64": ['B=$(echo "$A" | base64)'],
    "base64 without line ends": ['B=$(printf %s "$A" | base64 -w 0)'],
    "backquotes": ['B=`echo "$A" | base64`'],
    "tr": ['B=$(echo "$A" | tr a-z A-Z)'],
    "sed": ['B=$(echo "$A" | sed s/a/b/)'],
    "sed as an argument": ['B=$(sed "s/@@/$A/" template)'],
    "cut": ['B=$(echo "$A" | cut -c1-3)'],
    "awk": ["B=$(echo \"$A\" | awk '{print $1}')"],
    "rev": ['B=$(echo "$A" | rev)'],
    "xxd": ['B=$(echo "$A" | xxd -p)'],
    "head": ['B=$(echo "$A" | head -n 1)'],
    "jq": ['B=$(echo "$A" | jq -r .password)'],
    "jq with an argument": ["B=$(jq -n --arg p \"$A\" '{password: $p}')"],
    "xargs": ['B=$(echo "$A" | xargs -n1 echo)'],
    "openssl": ['B=$(echo "$A" | openssl base64)'],
    "several filters": ['B=$(echo "$A" | tr -d x | sort | cut -d: -f2)'],
    "printf": ["B=$(printf '%s:%s' user \"$A\")"],
    "substitution of a substitution": ['B=$(echo "$(echo "$A")")'],
    "group": ['B=$({ echo user; echo "$A"; })'],
    "subshell": ['B=$( (echo "$A") )'],
    "file": ['echo "$A" > NAME', "B=$(cat NAME)"],
    "file in a folder": ['mkdir -p .secrets && echo "$A" > .secrets/NAME', "B=$(cat ./.secrets/NAME)"],
    "file outside": ['printf %s "$A" > /tmp/NAME', "B=$(cat /tmp/NAME)"],
    "file that grows": ['echo user > NAME;;echo "$A" >> NAME', "B=$(cat NAME)"],
    "file of a group": ['{ echo user; echo "$A"; } > NAME', "B=$(cat NAME)"],
    "file by tee": ['echo "$A" | tee NAME > /dev/null', "B=$(cat NAME)"],
    "file that is copied": ['echo "$A" > NAME;;cp NAME NAME.bak', "B=$(cat NAME.bak)"],
    "file that is moved": ['echo "$A" > NAME;;mv NAME NAME.bak', "B=$(cat NAME.bak)"],
    "file by a filter": ['echo "$A" > NAME', "B=$(base64 NAME)"],
    "file as input": ['echo "$A" > NAME', "B=$(base64 < NAME)"],
    "file with sed": ['echo x > NAME;;sed -i "s/x/$A/" NAME', "B=$(cat NAME)"],
    "file by a here-document": ["cat > NAME <<EOF\nuser\n$A\nEOF", "B=$(cat NAME)"],
    "file with a name of its own": [
        'echo "$A" > "NAME-$CODEBUILD_BUILD_NUMBER"',
        'B=$(cat "NAME-$CODEBUILD_BUILD_NUMBER")',
    ],
    "read": ['echo "$A" > NAME', "read -r B < NAME"],
    "read several": ['echo "user $A" > NAME', "read -r user B < NAME"],
    "read lines": ['echo "$A" > NAME', "while read -r line; do B=$line; done < NAME"],
    "read in a pipeline": ['B=$(echo "$A" | while read -r line; do echo "$line"; done)'],
    "here-document": ["B=$(cat <<EOF\nuser: $A\nEOF\n)"],
    "argument": ['f() { B=$1; };;f "$A"'],
    "argument that is printed": ['f() { echo "$1"; };;B=$(f "$A")'],
    "all arguments": ['f() { echo "$@"; };;B=$(f user "$A")'],
    "arguments that are shifted": ['f() { shift; B=$1; };;f user "$A"'],
    "function that reads a variable": ["f() { B=$A; };;f"],
    "function that reads its input": ['f() { base64; };;B=$(echo "$A" | f)'],
    "local variable": ['f() { local x="$1"; B=$x; };;f "$A"'],
    "positional": ['set -- user "$A";;B=$2'],
    "eval": ['eval "B=\\$A"'],
    "eval of the text": ["eval \"B='$A'\""],
    "eval of an export": ["eval \"export B='$A'\""],
    "sourced file": ["echo \"B='$A'\" > NAME.sh", ". ./NAME.sh"],
    "sourced file with an export": ['printf \'export B="%s"\\n\' "$A" > NAME.env', ". ./NAME.env"],
    "sourced file of a here-document": ["cat > NAME.env <<EOF\nB='$A'\nEOF", "set -a;;. ./NAME.env;;set +a"],
    "sh -c": ["export A;;B=$(sh -c 'echo \"$A\"')"],
    "sh -c with the text": ["B=$(sh -c \"echo '$A'\")"],
    "sh -c with an argument": ['B=$(sh -c \'echo "$1"\' sh "$A")'],
    "sh with a text to read": ["B=$(echo \"echo '$A'\" | sh)"],
    "printenv": ["export A;;B=$(printenv A)"],
}
"""What every shell reads."""

IN_BASH = {
    "substring": ["B=${A:0:4}"],
    "replacement": ["B=${A//a/b}"],
    "capitals": ["B=${A^^}"],
    "capitals of some letters": ["B=${A^^[a-z]}"],
    "here-string": ['read -r B <<< "$A"'],
    "here-string to cat": ['B=$(cat <<< "$A")'],
    "printf -v": ["printf -v B '%s' \"$A\""],
    "array": ['list=("$A");;B=${list[0]}'],
    "array with more": ['list=(user);;list+=("$A");;B="${list[*]}"'],
    "array that is looped over": ['list=("$A" x);;for each in "${list[@]}"; do B+=$each; done'],
    "map": ["declare -A map;;map[x]=$A;;B=${map[x]}"],
    "declare": ['declare B="$A"'],
    "declare -x": ['declare -x B="$A"'],
    "indirection": ["name=A;;B=${!name}"],
    "process substitution": ['read -r B < <(echo "$A")'],
    "appended": ["B=user;;B+=$A"],
    "keyword function": ['function f { B=$1; };;f "$A"'],
    "source": ["echo \"B='$A'\" > NAME.sh", "source NAME.sh"],
    "file read by the shell": ['echo "$A" > NAME', "B=$(< NAME)"],
    "bash -c": ["B=$(bash -c \"echo '$A'\")"],
    "pipe with errors": ['B=$(echo "$A" |& cat)'],
    "mapfile": ['echo "$A" > NAME', "mapfile -t list < NAME;;B=${list[0]}"],
}
"""What bash reads as well."""

NOT_FOLLOWED = {
    "python": ["export A;;B=$(python3 -c 'import os; print(os.environ[\"A\"])')"],
    "a script of the project": ['B=$(./encode.sh "$A")'],
    "openssl with a cipher": ['B=$(echo "$A" | openssl enc -aes-256-cbc -a -k x)'],
    "curl": ['B=$(curl -fsS -d "$A" https://example.com/echo)'],
    "find": ['echo "$A" > NAME', "B=$(find . -name NAME -exec cat {} +)"],
    "glob": ['echo "$A" > NAME', "B=$(cat *)"],
    "expr": ['B=$(expr "$A" : "\\(...\\)")'],
    "a file of a name that is not known": ['echo "$A" > "$(mktemp)"', "B=$(cat /tmp/tmp.*)"],
    "words of a file": ['echo "B=$A" > NAME', "export $(cat NAME | xargs)"],
    "sourced process substitution": [". <(echo \"B='$A'\")"],
    "tar": ['echo "$A" > NAME;;tar cf NAME.tar NAME', "B=$(tar xOf NAME.tar)"],
}
"""What is lost, and why: other programs may print anything, and are not in the table, nor are scripts in other
languages. Of globs and of names that are not known nobody knows which files they are, and of words that come from a
file not which variables. ``expr`` also prints mere numbers."""

SANITISERS = {
    "sha256sum": ['B=$(printf %s "$A" | sha256sum)'],
    "wc": ['B=$(echo "$A" | wc -c)'],
    "length": ["B=${#A}"],
    "is set": ['[ -n "$A" ] && B=set || B="not set"'],
    "set or not": ["B=${A:+set}"],
    "comparison": ['if [ "$A" = x ]; then B=yes; else B=no; fi'],
    "count": ['B=$(echo "$A" | grep -c x)'],
    "status": ['echo "$A" | grep -q x;;B=$?'],
    "another program": ['B=$(echo "$A" | docker login --username me --password-stdin example.com)'],
    "overwritten": ["B=$A;;B=x"],
    "file that is overwritten": ['echo "$A" > NAME;;echo x > NAME', "B=$(cat NAME)"],
    "file that is removed": ['echo "$A" > NAME;;rm NAME;;echo x > NAME', "B=$(cat NAME)"],
    "name only": ["B=A"],
    "single quotes": ["B='$A'"],
}
"""What is made of it tells nothing, or next to nothing."""

SINKS = {
    "echo": 'echo "$B"',
    "echo with more": 'echo user "$B" >&2',
    "printf": "printf '%s\\n' \"$B\"",
    "echo without quotes": "echo $B",
    "here-document": "cat <<EOF\nvalue: $B\nEOF",
    "cat": 'echo "$B" | cat',
    "tee": 'echo "$B" | tee -a log.txt',
    "base64": 'echo "$B" | base64',
    "loop": 'for each in 1 2; do echo "$each $B"; done',
    "condition": 'if make; then echo "$B"; fi',
    "on failure": 'make || echo "$B"',
    "group": '{ echo user; echo "$B"; }',
    "subshell": '( echo "$B" )',
    "sh -c": "sh -c \"echo '$B'\"",
    "function": 'show() { echo "$1"; }\nshow "$B"',
    "trap": "trap 'echo \"$B\"' EXIT",
}
"""Where it ends in the log."""
STAYING_LOUD = frozenset({"trap"})
"""What prints later, and so not to where the output of the command goes."""


class Chain(NamedTuple):
    """The commands of a build, the last of which prints; ``given``: the secret is given to the build."""

    commands: tuple[str, ...]
    given: bool


def chain(
    steps: Sequence[Sequence[str]], sink: str, given: bool = True, blocks: Sequence[bool] = (), quiet: bool = False
) -> Chain:
    """A chain of these steps; ``blocks``: whether all commands of a step, by its number, stand in one item."""
    commands = [] if given else [FETCHED]
    name = FIRST
    for number, step in enumerate(steps):
        new = f"V{number}"
        lines = [_filled(line, name, new, f"file{number}") for line in step]
        if number < len(blocks) and blocks[number]:
            lines = ["\n".join(lines)]
        commands += lines
        name = new
    last = _filled(sink, name, name, "")
    commands.append(f"{{\n{last}\n}} > /dev/null 2>&1" if quiet else last)
    return Chain(tuple(commands), given)


def _filled(line: str, old: str, new: str, file: str) -> str:
    marked = "".join(f"\0{char}" if _stands_alone(line, at) else char for at, char in enumerate(line))
    return marked.replace("\0A", old).replace("\0B", new).replace("NAME", file).replace(";;", "\n")


def _stands_alone(line: str, at: int) -> bool:
    around = line[at - 1 : at] + line[at + 1 : at + 2]
    return line[at] in "AB" and not any(each.isalnum() or each in "_-" for each in around)


def buildspec_of(found: Chain, shell: str) -> Buildspec:
    """The buildspec of a chain, in one of the shells BASH, DASH and SH."""
    env: dict[str, object] = {"shell": "bash"} if shell == BASH else {}
    if found.given:
        env["secrets-manager"] = {FIRST: "prod/db:password"}
    phases = {"build": {"commands": [*found.commands[:-1]]}, "post_build": {"commands": [found.commands[-1]]}}
    text = json.dumps({"version": 0.2, "env": env, "phases": phases})
    stream = load(Text.of(text))
    projects = (UBUNTU,) if shell == DASH else ()
    spec = Buildspec(stream, stream.documents[0], "buildspec.yml", projects)
    assert spec.runs_in == shell
    return spec


def printed(found: Chain, shell: str) -> list[Report]:
    """Where the secret is printed in the build of a chain."""
    return list(secret_printed(buildspec_of(found, shell)))


def is_at_the_end(found: Chain, shell: str, report: Report) -> bool:
    """Whether a report points into the last command."""
    spec = buildspec_of(found, shell)
    return report.span.start >= spec.stream.text.value.index('"post_build"')


def steps_for(shell: str) -> dict[str, list[str]]:
    """The steps that are followed in a shell."""
    return {**ANYWHERE, **IN_BASH} if shell == BASH else ANYWHERE


SHELLS = (BASH, DASH, SH)
UNSURE = frozenset(name for name in {**ANYWHERE, **IN_BASH} if name.startswith(("eval", "source", "set by")))
"""Steps behind which anything may have happened to the variables, for all that is known: what they hold is not known,
nor in bash whether they are numbers, so that it gives up the line in which they get a text. They also expand a text."""
SURE_OF_VARIABLES = frozenset({"indirection", "overwritten", "single quotes"})
"""What does not go with them, or with what is only set if something holds."""
