"""How old the tables are that go out of date."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from cblint.facts import table


def ages(today: datetime.date | None = None) -> Iterator[str]:
    """A line for each table: when its sources were read, and whether it is older than it should be."""
    now = today or datetime.date.today()
    limit = table("images")["stale-after"]
    for title, date in (
        ("build images", table("images")["read"]),
        ("what is in them", table("runtimes")["source"]["date"]),
        ("ended runtimes", table("support")["read"]),
    ):
        days = (now - datetime.date.fromisoformat(date)).days
        old = f"; that is {days} days ago, and more than {limit}: a newer cblint may know more" if days > limit else ""
        yield f"{title}: as of {date}{old}"
