"""Linter and static analyser for AWS CodeBuild buildspecs.

Public API: ``lint_text``, ``lint_path``, ``LintError``, ``Finding``, ``Severity``, ``__version__``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cblint.api import LintError, lint_path, lint_text
    from cblint.finding import Finding, Severity

__version__ = "0.1.0"
__all__ = ["Finding", "LintError", "Severity", "__version__", "lint_path", "lint_text"]

_HOMES = {"lint_text": "api", "lint_path": "api", "LintError": "api", "Finding": "finding", "Severity": "finding"}


def __getattr__(name: str) -> object:
    # Importing the package must cost the command line nothing.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"cblint.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'cblint' has no attribute '{name}'")
