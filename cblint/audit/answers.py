"""What findings hang on beside the text of their file: what was asked of the repository, kept from run to run."""

from __future__ import annotations

import os

from cblint.audit.recorded import deflated, inflated
from cblint.baseline import BaselineError, load
from cblint.hosts.discover import git_root
from cblint.source.remembered import Answers, Question, of_repository


@of_repository(256)
def rooted(repository: str, folder: str) -> str | None:
    """The root of the repository that a folder of a repository belongs to, which may hold others, from its own."""
    found = git_root(os.path.abspath(os.path.join(repository, folder)))
    return os.path.relpath(found, repository) if found is not None else None


@of_repository(64)
def gone_from(repository: str, baseline: str) -> frozenset[str]:
    """The paths of a baseline where there is nothing any more; the baseline by its path from the repository."""
    path = os.path.abspath(os.path.join(repository, baseline))
    folder = os.path.dirname(path)
    root = git_root(folder) or folder
    try:
        paths = {entry.path for entry in load(path, False)}
    except BaselineError:
        return frozenset()
    return frozenset(each for each in paths if not os.path.lexists(os.path.join(root, each)))


def answers_of(data: bytes) -> Answers:
    """What was asked of a repository, and answered, from the bytes that keep it; nothing where they are not ours."""
    try:
        return {
            Question(name, folder, tuple(frozenset(each) if isinstance(each, list) else each for each in given)): answer
            for name, folder, given, answer in inflated(data)
        }
    except (ValueError, TypeError):
        return {Question("", "", ()): "nothing is known"}


def written_answers(answers: Answers) -> bytes:
    """The same as bytes."""
    found = [
        (each.name, each.folder, [sorted(one) if isinstance(one, frozenset) else one for one in each.given], answer)
        for each, answer in answers.items()
    ]
    return deflated(sorted(found, key=repr))
