"""Linter and static analyser for AWS CodeBuild buildspecs.

Public API: ``lint_text``, ``lint_path``, ``rules``, ``explain``, ``LintError``, ``Finding``, ``Severity``,
``__version__``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cblint.api import LintError, explain, lint_path, lint_text, rules
    from cblint.finding import Finding, Severity

__version__ = "0.1.0"
__all__ = ["Finding", "LintError", "Severity", "__version__", "explain", "lint_path", "lint_text", "rules"]

_HOMES = {
    **dict.fromkeys(("lint_text", "lint_path", "rules", "explain", "LintError"), "api"),
    **dict.fromkeys(("Finding", "Severity"), "finding"),
}


def __getattr__(name: str) -> object:
    # Importing the package must cost the command line nothing.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"cblint.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'cblint' has no attribute '{name}'")
