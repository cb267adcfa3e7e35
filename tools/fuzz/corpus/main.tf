variable "branch" {
  default = "main"
}

locals {
  image = "aws/codebuild/standard:5.0"
  env   = { STAGE = "dev", DB_PASSWORD = "hunter2hunter2" }
}

resource "aws_codebuild_project" "build" {
  name          = "shop-${var.branch}"
  service_role  = aws_iam_role.build.arn
  build_timeout = 20
  for_each      = toset(["a", "b"])
  artifacts { type = "CODEPIPELINE" }
  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = local.image
    type            = "LINUX_CONTAINER"
    privileged_mode = true
    dynamic "environment_variable" {
      for_each = local.env
      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }
  source {
    type      = "CODEPIPELINE"
    buildspec = <<-EOT
      version: 0.2
      phases:
        build:
          commands:
            - echo $${HOME} ${var.branch} %{ if true }é😀%{ endif }
            - docker push $REPO || true
    EOT
  }
}

resource "aws_codebuild_webhook" "build" {
  project_name = aws_codebuild_project.build["a"].name
  filter_group {
    filter {
      type    = "EVENT"
      pattern = "PUSH, PULL_REQUEST_CREATED"
    }
  }
}

resource "aws_iam_role" "build" {
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codebuild.amazonaws.com" } }] })
}

resource "aws_iam_role_policy" "build" {
  role   = aws_iam_role.build.id
  policy = data.aws_iam_policy_document.build.json
}

data "aws_iam_policy_document" "build" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

module "other" {
  source    = "./codebuild"
  buildspec = yamlencode({ version = 0.2, phases = { build = { commands = ["make", "x ${local.image}"] } } })
}

resource "aws_codebuild_project" "file" {
  source {
    type      = "GITHUB"
    buildspec = templatefile("${path.module}/buildspec.yml.tftpl", { branch = var.branch })
  }
}
