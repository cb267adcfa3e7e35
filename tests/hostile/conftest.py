"""What the tests of hostile input share with those of the command line."""

from __future__ import annotations

from tests.integration.conftest import cblint

__all__ = ["cblint"]
