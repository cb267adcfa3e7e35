#!/usr/bin/env bash
set -euo pipefail
STAGE="${1:-dev}"
aws --region eu-west-1 codebuild create-project --name "shop-$STAGE" --service-role "$ROLE" \
  --source 'type=GITHUB,location=https://github.com/o/r,buildspec=ci/buildspec.yml' \
  --artifacts type=NO_ARTIFACTS \
  --environment '{"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:5.0", "computeType": "BUILD_GENERAL1_SMALL", "privilegedMode": true}' \
  --tags key=a,value=b key=c,value=é😀
if [ "$STAGE" = prod ]; then
  aws codebuild create-webhook --project-name "shop-$STAGE" --filter-groups '[[{"type": "EVENT", "pattern": "PUSH"}]]'
fi
aws codebuild start-build --project-name shop --buildspec-override "version: 0.2
phases:
  build:
    commands:
      - make || true" --environment-variables-override name=API_TOKEN,value=hunter2hunter2,type=PLAINTEXT
aws codebuild update-project --cli-input-json "$(cat <<EOF
{"name": "shop", "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [make]}}"}}
EOF
)"
