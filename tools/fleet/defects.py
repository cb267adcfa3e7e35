"""The defects that can be planted into a clean buildspec: what each adds, where, and what cblint has to say of it."""

from __future__ import annotations

from typing import NamedTuple

INSTALL, BEFORE, BUILD, AFTER = (f"phases.{name}.commands" for name in ("install", "pre_build", "build", "post_build"))
ANY = "phases.*.commands"
"""The commands of some phase that the buildspec has."""
TAIL = "~"
"""What follows the last line of the buildspec."""
VARIABLES, SECRETS, FILES = "env.variables", "env.secrets-manager", "artifacts.files"


class Defect(NamedTuple):
    """A defect of one rule.

    ``adds`` are items by their path (``templates.Sections``), all those of one list at one place; « » stand round what
    the finding points at, in an item or in a path. ``instead`` replaces all items of a path. ``needs`` are paths that
    the buildspec must have, ``forbids`` beginnings of paths that it must not have. Two defects of one buildspec have no
    ``claims`` in common: what they would make of each other is nobody's plan. ``alone``: it can have no other at all.
    ``place`` says whether items stand first, last or anywhere in their list. ``hosted``: cblint says the same where the
    project is known, with its image and what its builds may do. ``hides``: nobody knows what a command of it does, so
    cblint is silent about what ``sees``, which depends on all commands.
    """

    rule: str
    severity: str
    adds: tuple[tuple[str, str], ...]
    instead: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    alone: bool = False
    place: str = "any"
    suppressible: bool = True
    hosted: bool = True
    hides: bool = False
    sees: bool = False


def _command(rule: str, severity: str, *items: str) -> Defect:
    """A defect that commands of any phase can have."""
    return Defect(rule, severity, tuple((ANY, item) for item in items))


