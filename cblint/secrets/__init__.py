"""What a secret looks like: found in any text, and hidden in what is shown of one.

Patterns and words are data: ``rules/facts/secrets.yml``. Nothing here knows what a buildspec is.
"""

from __future__ import annotations
