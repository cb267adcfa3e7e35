"""The parameters of a CloudFormation template: which hold what nobody is to see, and what they are by default."""

from __future__ import annotations

from functools import lru_cache

from cblint.hosts.settings import pair_at, truth
from cblint.source.loader import TooComplex, load
from cblint.source.text import Text
from cblint.source.tree import Mapping, Pair, Scalar


@lru_cache(maxsize=4)
def hidden_parameters(template: Text) -> frozenset[str]:
    """The names of the parameters with ``NoEcho`` in the text of a template; none in what is no template."""
    if "NoEcho" not in template.value:
        return frozenset()
    return frozenset(pair.name for pair in _declared(template) if pair.name and _is_hidden(pair.value.resolved))


@lru_cache(maxsize=4)
def defaults(template: Text) -> dict[str, str]:
    """What the parameters in the text of a template are where nobody says otherwise; nothing in what is no template."""
    if "Default" not in template.value:
        return {}
    found = {pair.name: pair_at(pair.value.resolved, "Default") for pair in _declared(template) if pair.name}
    values = {name: pair.value.resolved for name, pair in found.items() if pair is not None}
    return {name: value.value for name, value in values.items() if isinstance(value, Scalar)}


def _declared(template: Text) -> list[Pair]:
    try:
        roots = [document.root for document in load(template).documents if document.root is not None]
    except TooComplex:
        return []
    sections = [pair.value.resolved for root in roots if (pair := pair_at(root, "Parameters")) is not None]
    return [pair for section in sections if isinstance(section, Mapping) for pair in section.pairs]


def _is_hidden(parameter: object) -> bool:
    pair = parameter.get("NoEcho") if isinstance(parameter, Mapping) else None
    value = pair.value.resolved if pair is not None else None
    return isinstance(value, Scalar) and (truth(value) is True or value.value.lower() in ("yes", "on"))
