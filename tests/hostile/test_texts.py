"""Bytes and depths that a file can have, in each place from which cblint reads a text."""

from __future__ import annotations

import json

import pytest

from tests.bounds import no_hanging, times
from tests.integration.conftest import DEFECT, Cblint, assert_harmless

MARK = b"\xef\xbb\xbf"
DATA = DEFECT.encode()
FOUND = "buildspec.yml:5:16: error[command-not-string]"
DEPTH = times(10_000)

BYTES: dict[str, tuple[bytes, int, str]] = {
    "a byte order mark": (MARK + DATA, 1, FOUND),
    "two of them": (MARK * 2 + DATA, 1, FOUND),
    "one in a comment": (DATA + b"# " + MARK + b"x\n", 1, FOUND),
    "one at the end": (DATA + MARK, 1, FOUND),
    "one in a key": (DATA.replace(b"phases", MARK + b"phases"), 1, "buildspec.yml:2:2: error[yaml-syntax-error]"),
    "UTF-16 with a mark": (DEFECT.encode("utf-16"), 2, "is encoded in UTF-16, not UTF-8"),
    "UTF-16 that begins with the high byte": (b"\xfe\xff" + DEFECT.encode("utf-16-be"), 2, "is encoded in UTF-16"),
    "UTF-16 without a mark": (DEFECT.encode("utf-16-be"), 2, "is a binary file"),
    "UTF-32 with a mark": (DEFECT.encode("utf-32"), 2, "is encoded in UTF-32, not UTF-8"),
    "UTF-32 that begins with the high byte": (b"\0\0\xfe\xff" + DEFECT.encode("utf-32-be"), 2, "is encoded in UTF-32"),
    "UTF-32 without a mark": (DEFECT.encode("utf-32-le"), 2, "is a binary file"),
    "an overlong slash": (DATA + b"# \xc0\xaf\n", 2, "is not UTF-8: byte 0xC0 on line 6"),
    "a longer one": (DATA + b"# \xe0\x80\xaf\n", 2, "is not UTF-8: byte 0xE0 on line 6"),
    "five bytes of a character": (DATA + b"# \xf8\x88\x80\x80\x80\n", 2, "is not UTF-8: byte 0xF8 on line 6"),
    "a character beyond the last": (DATA + b"# \xf4\x90\x80\x80\n", 2, "is not UTF-8: byte 0xF4 on line 6"),
    "half a character at the end": (DATA + b"# \xe2\x82", 2, "is not UTF-8: byte 0xE2 on line 6"),
    "half a pair in an escape": (DATA + b'      - "\\ud800"\n', 1, "error[yaml-syntax-error]"),
    "both halves in escapes": (DATA + b'      - "\\ud83d\\ude00"\n', 1, "error[yaml-syntax-error]"),
    "an escape beyond the last": (DATA + b'      - "\\U00110000"\n', 1, "error[yaml-syntax-error]"),
    "a NUL in an escape": (DATA + b'      - "\\0\\x1b[31m\\u202e: x"\n      - {}\n', 1, FOUND),
}


@pytest.mark.parametrize(("data", "status", "said"), BYTES.values(), ids=BYTES)
def test_bytes_of_any_kind(cblint: Cblint, data: bytes, status: int, said: str) -> None:
    cblint.put({"buildspec.yml": data})
    for format_, done in cblint.in_every_format("buildspec.yml").items():
        assert done.status == status
        assert_harmless(done.out + done.err, format_)
        if format_ == "text":
            assert said in done.stdout + done.stderr


CDK = "import {{ BuildSpec }} from 'aws-cdk-lib/aws-codebuild';\nconst a = BuildSpec.fromObject({});\n"
PYTHON = "from aws_cdk import aws_codebuild as codebuild\ncodebuild.BuildSpec.from_object({})\n"
JAVA = (
    "import software.amazon.awscdk.services.codebuild.BuildSpec;\n"
    "class A {{ Object a() {{ return BuildSpec.fromObject({}); }} }}\n"
)
TERRAFORM = 'resource "aws_codebuild_project" "a" {{\n  source {{\n    buildspec = {}\n  }}\n}}\n'
TEMPLATE = {"Resources": {"A": {"Type": "AWS::CodeBuild::Project", "Properties": {"Source": {"BuildSpec": 0}}}}}


