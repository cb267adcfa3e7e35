"""What cblint and its peers are held to: real buildspecs where they are at hand, and files that are made."""

from __future__ import annotations

import os
import shutil

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = os.path.join(ROOT, "examples")
TYPICAL = os.path.join(EXAMPLES, "container-image", "buildspec.yml")
_ITEM = '      - docker build --tag "$REPOSITORY:$TAG" --build-arg A=\'b c\' . && docker push "$REPOSITORY"\n'
_HEAD = "version: 0.2\nphases:\n  build:\n    commands:\n"
_FETCH = "aws secretsmanager get-secret-value --secret-id app --query SecretString --output text"


def originals() -> list[str]:
    """Real buildspecs if there are any, else the examples."""
    corpus = os.environ.get("CBLINT_CORPUS") or os.path.join(ROOT, "..", "shared", "corpus")
    real = os.path.join(corpus, "buildspec")
    if os.path.isdir(real):
        return [os.path.join(real, name) for name in sorted(os.listdir(real))]
    found = [os.path.join(EXAMPLES, name, "buildspec.yml") for name in sorted(os.listdir(EXAMPLES))]
    return [path for path in found if os.path.exists(path)]


def workflows() -> list[str]:
    """The workflows of this repository: those that it runs, and those that it shows."""
    found = []
    for folder, _, names in os.walk(ROOT):
        if os.path.basename(folder) == "workflows" and ".venv" not in folder:
            found += [os.path.join(folder, name) for name in sorted(names) if name.endswith((".yml", ".yaml"))]
    return sorted(found)


def copies(sources: list[str], folder: str, wanted: int, name: str) -> int:
    """Fill a folder with so many copies of files, each told apart by a comment at its end; returns their bytes."""
    os.makedirs(folder)
    total = 0
    for number in range(wanted):
        path = os.path.join(folder, name.format(number))
        shutil.copyfile(sources[number % len(sources)], path)
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"\n# {number}\n")
        total += os.path.getsize(path)
    return total


def long(folder: str, size: int) -> str:
    """A buildspec of so many KB: one command to a line."""
    path = os.path.join(folder, f"buildspec-{size}k.yml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_HEAD + _ITEM * (size * 1024 // len(_ITEM)))
    return path


def secrets(folder: str, fetched: bool) -> str:
    """2,000 commands that pass secrets on through variables and files, and print them; or what is no secret."""
    path = os.path.join(folder, f"buildspec-{'secrets' if fetched else 'dates'}.yml")
    source = _FETCH if fetched else "date"
    with open(path, "w", encoding="utf-8") as file:
        file.write(_HEAD)
        for number in range(500):
            file.write(f"      - V{number}=$({source})\n      - W{number}=$(echo $V{number} | cut -c1-8)\n")
            file.write(f"      - echo $W{number} > file{number}\n      - cat file{number}\n")
    return path


def mixed(folder: str, files: int) -> None:
    """A repository of so many files, of which one in a hundred is a buildspec."""
    sources = originals()
    for number in range(files):
        below = os.path.join(folder, f"part{number % 100}")
        os.makedirs(below, exist_ok=True)
        if number % 100 == 0:
            shutil.copyfile(sources[number // 100 % len(sources)], os.path.join(below, f"buildspec{number}.yml"))
            continue
        with open(os.path.join(below, f"values{number}.yml"), "w", encoding="utf-8") as file:
            file.write("name: app\nitems:\n" + "".join(f"  - key{each}: value {number}\n" for each in range(40)))


def template(folder: str) -> str:
    """A template of CloudFormation with a project whose buildspec stands in it."""
    source = os.path.join(EXAMPLES, "in-a-template", "template.yml")
    path = os.path.join(folder, "template.yml")
    shutil.copyfile(source, path)
    return path
