"""What was measured before: a line of JSON for each run, so that a figure can be followed over the commits."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
from collections.abc import Mapping

from tools.bench.texts import ROOT

PATH = os.path.join(ROOT, "tools", "bench", "history.jsonl")


def last() -> dict[str, float]:
    """The figures of the last run that was kept; none where there is none."""
    if not os.path.exists(PATH):
        return {}
    with open(PATH, encoding="utf-8") as file:
        lines = file.read().splitlines()
    found: dict[str, float] = json.loads(lines[-1])["figures"] if lines else {}
    return found


def keep(figures: Mapping[str, float]) -> None:
    """Write the figures of a run behind those before it."""
    described = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
    commit = subprocess.run(described, cwd=ROOT, capture_output=True, text=True).stdout.strip()
    line = {
        "date": datetime.date.today().isoformat(),
        "commit": commit,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "figures": {name: round(value, 3) for name, value in figures.items()},
    }
    with open(PATH, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
