"""Measures an installed wheel against yamllint in the same run; figures are ratios, never absolute bars.

    make bench                           builds the wheel, installs both, runs this
    python -m tools.bench PYTHON         the Python of an environment that has both installed

Cold start: one typical file, whole processes in turn (A B A B …). Many files: the buildspecs of the corpus, where it is
at hand (CBLINT_CORPUS), else the examples, copied until there are a few hundred. Each figure is the median of the
pairwise ratios; below 1 cblint is the faster.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLES = os.path.join(ROOT, "examples")
# As little of yamllint's own output as can be: what is timed is reading and checking.
YAMLLINT = ["-d", "{extends: default, rules: {line-length: disable}}"]


def timed(command: list[str], folder: str) -> float:
    """Wall seconds of a whole process; a status above 1 means that it did not do its work."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    seconds = time.perf_counter() - started
    if done.returncode > 1:
        raise SystemExit(f"{' '.join(command[:6])} … exited with {done.returncode}:\n{done.stderr.decode()}")
    return seconds


def compare(title: str, ours: list[str], theirs: list[str], folder: str, runs: int) -> float:
    """Run both in turn and print the medians and the median ratio."""
    timed(ours, folder)
    timed(theirs, folder)
    pairs = [(timed(ours, folder), timed(theirs, folder)) for _ in range(runs)]
    ratio = statistics.median(a / b for a, b in pairs)
    a, b = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    print(f"{title:34} cblint {a:8.1f} ms   yamllint {b:8.1f} ms   ratio {ratio:.2f}")
    return ratio


def originals() -> list[str]:
    """Real buildspecs if there are any, else the examples."""
    corpus = os.environ.get("CBLINT_CORPUS") or os.path.join(ROOT, "..", "shared", "corpus")
    real = os.path.join(corpus, "buildspec")
    if os.path.isdir(real):
        return [os.path.join(real, name) for name in sorted(os.listdir(real))]
    found = [os.path.join(EXAMPLES, name, "buildspec.yml") for name in sorted(os.listdir(EXAMPLES))]
    return [path for path in found if os.path.exists(path)]


def many_files(folder: str, wanted: int) -> int:
    """Fill a folder with copies of the originals; returns their bytes."""
    sources = originals()
    total = 0
    for number in range(wanted):
        source = sources[number % len(sources)]
        shutil.copyfile(source, os.path.join(folder, f"buildspec-{number:04}.yml"))
        total += os.path.getsize(source)
    return total


def growth(python: str, folder: str) -> None:
    """Time per byte of one file as it grows: a straight line keeps it level."""
    print("growth (one file of commands; ms per MB should stay level)")
    for size in (64, 256, 1024):
        path = os.path.join(folder, f"buildspec-{size}k.yml")
        item = '      - docker build --tag "$REPOSITORY:$TAG" --build-arg A=\'b c\' . && docker push "$REPOSITORY"\n'
        with open(path, "w", encoding="utf-8") as file:
            file.write("version: 0.2\nphases:\n  build:\n    commands:\n" + item * (size * 1024 // len(item)))
        seconds = min(timed([python, "-m", "cblint", "check", path], folder) for _ in range(3))
        print(f"  {size:5} KB {seconds * 1000:8.1f} ms {seconds * 1000 / size * 1024:8.1f} ms/MB")


def secrets(python: str, folder: str) -> None:
    """Commands that pass secrets on through variables and files, and print them, beside as many that do not."""
    print("2,000 commands with secrets (ms, and beside the same commands without)")
    fetch = "aws secretsmanager get-secret-value --secret-id app --query SecretString --output text"
    taken = []
    for source in (fetch, "date"):
        path = os.path.join(folder, f"buildspec-{source[:3]}.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("version: 0.2\nphases:\n  build:\n    commands:\n")
            for number in range(500):
                file.write(f"      - V{number}=$({source})\n      - W{number}=$(echo $V{number} | cut -c1-8)\n")
                file.write(f"      - echo $W{number} > file{number}\n      - cat file{number}\n")
        taken.append(min(timed([python, "-m", "cblint", "check", path], folder) for _ in range(3)))
    print(f"  {taken[0] * 1000:8.1f} ms {taken[0] / taken[1]:8.2f}")


def unrelated(python: str, folder: str) -> None:
    """Files that are none of ours, beside a program that only reads them."""
    for number in range(10_000):
        name = os.path.join(folder, f"part{number % 100}", f"values{number}.yml")
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w", encoding="utf-8") as file:
            file.write("name: app\nitems:\n" + "".join(f"  - key{each}: value {number}\n" for each in range(40)))
    read = "import os\nfor top, _, names in os.walk('.'):\n    for name in names:\n"
    read += "        b'codebuild' in open(os.path.join(top, name), 'rb').read().lower()\n"
    ours, theirs = [python, "-m", "cblint", "check", "."], [python, "-c", read]
    pairs = [(timed(ours, folder), timed(theirs, folder)) for _ in range(4)][1:]
    print("10,000 unrelated files (ms, and beside reading them)")
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"  {statistics.median(a for a, _ in pairs) * 1000:8.1f} ms {ratio:8.2f}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("python", help="the interpreter of an environment with the cblint wheel and yamllint")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--files", type=int, default=400)
    options = parser.parse_args()
    python = os.path.abspath(options.python)
    ours, theirs = [python, "-m", "cblint", "check"], [python, "-m", "yamllint", *YAMLLINT]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(
            os.path.join(EXAMPLES, "container-image", "buildspec.yml"), os.path.join(folder, "buildspec.yml")
        )
        cold = compare(
            "cold start, one file", [*ours, "buildspec.yml"], [*theirs, "buildspec.yml"], folder, options.runs
        )
        many = os.path.join(folder, "many")
        os.mkdir(many)
        total = many_files(many, options.files)
        title = f"{options.files} files, {total / 1e6:.2f} MB"
        bulk = compare(title, [*ours, "."], [*theirs, "."], many, max(3, options.runs // 5))
        growth(python, folder)
        others = os.path.join(folder, "others")
        os.mkdir(others)
        unrelated(python, others)
        secrets(python, folder)
    print(f"cold start ratio {cold:.2f} (bar: below 1.00); bytes per second {1 / bulk:.1f} times yamllint's (bar: 4)")
    return 0 if cold < 1 and bulk <= 0.25 else 1


if __name__ == "__main__":
    sys.exit(main())
