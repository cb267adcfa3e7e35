"""Which tests of the audit are for every day."""

from __future__ import annotations

import os

collect_ignore = [] if "CBLINT_BREAK" in os.environ else ["test_breaking_for_long.py", "test_cluster_for_long.py"]
