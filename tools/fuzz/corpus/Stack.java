package com.example;

import java.util.*;
import software.amazon.awscdk.*;
import software.amazon.awscdk.services.codebuild.*;

public class BuildStack extends Stack {
    private static final String NODE = "20";
    static final List<String> LINES = List.of("npm ci", "npm test" + " -- --ci", "echo é😀 \u0041\t");

    public BuildStack(final Construct scope, final String id) {
        super(scope, id);
        Map<String, Object> install = new HashMap<>() {{ put("runtime-versions", Map.of("nodejs", NODE)); }};
        BuildSpec spec = BuildSpec.fromObject(Map.of(
            "version", "0.2",
            "phases", Map.of("install", install, "build", Map.of("commands", List.of("""
                docker build .
                docker push "$REPO" || true
                """, "make")), "post_build", Map.of("commands", LINES))));
        Project project = Project.Builder.create(this, "Build").projectName("shop-" + id).buildSpec(spec)
            .environment(BuildEnvironment.builder().buildImage(LinuxBuildImage.STANDARD_5_0).privileged(true)
                .environmentVariables(Map.of("API_TOKEN",
                    BuildEnvironmentVariable.builder().value("hunter2hunter2").build())).build())
            .source(Source.gitHub(GitHubSourceProps.builder().owner("o").repo("r").webhook(true).build()))
            .timeout(Duration.minutes(5)).build();
        CfnProject raw = CfnProject.Builder.create(this, "Raw").serviceRole("role")
            .source(CfnProject.SourceProperty.builder().type("NO_SOURCE")
                .buildSpec("version: 0.2\nphases:\n  build:\n    commands:\n      - make\n").build()).build();
    }
}