DEFECTS: dict[str, Defect] = {
    # CB1
    "colon-in-command": _command("command-not-string", "error", '- echo "Commit«:» @service@"')._replace(hides=True),
    "test-as-list": _command("command-not-string", "error", "- ! «[» -f @tool@.lock ]")._replace(hides=True),
    "unknown-phase": Defect("unknown-phase", "error", (("phases.«prebuild».commands", "- make @tool@"),)),
    "same-variable-twice": Defect(
        "duplicate-key",
        "warning",
        ((VARIABLES, "LEVEL_@TOOL@: low"), (VARIABLES, "«LEVEL_@TOOL@»: low"), (ANY, '- make "level-$LEVEL_@TOOL@"')),
    ),
    "unknown-key": Defect("unknown-key", "warning", (("phases.build", "«timeout»: @number@"),)),
    "near-key": Defect("unknown-key", "error", (("artifacts", "«discard_paths»: no"),), needs=("artifacts.files",)),
    "misplaced-variable": Defect("misplaced-key", "error", (("env", "«STAGE_@TOOL@»: @stage@"),)),
    "invalid-on-failure": Defect(
        "invalid-value", "error", (("phases.install", "on-failure: «STOP»"),), needs=(INSTALL,)
    ),
    "no-version": Defect(
        "missing-required-key",
        "warning",
        (),
        instead=(("", ""), ("~phases", "«phases»")),
        forbids=("env", "batch"),
        claims=("version",),
    ),
    "quoted-version": Defect(
        "version-not-number", "note", (), instead=(("", 'version: «"0.2"»'),), forbids=("batch",), claims=("version",)
    ),
    "unknown-version": Defect(
        "version-not-number", "error", (), instead=(("", "version: «1.0»"),), claims=("version",)
    ),
    "second-document": Defect(
        "multi-document-buildspec",
        "warning",
        ((TAIL, "«---»\nversion: 0.2\nphases:\n  build:\n    commands:\n      - make @tool@"),),
        alone=True,
    ),
    "backslash-continues": _command(
        "backslash-in-folded-scalar",
        "error",
        "- sonar-scanner «\\»\n  -Dsonar.projectKey=@service@ \\\n  -Dsonar.sources=src",
    )._replace(hosted=False),
    "placeholder": Defect(
        "placeholder-left-in",
        "note",
        ((VARIABLES, "TABLE_@TOOL@: «your-table-name»"), (ANY, '- make "load-$TABLE_@TOOL@"')),
    ),
    "reserved-character": Defect(
        "yaml-syntax-error",
        "error",
        ((BUILD, "- «@»echo @service@"),),
        alone=True,
        forbids=("env.exported-variables",),
        suppressible=False,
    ),
    "list-then-text": Defect(
        "yaml-syntax-error",
        "error",
        ((BUILD, "- «[[» -f @tool@.jar ]] && make @tool@"),),
        alone=True,
        forbids=("env.exported-variables",),
        suppressible=False,
    ),
    # CB2
    "unfinished-if": _command("shell-syntax-error", "error", "- if [ -f @tool@.lock ]; then make @tool@«;»")._replace(
        alone=True
    ),
    "unexpected-fi": _command("shell-syntax-error", "error", "- |\n  make @tool@\n  «fi»")._replace(alone=True),
    "heredoc-without-end": _command(
        "unterminated-heredoc", "error", "- |\n  cat > @tool@.txt <<«END»\n  version @version@\n  EDN"
    ),
    "braces": _command(
        "unquoted-brace-expansion",
        "note",
        "- aws cloudwatch put-metric-data --namespace @team@ --metric-name builds --value 1"
        " --dimensions «[{Name=Job,Value=@tool@}]»",
    )._replace(hosted=False),
    "sleep": _command(
        "sleep-as-synchronisation",
        "note",
        "- make start-@tool@",
        "- «sleep @number@»",
    ),
    "waits-for-ever": _command(
        "unbounded-wait", "warning", "- «until» curl -sf http://localhost:8080/@tool@; do sleep 1; done"
    ),
    "follows-log": _command("unbounded-wait", "warning", "- «tail» -f @tool@.log"),
    "curl-saves-error": _command(
        "curl-without-fail",
        "warning",
        "- «curl» -sL -o @tool@.json https://example.com/@service@/@tool@.json",
        "- make read-@tool@",
    ),
    "curl-after-words": _command(
        "curl-without-fail",
        "warning",
        "- echo '取得 🚀 @tool@' && «curl» -sL -o @tool@-list.json https://example.com/@tool@/list.json",
        "- make list-@tool@",
    ),
    "double-brackets": _command(
        "bash-syntax-under-sh",
        "warning",
        '- if «[[» "$(uname -m)" == x86_64 ]]; then make fast-@tool@; fi',
    )._replace(forbids=("env",), hosted=False, claims=("packages",)),
    "function-lost": _command(
        "function-lost-between-commands",
        "error",
        "- 'say_@tool@() { echo \"step $1\"; }'",
        "- «say_@tool@» install",
    ),
    # Not in bash: there cblint is silent about some of what follows an alias, though that ends with its command.
    "alias-lost": _command(
        "function-lost-between-commands", "error", "- alias @tool@c='make -C @tool@'", "- «@tool@c» all"
    )._replace(hides=True, forbids=("env",)),
    "trap-lost": _command(
        "shell-option-does-not-persist", "warning", "- «trap 'make clean-@tool@' EXIT»", "- make stage-@tool@"
    ),
    "pipeline": _command("masked-failure-in-pipeline", "warning", "- «make test-@tool@» 2>&1 | tee @tool@.log"),
    "test-and": _command("test-list-fails-build", "warning", "- '«[ -f @tool@.cfg ]» && make configure-@tool@'"),
    "block-goes-on": _command("masked-failure-in-block", "warning", "- |\n  «make lint-@tool@»\n  make package-@tool@"),
    "loop-goes-on": _command(
        "masked-failure-in-block", "warning", '- for file in @tool@/*.yml; do «cfn-lint» "$file"; done'
    ),
    "or-true": _command("masked-failure-or-true", "warning", "- «make check-@tool@» || true"),
    "export-hides": _command(
        "masked-failure-export",
        "warning",
        "- export TAG_@TOOL@=$(«cat» @tool@/VERSION)",
        '- make notes TAG="$TAG_@TOOL@"',
    )._replace(sees=True),
    "background": _command("masked-failure-background", "warning", "- «make all-@tool@» &"),
    "exit-zero": _command(
        "early-exit-zero",
        "warning",
        "- if [ ! -f @tool@.yml ]; then «exit 0»; fi",
        "- make settle-@tool@",
    ),
    "kill-in-finally": Defect(
        "finally-can-fail-phase", "note", (("phases.build.finally", '- «kill» "$(cat @tool@.pid)"'),), hides=True
    ),
    "subshell": _command(
        "subshell-assignment-lost",
        "warning",
        "- (cd @tool@ && VERSION_@TOOL@=$(cat version.txt))",
        '- make image TAG="«$VERSION_@TOOL@»"',
    )._replace(sees=True),
    "used-too-early": _command(
        "variable-used-before-assignment",
        "warning",
        '- make image TAG="«$EARLY_@TOOL@»"',
        "- EARLY_@TOOL@=$(cat VERSION)",
        '- make notes TAG="$EARLY_@TOOL@"',
    )._replace(sees=True),
    "deletes-root": _command("dangerous-delete", "error", "- rm -rf «/»"),
    "eval": _command("eval-of-command-output", "warning", "- eval $(«python» @tool@/assume_role.py)")._replace(
        hides=True
    ),
    "precedence": _command(
        "list-precedence", "warning", "- make settle-@tool@ && ./notify.sh @team@ || «./rollback.sh»"
    ),
    "upgrade": Defect(
        "os-upgrade-in-build",
        "note",
        ((INSTALL, "- apt-get update && «apt-get upgrade» -y"),),
        claims=("packages",),
    ),
    # CB3
    "value-not-computed": Defect(
        "env-value-not-expanded",
        "error",
        ((VARIABLES, "BUILT_@TOOL@: «$(date +%F)»"), (ANY, '- make stamp DATE="$BUILT_@TOOL@"')),
    ),
    "path-clobbered": Defect(
        "env-path-clobbered", "error", ((VARIABLES, "PATH: «$PATH»:/opt/@tool@/bin"),), alone=True
    ),
    "reserved-name": Defect("env-reserved-name", "warning", ((VARIABLES, "«CODEBUILD_@TOOL@_ROLE»: builder"),)),
    "malformed-reference": Defect(
        "secret-reference-malformed",
        "error",
        (
            (SECRETS, 'TOKEN_@TOOL@: "@service@:token::«:»"'),
            (ANY, '- echo "$TOKEN_@TOOL@" | docker login --username ci --password-stdin @tool@.example.com'),
        ),
        claims=("secret",),
    ),
    "no-such-variable": _command(
        "unknown-codebuild-variable", "warning", '- echo "Building «$CODEBUILD_PROJECT_NAME» for @team@"'
    ),
    "secret-written-out": Defect(
        "secret-literal",
        "error",
        ((VARIABLES, "CYPRESS_RECORD_KEY: «@uuid@»"), (ANY, "- npm run e2e")),
        hosted=False,
    ),
    "secret-encoded": Defect(
        "secret-printed",
        "error",
        ((SECRETS, "KEY_@TOOL@: @team@/@tool@:key"), (ANY, "- echo «$KEY_@TOOL@» | base64")),
        claims=("secret",),
    ),
    "environment-printed": _command("environment-dumped", "note", "- «printenv» | sort")._replace(
        forbids=("env.",), claims=("secret",)
    ),
    "secret-fetched": _command(
        "runtime-fetched-secret-unmasked",
        "warning",
        "- «TOKEN_@TOOL@»=$(aws secretsmanager get-secret-value --secret-id @service@/@tool@"
        " --query SecretString --output text)",
    )._replace(claims=("secret",)),
    "secret-as-argument": Defect(
        "secret-on-command-line",
        "warning",
        (
            (SECRETS, "PASSWORD_@TOOL@: @team@/@tool@:password"),
            (ANY, "- docker login --username ci --password «$PASSWORD_@TOOL@» @tool@.example.com"),
        ),
        claims=("secret",),
    ),
    "never-defined": _command("variable-never-defined", "note", '- make draft TO="«$TARGET_@TOOL@»"')._replace(
        sees=True, hosted=False
    ),
    "exported-from-subshell": Defect(
        "exported-variable-not-assigned",
        "warning",
        (("env.exported-variables", "- «EXPORT_@TOOL@»"), (ANY, "- ( EXPORT_@TOOL@=@number@ )")),
        sees=True,
    ),
    # CB4
    "may-ask": Defect(
        "apt-not-assume-yes",
        "warning",
        ((INSTALL, "- apt-get update"), (INSTALL, "- apt-get «install» @package@")),
        claims=("packages",),
    ),
    "asks": Defect(
        "apt-not-assume-yes",
        "error",
        ((INSTALL, "- sudo -E yum -q «install» @package@"),),
        claims=("packages",),
        hosted=False,
    ),
    "terminal": _command(
        "docker-interactive-flag",
        "error",
        "- docker run --rm «-it» public.ecr.aws/docker/library/node:22.11.0 node --version",
    )._replace(hosted=False),
    "get-login": _command(
        "ecr-get-login-removed", "error", "- $(aws ecr «get-login» --no-include-email --region @region@)"
    )._replace(hides=True),
    "unknown-runtime": Defect(
        "unknown-runtime", "error", (("phases.install.runtime-versions", "«node»: 22"),), claims=("runtime",)
    ),
    "runtime-ended": Defect(
        "runtime-end-of-life", "warning", (("phases.install.runtime-versions", "ruby: «2.7»"),), claims=("runtime",)
    ),
    "docker-hub": Defect(
        "docker-hub-anonymous-pull",
        "warning",
        ((INSTALL, "- docker pull «node:22.11.0»"),),
        place="first",
        hosted=False,
        sees=True,
    ),
    # CB5
    "unknown-format": Defect(
        "report-format-mismatch",
        "error",
        (
            ("reports.lint-@tool@", "file-format: «JUNIT_XML»"),
            ("reports.lint-@tool@.files", "- 'lint/*.xml'"),
            (BUILD, "- make survey OUTPUT=lint"),
        ),
    ),
    "artifact-outside": Defect(
        "artifact-path-escapes-root",
        "warning",
        ((FILES, "- «..»/@tool@.jar"),),
        needs=(FILES,),
        forbids=("artifacts.base-directory",),
    ),
    "cache-of-docker": Defect(
        "cache-path-suspicious",
        "warning",
        (("cache.paths", "- «'/var/lib/docker/@tool@/**/*'»"),),
        hosted=False,
    ),
    "cache-of-home": Defect("cache-path-suspicious", "warning", (("cache.paths", "- «~»/.@tool@/**/*"),), hosted=False),
    # CB6
    "identifier-with-hyphen": Defect(
        "batch-identifier-invalid",
        "error",
        (("batch.build-list", "- identifier: «lint-@tool@»"),),
        needs=("batch.build-list",),
    ),
    "dependency-key": Defect(
        "batch-dependency-key",
        "error",
        (("batch.build-graph", "- identifier: check_@tool@\n  «depends-on»:\n    - build_@team@"),),
        needs=("batch.build-graph",),
        place="last",
    ),
    "dependency-unknown": Defect(
        "batch-dependency-unresolved",
        "error",
        (("batch.build-graph", "- identifier: scan_@tool@\n  depend-on:\n    - «biuld_@team@»"),),
        needs=("batch.build-graph",),
        place="last",
    ),
    "environment-key": Defect(
        "batch-unknown-env-key",
        "warning",
        (("batch.build-list", "- identifier: extra_@tool@\n  env:\n    «computeType»: BUILD_GENERAL1_SMALL"),),
        needs=("batch.build-list",),
    ),
    # CB7
    "old-image": Defect(
        "deprecated-build-image",
        "warning",
        (("batch.build-list", "- identifier: old_@tool@\n  env:\n    image: «aws/codebuild/standard:5.0»"),),
        needs=("batch.build-list",),
        alone=True,
    ),
    "missing-buildspec": Defect(
        "buildspec-not-found",
        "error",
        (("batch.build-graph", "- identifier: far_@tool@\n  buildspec: «ci/@tool@/missing.yml»"),),
        needs=("batch.build-graph",),
    ),
    "definitions-no-list": Defect(
        "imagedefinitions-invalid",
        "error",
        (
            (BUILD, '- printf \'«{»"name":"@service@","imageUri":"%s"}\' @service@:@version@ > imagedefinitions.json'),
            (FILES, "- imagedefinitions.json"),
        ),
        needs=(FILES,),
        forbids=("artifacts.base-directory",),
    ),
    # CB8
    "unnamed-version": _command("unpinned-tool-install", "note", "- pip install «@pytool@»"),
    "moving-tag": _command("mutable-image-tag", "note", "- docker pull «quay.io/@team@/@tool@:stable»")._replace(
        hosted=False, sees=True, forbids=("env.variables",)
    ),
    "stranger-in-shell": _command(
        "untrusted-input-in-shell", "error", '- sh -c "./deploy-@tool@ «$CODEBUILD_WEBHOOK_HEAD_REF»"'
    ),
    "certificate-ignored": _command(
        "insecure-transport", "warning", "- curl «-k» -fsS https://example.com/@tool@/status -o @tool@.status"
    ),
    "script-piped": _command(
        "remote-script-piped-to-shell", "warning", "- curl -fsSL «https://example.com/@tool@/install.sh» | sh"
    ),
    "script-unprotected": _command(
        "remote-script-piped-to-shell", "error", "- curl -fsSL «http://example.com/@tool@/setup.sh» | sh"
    ),
    "archive-unseen": _command(
        "download-without-verification",
        "note",
        "- curl -fsSLO «https://example.com/@tool@-@version@.tgz»",
        "- tar -xzf @tool@-@version@.tgz",
    )._replace(sees=True),
    "scanner-open": _command("scanner-does-not-gate", "note", "- «checkov» -d @tool@ --soft-fail")._replace(
        hosted=False
    ),
    "socket": _command(
        "docker-socket-to-unpinned-image",
        "note",
        "- docker run --rm -v /var/run/docker.sock:/var/run/docker.sock «quay.io/@team@/@tool@:@version@» --check",
    )._replace(hosted=False, sees=True, forbids=("env.variables",)),
    # CB9
    "suppression-unused": _command(
        "unused-suppression",
        "note",
        "- make @tool@-safe «# cblint: ignore[command-not-string] -- it was a mapping once»",
    )._replace(suppressible=False),
    "suppression-unknown": _command(
        "unknown-suppression", "warning", "- make @tool@-known # cblint: ignore[«comand-not-string»] -- a slip"
    )._replace(suppressible=False),
}
"""All of them, by name."""
