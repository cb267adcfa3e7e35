from aws_cdk import Duration, Stack
from aws_cdk import aws_codebuild as codebuild, aws_iam as iam

VERSION = 0.2
LINES = ["npm ci", "npm test" + " -- --ci", f"echo {VERSION} é😀"]
PHASES = dict(install={"runtime-versions": {"nodejs": 20}}, build={"commands": LINES})


class Build(Stack):
    def __init__(self, scope, id, *, branch: str, **kwargs):
        super().__init__(scope, id, **kwargs)
        spec = codebuild.BuildSpec.from_object(
            {
                "version": "0.2",
                "phases": {
                    **PHASES,
                    "post_build": {
                        "commands": [
                            """
                docker push "$REPO" || true
            """,
                            *LINES,
                            r"a\d",
                            "ab",
                            "\n".join(["x", "y"]),
                        ]
                    },
                },
                "artifacts": {"files": ["**/*"]} | {"name": branch},
            }
        )
        project = codebuild.Project(
            self,
            "Build",
            project_name="shop-" + branch,
            build_spec=spec,
            timeout=Duration.minutes(20),
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxBuildImage.STANDARD_5_0,
                privileged=True,
                environment_variables={"DB_PASSWORD": codebuild.BuildEnvironmentVariable(value="hunter2hunter2")},
            ),
            source=codebuild.Source.git_hub(
                owner="o",
                repo="r",
                webhook=True,
                webhook_filters=[
                    codebuild.FilterGroup.in_event_of(codebuild.EventAction.PULL_REQUEST_CREATED).and_branch_is("main"),
                ],
            ),
            cache=codebuild.Cache.local(codebuild.LocalCacheMode.DOCKER_LAYER),
        )
        project.add_to_role_policy(iam.PolicyStatement(actions=["*"], resources=["*"]))
        codebuild.CfnProject(
            self,
            "Raw",
            service_role=project.role.role_arn,
            artifacts={"type": "NO_ARTIFACTS"},
            source={"type": "NO_SOURCE", "buildSpec": "version: 0.2\nphases:\n  build:\n    commands: [make]\n"},
        )
