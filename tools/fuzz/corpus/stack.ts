import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { Duration, Stack, StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

const node = 20;
const lines = ['npm ci', "npm test" + ' -- --ci', `echo ${node} \${HOME} é😀`];
interface Props extends StackProps { readonly branch: string }

export class BuildStack extends Stack {
  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id, props);
    const install = { 'runtime-versions': { nodejs: node } };
    const spec = codebuild.BuildSpec.fromObject({
      version: '0.2',
      phases: { install, build: { commands: [...lines, `
        docker push "$REPO" || true
      `, ['x', 'y'].join('\n')] }, post_build: { commands: lines as string[] } },
      ...(props.branch ? { artifacts: { files: ['**/*'] } } : {}),
    });
    const project = new codebuild.Project(this, 'Build', {
      projectName: `shop-${props.branch}`, buildSpec: spec, timeout: Duration.minutes(20),
      environment: { buildImage: codebuild.LinuxBuildImage.STANDARD_5_0, privileged: true },
      environmentVariables: { DB_PASSWORD: { value: 'hunter2hunter2' } },
      source: codebuild.Source.gitHub({ owner: 'o', repo: 'r', webhook: true, webhookFilters: [
        codebuild.FilterGroup.inEventOf(codebuild.EventAction.PUSH).andBranchIs('main') ] }),
    });
    project.addToRolePolicy(new iam.PolicyStatement({ actions: ['*'], resources: ['*'] }));
    new codebuild.CfnProject(this, 'Raw', { serviceRole: project.role!.roleArn, artifacts: { type: 'NO_ARTIFACTS' },
      source: { type: 'NO_SOURCE', buildSpec: 'version: 0.2\nphases:\n  build:\n    commands: [make]\n' } });
  }
}
