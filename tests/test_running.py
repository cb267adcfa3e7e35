"""What commands run as code, and which tests let a text through."""

from __future__ import annotations

import pytest

from cblint.checks.allowed import Checked
from cblint.checks.running import code_in
from cblint.facts import table
from cblint.shell.commands import SimpleCommand
from cblint.shell.effects import verbs
from cblint.shell.parser import parse
from cblint.shell.syntax import walk
from cblint.source.text import Text
from tests.builds import build, commands

RUN = [
    ("eval deploy $A", "commands deploy; commands $A"),
    ('sh -c "$A" _ "$B"', 'commands "$A"'),
    ('bash -o pipefail -ec "$A"', 'commands "$A"'),
    ("sh --norc -c -x $A", "commands $A"),
    ("sh deploy.sh $A", "file deploy.sh"),
    ("bash -s $A", "read"),
    ("bash", "read"),
    ("sudo -E timeout 5 bash -c $A", "commands $A"),
    (". ./a.sh $B", "file ./a.sh"),
    ("./a.sh $B", "file ./a.sh"),
    ("/usr/bin/sh -c $A", "commands $A"),
    ("ssh -i key host run $A", "commands run; commands $A"),
    ("ssh host", "read"),
    ("ssh host 'bash -s'", "commands 'bash -s'; read"),
    ("su -c $A builder", "commands $A"),
    ("docker run --rm -e A image sh -ec $A", "commands $A"),
    ("docker run --rm image $A", ""),
    ("docker compose run app bash -c $A", "commands $A"),
    ("podman exec app bash -c $A", "commands $A"),
    ("docker-compose exec app sh -c $A", "commands $A"),
    ("kubectl exec pod -- sh -c $A", "commands $A"),
    ("nerdctl run image sh -c $A", "commands $A"),
    ("python3 -c $A $B", "commands $A"),
    ("python3 -m json.tool", "file json.tool"),
    ("python3 - $A", "file -"),
    ("node --eval=$A", "commands $A"),
    ("node -p $A", "commands $A"),
    ("ruby -ne $A", "commands $A"),
    ("perl -i -pe $A file", "commands $A"),
    ("php -r $A", "commands $A"),
    ("npx -c $A", "commands $A"),
    ("npm exec -c $A", "commands $A"),
    ("flock lock -c $A", "commands $A"),
    ("runuser -c $A user", "commands $A"),
    ("script -c $A", "commands $A"),
    ("aws ssm send-command --document-name AWS-RunShellScript --parameters $A", "commands $A"),
    ("aws ssm send-command --document-name Other --parameters $A", ""),
    ("aws ecs execute-command --command $A", "commands $A"),
    ("awk -v a=$A $B file", "script $B"),
    ("gawk -F : $A file", "script $A"),
    ("awk -f file $A", ""),
    ("sed -e $A -e $B file", "script $A; script $B"),
    ("sed -i $A file", "script $A"),
    ("sed -f $A file", ""),
    ("jq --arg a $A $B file", "filter $B"),
    ("jq -r $A file", "filter $A"),
    ("jq -f $A file", ""),
    ("yq eval $A file", "filter $A"),
    ("yq -i '.a = 1' file", "filter '.a = 1'"),
    ("yq w -i file key $A", ""),
    ("make deploy A=$A -j4", "recipe A=$A"),
    ("xargs -I{} sh -c 'a {}'", "commands 'a {}' with what it reads"),
    ("xargs -I{} sh -c 'a \"$1\"' _ {}", "commands 'a \"$1\"'"),
    ("find . -exec sh -c $A ';'", "commands $A"),
    ("echo $A", ""),
]


@pytest.mark.parametrize(("command", "expected"), RUN)
def test_what_a_command_runs(command: str, expected: str) -> None:
    [node] = [each for each in walk(parse(Text.of(command))) if isinstance(each, SimpleCommand)]
    found = []
    for code in code_in(node):
        how = "read" if code.word is None else f"{'file' if code.in_file else code.language} {code.word.raw}"
        found.append(how + (" with what it reads" if code.inserts else ""))
    assert "; ".join(found) == expected


def test_every_program_of_the_table_has_a_sample() -> None:
    same = table("effects")["same"]
    programs = {name for command, _ in RUN for word in command.split() for name in (word, same.get(word, ""))}
    assert set(table("code")["tools"]) <= programs | {"python", "docker"}
    assert all(verb.says["language"] for program in table("code")["tools"] for verb in verbs(program, "code"))


TESTED = [
    ('[[ "$A" =~ ^[a-z]+$ ]] || exit 1', True),
    ('[[ "$A" =~ ^refs/heads/ ]] || exit 1', False),
    ('[[ "$A" =~ $PATTERN ]] || exit 1', True),
    ('[ "$A" = main ] || exit 1', True),
    ('[ "$A" = main ] && make', False),
    ('if [ "$A" != main ]; then exit 1; fi', True),
    ('if [ "$A" != main ]; then STAGE=dev; fi', False),
    ('if [ -z "$A" ]; then exit 1; fi', False),
    ('case "$A" in main) ;; *) exit 1;; esac', True),
    ('case "$A" in main) STAGE=prod;; esac', False),
    ("echo \"$A\" | grep -qE '^[a-z]+$'", True),
    ("grep -qx '[a-z]*' <<< \"$A\"", True),
    ("echo \"$A\" | grep -q '[^a-z]' && exit 1", True),
    ('echo "$A" | grep -q main', False),
    ("expr \"$A\" : '[a-z]*$'", True),
    ("expr \"$A\" : 'pr/.*'", False),
    ('git check-ref-format "$A" || exit 1', False),
]


@pytest.mark.parametrize(("command", "expected"), TESTED)
def test_what_lets_through_only_what_is_expected(command: str, expected: bool) -> None:
    tested = Checked(build({"build": commands(command)}, "bash"))
    assert ("A" in tested.tested) is expected
