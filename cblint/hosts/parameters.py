"""Which parameters of a CloudFormation template hold what nobody is to see."""

from __future__ import annotations

from functools import lru_cache

from cblint.hosts.settings import pair_at, truth
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Mapping, Scalar


@lru_cache(maxsize=4)
def hidden_parameters(template: Text) -> frozenset[str]:
    """The names of the parameters with ``NoEcho`` in the text of a template; none in what is no template."""
    if "NoEcho" not in template.value:
        return frozenset()
    try:
        roots = [document.root for document in load(template).documents if document.root is not None]
    except TooComplex:
        return frozenset()
    sections = [pair.value.resolved for root in roots if (pair := pair_at(root, "Parameters")) is not None]
    declared = [pair for section in sections if isinstance(section, Mapping) for pair in section.pairs]
    return frozenset(pair.name for pair in declared if pair.name and _is_hidden(pair.value.resolved))


def _is_hidden(parameter: object) -> bool:
    pair = parameter.get("NoEcho") if isinstance(parameter, Mapping) else None
    value = pair.value.resolved if pair is not None else None
    return isinstance(value, Scalar) and (truth(value) is True or value.value.lower() in ("yes", "on"))
