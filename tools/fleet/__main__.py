"""Makes a fleet of repositories to audit, of which every finding is known beforehand, or changes one.

    python -m tools.fleet FOLDER --repositories 10000 --buildspecs 25000 --seed 1
    python -m tools.fleet FOLDER --change 1% --seed 2      change one buildspec in a hundred of that fleet

FOLDER.jsonl tells what is in it. Nothing is asked of git, and nothing but these numbers decides what is made.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable

from tools.fleet.making import KINDS, change, make
from tools.fleet.manifest import Manifest, path_of


def share(text: str) -> float:
    """``1%`` or ``0.01`` as a number from 0 to 1. Raises ValueError."""
    found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= found <= 1:
        raise ValueError("a share is from 0 to 1")
    return found


def statistics(fleet: Manifest) -> Iterable[str]:
    """Lines that tell how many of what a fleet has."""
    repositories = fleet.repositories
    files = [file for _, file in fleet.files]
    findings = [finding for file in files for finding in file.findings]
    yield f"{len(repositories)} repositories, {sum(each.bare for each in repositories)} of them bare,"
    yield f"  {sum(not each.commit for each in repositories)} without a commit,"
    yield f"  {sum(bool(each.commit) and not each.files for each in repositories)} without a buildspec"
    yield f"{len(files)} buildspecs, {sum(bool(file.unlintable) for file in files)} that cannot be linted,"
    yield f"  {sum(file.recipe is not None and bool(file.recipe.host) for file in files)} in files of other formats,"
    yield f"  {sum(bool(file.owners) for file in files)} with owners,"
    yield f"  {len(files) - len({file.recipe or file.broken for file in files})} equal to another"
    severities = Counter(finding.severity for finding in findings)
    counted = ", ".join(f"{severities[each]} {each}s" for each in ("error", "warning", "note"))
    yield f"{len(findings)} findings: {counted}; {sum(each.suppressed for each in findings)} of them suppressed"
    for rule, number in Counter(finding.rule for finding in findings).most_common():
        yield f"  {number:7} {rule}"


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tools.fleet", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", help="where the fleet is to lie, or lies")
    parser.add_argument("--repositories", type=int, default=100)
    parser.add_argument("--buildspecs", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, default="mixed")
    parser.add_argument("--change", type=share, metavar="SHARE", help="change so many of its buildspecs, as 1%%")
    parser.add_argument(
        "--statistics", action="store_true", help="say how many of what there are, and how long it took"
    )
    options = parser.parse_args()
    started = time.perf_counter()
    try:
        if options.change is not None:
            for each in change(options.folder, options.change, options.seed):
                print(each.kind, f"{each.folder}/{each.path}", each.defect)
            return 0
        fleet = make(options.folder, options.repositories, options.buildspecs, options.seed, options.kind)
    except (ValueError, OSError) as error:
        done = "No fleet was made" if options.change is None else "The fleet was not changed"
        print(f"{done}: {error}", file=sys.stderr)
        return 2
    seconds = time.perf_counter() - started
    print(f"{options.folder} and {path_of(options.folder)}")
    if options.statistics:
        print("\n".join(statistics(fleet)))
        print(f"{seconds:.1f} s, {len(fleet.repositories) / seconds:.0f} repositories a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
