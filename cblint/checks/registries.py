"""Registries that a build pushes to and pulls from, and whether it has logged in to them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from cblint.buildspec.model import Buildspec
from cblint.checks.dockerfiles import Base, bases_of
from cblint.checks.edits import replaced
from cblint.checks.images import (
    BUILDING,
    LOGIN,
    PULL,
    PUSH,
    RUN,
    SENT,
    UNSEEN_IMAGES,
    UNSEEN_LOGIN,
    Use,
    handled,
    is_base_here,
    may_be_here,
    mentions,
    uses_docker,
    uses_of,
)
from cblint.facts import table
from cblint.finding import Edit, Report
from cblint.flow import build_of
from cblint.flow.docker import is_client
from cblint.flow.kinds import RAN
from cblint.flow.references import docker_hub, hub_name, is_closed, is_ecr, registry_of
from cblint.flow.steps import SUCCEEDING, is_whole
from cblint.shell.commands import Case, For, If, SimpleCommand, Test, While
from cblint.shell.effects import called, called_at
from cblint.shell.operands import pieces
from cblint.shell.query import is_test, names_in
from cblint.shell.syntax import Literal, SingleQuoted, Word, walk
from cblint.source.text import Span
from cblint.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cblint.flow.build import Build
    from cblint.flow.values import Value


def push_without_login(buildspec: Buildspec) -> Iterator[Report]:
    """An image goes to a registry, or comes from a private one, and nothing has logged in there."""
    if not uses_docker(buildspec, {"push", "--push", "pull", "run", "build"}):
        return
    if not is_whole(buildspec) or _may_have_credentials(buildspec):
        return
    uses = uses_of(buildspec)
    asking = [_asking(buildspec, uses[:number], use) for number, use in enumerate(uses)]
    spoken: list[Value] = []
    for number, registry in enumerate(asking):
        if registry is None or any(_may_be_same(registry, other) for other in spoken):
            continue
        found = _without_login(buildspec, uses, number, registry)
        if found is not None:
            spoken.append(registry)
            others = [each for at, each in enumerate(uses) if at > number and asking[at] == registry]
            again = tuple(("again", each.word.span) for each in others)
            yield found._replace(related=(*found.related, *again))


def _may_have_credentials(buildspec: Buildspec) -> bool:
    """Whether the file, a project's variables or an image of somebody's own may give docker credentials."""
    names = {name for each in buildspec.projects for name, _ in each.variables}
    kept = (*table("containers")["credentials"], *table("containers")["other-daemons"])
    is_own = any(each.image_name is not None and each.image is None for each in buildspec.environments)
    return is_own or not names.isdisjoint(kept) or mentions(buildspec, "credentials", "other-daemons")


def _asking(buildspec: Buildspec, earlier: Sequence[Use], use: Use) -> Value | None:
    """The registry that asks for a login before it does this; None if it does not, or that is not known."""
    if use.kind == BUILDING:
        base = _private_base(buildspec, earlier, use)
        return registry_of(_literal(base.image)) if base is not None else None
    if use.reference is None or not use.is_named:
        return None
    registry = registry_of(use.reference)
    if registry is None:
        return None
    if use.kind in (PUSH, SENT):
        return registry if is_closed(registry) else None
    if use.kind in (PULL, RUN) and is_ecr(registry):
        return registry if use.kind == PULL or not may_be_here(earlier, use.reference) else None
    return None


def _private_base(buildspec: Buildspec, earlier: Sequence[Use], use: Use) -> Base | None:
    """The first image in a private registry of Amazon ECR from which a Dockerfile that is at hand begins."""
    for base in bases_of(buildspec, use.invocation, use.event) if use.event is not None else ():
        image = _literal(base.image)
        registry = registry_of(image) if "$" not in base.image else None
        if registry is not None and is_ecr(registry) and not is_base_here(earlier, "", image):
            return base
    return None


def _literal(text: str) -> Value:
    from cblint.flow.values import literal

    return literal(text)


def _may_be_same(first: Value, second: Value) -> bool:
    from cblint.flow.values import same

    return same(first, second) is not False


def _without_login(buildspec: Buildspec, uses: Sequence[Use], number: int, registry: Value) -> Report | None:
    """What is to be said of the use: that no login came before it, or only one elsewhere, or that it comes later."""
    use = uses[number]
    elsewhere: list[Use] = []
    guarded: list[Use] = []
    for each in uses[:number]:
        if each.kind == UNSEEN_LOGIN or (each.kind == LOGIN and each.reference is None):
            return None
        if each.kind != LOGIN or each.reference is None:
            continue
        if not _may_be_same(each.reference, registry):
            elsewhere.append(each)
        elif _runs_whenever(each, use):
            return None
        else:
            guarded.append(each)
    fields = {"command": called(use.invocation), "registry": registry.written, "error": _error(registry)}
    fields["login"] = _way_in(registry)
    span = called_at(use.invocation)
    if guarded:
        is_sure = len(guarded) == 1 and _is_optional(guarded[0]) and _is_reached(build_of(buildspec), use)
        return Report(span, "sometimes", fields, _at("login", guarded)) if is_sure else None
    later = [each for each in uses[number + 1 :] if each.kind == LOGIN and _is_login_to(each, registry)]
    if later:
        return Report(span, "late", fields, _at("late", later[:1]))
    if elsewhere:
        fields["other"] = elsewhere[0].name
        return Report(span, "elsewhere", fields, _at("other", elsewhere))
    base = _private_base(buildspec, uses[:number], use) if use.kind == BUILDING else None
    if base is not None:
        return Report(span, "base", fields | {"file": base.path, "line": str(base.line)})
    return Report(span, "none", fields)


def _is_login_to(login: Use, registry: Value) -> bool:
    return login.reference is None or _may_be_same(login.reference, registry)


def _at(label: str, uses: Sequence[Use]) -> tuple[tuple[str, Span], ...]:
    return tuple((label, called_at(use.invocation)) for use in uses)


def _runs_whenever(login: Use, use: Use) -> bool:
    """Whether a login runs wherever the other does, for all that is known: their conditions are written alike."""
    if login.event is None or use.event is None:
        return True
    known = {(guard.condition.raw, guard.succeeds) for guard in use.event.guards}
    return all((guard.condition.raw, guard.succeeds) in known for guard in login.event.guards)


def _is_optional(login: Use) -> bool:
    """Whether the build goes on without a login where a plain test of a variable fails: not so behind ``[ … ] &&``.

    Another branch may end the build, or do the same in another way; what another command says is not known.
    """
    decisions = [node for node in login.invocation.above if isinstance(node, (If, Case, While, For))]
    if len(decisions) != 1 or not isinstance(decisions[0], If):
        return False
    (branch, *others), otherwise = decisions[0].branches, decisions[0].otherwise
    commands = branch.condition.children()
    if others or otherwise is not None or len(commands) != 1:
        return False
    test = next((node for node in walk(commands[0]) if isinstance(node, (SimpleCommand, Test))), None)
    if test is None or test.raw != commands[0].raw or not (isinstance(test, Test) or is_test(test)):
        return False
    names = names_in(test)
    # Who has to ask for it is told of; who has to ask that it is left out knows.
    is_negative = re.search(r"\s(?:-z|!=?)\s", test.raw) is not None
    return not is_negative and bool(names) and names.isdisjoint(table("variables")["always-set"])


def _is_reached(build: Build, use: Use) -> bool:
    """Whether nothing decides whether a command runs: no condition, and nothing that ends the build before it."""
    if use.event is None or use.event.guards:
        return False
    for run in build.on(SUCCEEDING):
        if any(each.kind == RAN and each.name in ("exit", "return") and each.guards for each in run.events):
            return False
        if run is use.run:
            break
        if any(is_test(node) or isinstance(node, Test) for node in run.told):
            return False
    return True


def _error(registry: Value) -> str:
    """What the registry, or docker, says then."""
    if is_ecr(registry):
        return 'It ends with "no basic auth credentials".'
    is_hub = _may_be_same(registry, docker_hub())
    return 'It ends with "denied: requested access to the resource is denied".' if is_hub else "It is refused."


def _way_in(registry: Value) -> str:
    """The command that logs in, of which the registry tells the rest."""
    login = "docker login --username AWS --password-stdin"
    if is_ecr(registry):
        return f"aws ecr get-login-password --region <its region> | {login} {registry.written}"
    if registry.start.startswith("public.ecr.aws"):
        return f"aws ecr-public get-login-password --region us-east-1 | {login} public.ecr.aws"
    return f"docker login {registry.written}, with a token from Secrets Manager on its standard input"


def docker_hub_anonymous_pull(buildspec: Buildspec) -> Iterator[Report]:
    """An image of Docker Hub is pulled without a login."""
    if not uses_docker(buildspec, {"pull", "run", "create", "build"}):
        return
    if not is_whole(buildspec) or _may_have_credentials(buildspec) or mentions(buildspec, "mirrors"):
        return
    if any(each.project is not None and each.project.vpc for each in buildspec.environments):
        # Then the address is the customer's own.
        return
    everything = uses_of(buildspec)
    uses = _before_a_login(everything)
    hidden = handled(uses)
    found: dict[str, list[Use]] = {}
    for number, use in enumerate(uses):
        name = _pulled_from_hub(uses[:number], use, hidden)
        if name is not None:
            found.setdefault(name, []).append(use)
    for name, (use, *others) in found.items():
        again = tuple(("again", other.word.span) for other in others)
        fields = {"image": use.name, "verb": use.kind, "name": name}
        variant = "unofficial" if "/" in name else "official"
        named = [each for each in everything if each.reference is not None and hub_name(each.reference) == name]
        items = tuple(dict.fromkeys(each.run.step.item.node for each in named))
        yield Report(use.word.span, variant, fields, again, _from_gallery(buildspec, named, name), touched=items)
    yield from _built_from_hub(buildspec, uses, set(found))


def _before_a_login(uses: list[Use]) -> list[Use]:
    """What happens before anything that may have logged in to Docker Hub."""
    for number, use in enumerate(uses):
        if use.kind == UNSEEN_LOGIN or (use.kind == LOGIN and _is_login_to(use, docker_hub())):
            return uses[:number]
    return uses


def _pulled_from_hub(earlier: Sequence[Use], use: Use, hidden: Container[tuple[int, str]]) -> str | None:
    """The name of the image of Docker Hub that a command pulls; None if it pulls none, or none is known."""
    if use.reference is None or not use.is_named or use.kind not in (PULL, RUN) or _is_handled(use, hidden):
        return None
    name = hub_name(use.reference)
    if name is not None and use.kind == RUN:
        # Nobody makes an official image in secret.
        known = [each for each in earlier if each.kind != UNSEEN_IMAGES or "/" in name]
        return None if may_be_here(known, use.reference) else name
    return name


def _is_handled(use: Use, hidden: Container[tuple[int, str]]) -> bool:
    """Whether something else is done where an image is not to be had, or this is what is done then."""
    event = use.event
    if event is None or any(re.search(r"\bpull\b", guard.condition.raw) for guard in event.guards):
        return True
    return use.kind == PULL and any((id(event.node), how) in hidden for how in ("or", "condition", "negation"))


def _from_gallery(buildspec: Buildspec, uses: Sequence[Use], name: str) -> tuple[Edit, ...]:
    """The same image from the public gallery of ECR, wherever it is used; nothing if a variable holds its name."""
    words = {each.word.span: each.word for each in uses}
    edits = [_renamed(word, name) for word in words.values()]
    if None in edits or "/" in name or _is_named_elsewhere(buildspec, words, name):
        return ()
    return tuple(edit for edit in edits if edit is not None)


def _is_named_elsewhere(buildspec: Buildspec, words: Mapping[Span, Word], name: str) -> bool:
    """Whether the image is named in another word of the commands too, which would then name another one."""
    tagged = rf"(?<![\w.-]){re.escape(name)}[:@]"
    everywhere = sum(len(re.findall(tagged, item.value)) for item in buildspec.shell_items)
    here = [len(re.findall(tagged, word.raw)) for word in words.values()]
    if everywhere > sum(here):
        return True
    if all(here):
        return False
    alone = rf"(?:^|[/=]){re.escape(name)}$"
    return any(
        word.span not in words and re.search(alone, word.raw.strip("\"'"))
        for item in buildspec.shell_items
        for invocation in item.invocations
        if is_client(invocation.program)
        for word in invocation.arguments
    )


def _renamed(word: Word, name: str) -> Edit | None:
    first, *others = pieces(word)
    if not isinstance(first, (Literal, SingleQuoted)):
        return None
    hosts = "|".join(re.escape(host) for host in table("containers")["docker-hub"])
    after = "[:@]" if others else "[:@]|$"
    ahead = re.match(rf"(?:(?:{hosts})/)?(?:library/)?(?={re.escape(name)}(?:{after}))", first.value)
    if ahead is None:
        return None
    start = 1 if isinstance(first, SingleQuoted) else 0
    return replaced(first.part(start, start + ahead.end()), "public.ecr.aws/docker/library/")


def _built_from_hub(buildspec: Buildspec, uses: Sequence[Use], known: set[str]) -> Iterator[Report]:
    """Builds whose Dockerfile, where it is at hand, begins from an image of Docker Hub."""
    from cblint.flow.values import UNKNOWN, concat

    for number, use in enumerate(uses):
        bases = bases_of(buildspec, use.invocation, use.event) if use.kind == BUILDING and use.event else []
        for base in bases:
            # The tag may be an argument of the build.
            image = re.sub(r"^([^:]*):.*\$.*", r"\1", base.image)
            name = hub_name(_literal(image))
            if name is None or "$" in name or name in known:
                continue
            tagged = _literal(image) if image == base.image else concat((_literal(f"{image}:"), UNKNOWN))
            if not is_base_here(uses[:number], name, tagged):
                known.add(name)
                fields = {"image": base.image, "file": base.path, "line": str(base.line)}
                yield Report(called_at(use.invocation), "dockerfile", fields)
                break
