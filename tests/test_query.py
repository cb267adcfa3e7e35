"""What rules can ask about commands: which program runs, through what, with which subcommand, flags and operands."""

from __future__ import annotations

import pytest

from cblint.shell.parser import parse
from cblint.shell.query import Invocation, invocations
from cblint.source.text import Text


def found(command: str) -> list[Invocation]:
    script = parse(Text.of(command))
    assert script.problem is None, script.problem
    return list(invocations(script))


def named(command: str, program: str) -> Invocation:
    """The one invocation of a program in a command."""
    (invocation,) = [each for each in found(command) if each.program == program]
    return invocation


@pytest.mark.parametrize(
    ("command", "programs"),
    [
        ("make", ["make"]),
        ("/usr/bin/make all", ["make"]),
        ("A=b make", ["make"]),
        ("A=b", []),
        (">x", []),
        ("$TOOL x", [""]),
        ("'ma'ke", ["make"]),
        ("sudo make", ["sudo", "make"]),
        ("sudo -E -u root A=b make", ["sudo", "make"]),
        ("sudo -- make", ["sudo", "make"]),
        ("env -i -u X A=b make", ["env", "make"]),
        ("env A=b", ["env"]),
        ("nohup nice -n 5 make &", ["nohup", "nice", "make"]),
        ("time make", ["make"]),
        ("/usr/bin/time -f %e make", ["time", "make"]),
        ("timeout -k 5 60 make", ["timeout", "make"]),
        ("timeout --signal=KILL 60s sudo make", ["timeout", "sudo", "make"]),
        ("timeout $T make", ["timeout", "make"]),
        ("ls | xargs -0 -n 1 -I{} rm {}", ["ls", "xargs", "rm"]),
        ("find . -name x -exec rm -f {} + -exec ls {} \\;", ["find", "rm", "ls"]),
        ("command -v make", ["command"]),
        ("command make", ["command", "make"]),
        ("exec -a x make", ["exec", "make"]),
        ("bash -c 'make && ls'", ["bash", "make", "ls"]),
        ('sh -ec "make"', ["sh", "make"]),
        ('bash --norc -c "make"', ["bash", "make"]),
        ("sh -e make", ["sh"]),
        ('sh -c "make $X"', ["sh"]),
        ("bash script.sh -c make", ["bash"]),
        ("sudo bash -c 'cd x; make'", ["sudo", "bash", "cd", "make"]),
        ("if ! make; then ls; fi", ["make", "ls"]),
        ("for x in a; do make; done; { ls; }; (pwd)", ["make", "ls", "pwd"]),
        ('echo "$(make)" `ls` <(pwd)', ["echo", "make", "ls", "pwd"]),
        ("f() { make; }; f", ["make", "f"]),
        ("X=$(make) ls", ["make", "ls"]),
        ("case $(make) in a) ls ;; esac", ["make", "ls"]),
        ("cat <<EOF\n$(make)\nEOF", ["cat", "make"]),
        ("echo 'make'; # ls", ["echo"]),
        ("npx -y -p typescript tsc", ["npx", "tsc"]),
        ("npx -c 'tsc && ls'", ["npx"]),
        ("npm exec -- tsc", ["npm", "tsc"]),
        ("npm run tsc", ["npm"]),
        ("poetry -C x run pytest", ["poetry", "pytest"]),
        ("poetry install", ["poetry"]),
        ("uv run --with x pytest", ["uv", "pytest"]),
        ("bundle exec rake", ["bundle", "rake"]),
        ("python -m pytest -m slow", ["python", "pytest"]),
        ("python3.12 -u -m pytest", ["python3.12", "pytest"]),
        ("python x.py -m pytest", ["python"]),
        ("python -c 'x' -m pytest", ["python"]),
        ("coverage run -m pytest", ["coverage", "pytest"]),
        ("coverage run x.py", ["coverage"]),
        ("flock lock make", ["flock", "make"]),
    ],
)
def test_the_programs_of_a_command(command: str, programs: list[str]) -> None:
    assert sorted(invocation.program for invocation in found(command)) == sorted(programs)


@pytest.mark.parametrize(
    ("command", "path", "rest"),
    [
        ("docker push app", ("docker", "push"), ["push", "app"]),
        ("docker --context x push app", ("docker", "push"), ["push", "app"]),
        ("docker -c x --debug push app", ("docker", "push"), ["push", "app"]),
        ("docker --context=x push app", ("docker", "push"), ["push", "app"]),
        ("aws --region eu ecr get-login", ("aws", "ecr", "get-login"), ["get-login"]),
        ("aws ecr --region eu get-login x", ("aws", "ecr", "get-login"), ["get-login", "x"]),
        ("git -C x push", ("git", "push"), ["push"]),
        ("docker build -t app push", ("docker", "build"), ["build", "push"]),
        ("docker rm -t app push", ("docker", "rm"), ["rm", "app", "push"]),
        ("tar -czf app.tgz src", ("tar",), ["src"]),
        ("mvn -DskipTests -f x test", ("mvn", "test"), ["test"]),
        ("docker build .", ("docker", "push"), []),
        ("echo docker push", ("docker", "push"), []),
    ],
)
def test_a_program_with_its_subcommands(command: str, path: tuple[str, ...], rest: list[str]) -> None:
    assert [word.text for word in found(command)[0].runs(*path)] == rest


@pytest.mark.parametrize(
    ("arguments", "names", "flags"),
    [
        ("--yes", ("-y", "--yes"), ["--yes"]),
        ("--yes=true", ("-y", "--yes"), ["--yes=true"]),
        ("-qy", ("-y",), ["-qy"]),
        ("-y --yes", ("-y", "--yes"), ["-y", "--yes"]),
        ("--yesterday", ("-y", "--yes"), []),
        ("y", ("-y",), []),
        ("-- -y", ("-y",), []),
        ("'-y'", ("-y",), ["-y"]),
        ("$OPTIONS", ("-y",), []),
    ],
)
def test_flags(arguments: str, names: tuple[str, ...], flags: list[str]) -> None:
    assert [word.text for word in found(f"tool {arguments}")[0].flags(*names)] == flags


@pytest.mark.parametrize(
    ("command", "name", "stands"),
    [
        ("curl -XPOST -fL x", "-T", False),
        ("curl -XPOST -fL x", "-X", True),
        ("curl -XPOST -fL x", "-L", True),
        ("curl -ofile x", "-f", False),
        ("wget -O- x", "-O", True),
        ("terraform apply -auto-approve", "-a", False),
    ],
)
def test_flags_end_where_a_value_begins(command: str, name: str, stands: bool) -> None:
    assert bool(found(command)[0].flags(name)) is stands


def test_where_output_and_input_go() -> None:
    pipeline = "{ make | tee log; } > out 2>&1"
    make, tee = found(pipeline)
    assert make.piped_into is tee.node
    assert make.fed_by is None
    assert tee.fed_by is make.node
    assert tee.piped_into is None
    assert [redirection.raw for redirection in tee.redirections] == ["> out", "2>&1"]
    assert named("X=$(make)", "make").captured
    assert not named("make", "make").captured
    assert named("make && ls &", "make").in_background
    assert not named("make & ls", "ls").in_background
    assert named("make", "make").pipeline is None


def test_the_script_in_quotes_knows_its_places() -> None:
    command = "sudo bash -c 'cd x && make'"
    make = named(command, "make")
    assert command[slice(*make.words[0].span)] == "make"
    assert make.wrappers == ("sudo", "bash")
    assert named(command, "bash").wrappers == ("sudo",)