def nested(begin: str, inner: str = "", end: str = "", depth: int = DEPTH) -> str:
    """A text so often within itself."""
    return begin * depth + inner + end * depth


DEEP = {
    "buildspec.yml": [nested("[", "", "]"), nested("{a: "), nested("- ", "a"), nested("? "), nested('{"a":', "1", "}")],
    "main.tf": [
        *(
            TERRAFORM.format(text)
            for text in (nested("[", "1", "]"), nested("(", "1", ")"), nested('"${'), nested("f("))
        ),
        *(TERRAFORM.format(text) for text in (nested("a ? "), nested("<<E\n"))),
        'resource "aws_codebuild_project" "a" {\n' + nested("a {\n", "", "}\n") + "}\n",
    ],
    "main.tf.json": [
        nested('{"resource":', "1", "}"),
        json.dumps({"resource": {"aws_codebuild_project": {"a": {"source": {"buildspec": nested("${")}}}}}),
    ],
    "a.ts": [
        CDK.format(text)
        for text in (nested("(", "1", ")"), nested("["), nested("{a:", "1", "}"), nested("`${"), nested("!", "a"))
    ],
    "a.py": [PYTHON.format(text) for text in (nested("(", "1", ")"), nested("["), nested("-", "1"), nested("f'{"))],
    "A.java": [JAVA.format(nested("(", "1", ")")), JAVA.format(nested('Map.of("a", ', "1", ")"))],
    "README.md": [
        nested("> ", "```yaml\nversion: 0.2\nphases: {}\n```\n"),
        nested("```\n"),
        nested("- ", "```yaml\nphases:\n"),
    ],
    "template.yml": [json.dumps(TEMPLATE).replace("0", nested('{"Fn::Join":["",["', '"', '"]]}', 3_000))],
    "template.json": [json.dumps(TEMPLATE).replace("0", json.dumps({"Fn::Sub": nested("${")}))],
    "build.sh": [
        f"aws codebuild create-project --name a --source '{nested('[')}'\n",
        f"aws codebuild create-project --name a --source {nested('a={b=[')}\n",
    ],
    ".github/workflows/a.yml": ["on: push\njobs: " + nested("{a: ")],
}
"""10,000 levels (`make test`: 3,000) of all that can be within itself, in the formats that hold buildspecs."""


@pytest.mark.parametrize("name", DEEP)
def test_no_depth_is_too_much_for_a_format(cblint: Cblint, name: str) -> None:
    for text in DEEP[name]:
        cblint.put({name: text, "a-buildspec.yml": DEFECT})
        with no_hanging(20):
            named, found = cblint(name, "a-buildspec.yml"), cblint(".")
        assert named.status in (1, 2), text[:200]
        assert found.status == 1
        for done in (named, found):
            assert "a-buildspec.yml:5:16: error[command-not-string]" in done.stdout
            assert_harmless(done.out + done.err)


RULE = "name: a-b\nseverity: error\nmessage: x\nmatch: "
READ = {
    ("--rules", "x.yml"): [
        RULE + text
        for text in (nested("{all: ["), nested('{"a":'), "&a {all: [*a]}", "{all: !!python/name:os.system x}")
    ],
    ("--baseline", "x.json"): [
        '{"format":"cblint-baseline","version":1,"findings":' + text
        for text in (nested("["), nested('{"a":'), "9" * 10_000, "NaN", '"\\ud800"')
    ],
    ("--config", "x.yml"): [
        "exclude: " + text for text in (nested("["), nested('{"a":'), "&a [*a]", "!!python/name:os.system x")
    ],
}


@pytest.mark.parametrize("option", READ)
def test_no_depth_is_too_much_for_what_is_named_beside(cblint: Cblint, option: tuple[str, str]) -> None:
    cblint.put({"buildspec.yml": DEFECT})
    for text in READ[option]:
        cblint.put({option[1]: text})
        with no_hanging(20):
            done = cblint(*option)
        assert (done.status, option[1] in done.stderr) == (2, True), text[:200]
        assert_harmless(done.out + done.err)
