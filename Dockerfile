# syntax=docker/dockerfile:1
# cblint in a container; docs/install.md says how it is used. It needs no network, no root, and nothing to write to.

# Debian's name stands in the tag, so that a new Debian is a decision. For an image that is the same for ever, give the
# digest of the tag as well: --build-arg DIGEST=sha256:…
ARG PYTHON=3.13-slim-trixie
ARG DIGEST=

FROM docker.io/library/python:${PYTHON}${DIGEST:+@${DIGEST}} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ONLY_BINARY=:all: PIP_REQUIRE_HASHES=1
WORKDIR /source
COPY tools/locked tools/locked
RUN python -m venv /opt/dist \
    && /opt/dist/bin/python -m pip install --quiet --requirement tools/locked/dist.txt \
    && python -m venv /opt/cblint \
    && /opt/cblint/bin/python -m pip install --quiet --requirement tools/locked/container.txt
COPY . .
RUN /opt/dist/bin/python -m build --no-isolation --wheel --outdir /opt/wheel \
    && PIP_REQUIRE_HASHES=0 /opt/cblint/bin/python -m pip install --quiet --no-deps --no-index /opt/wheel/*.whl \
    && /opt/cblint/bin/python -m pip uninstall --quiet --yes pip

FROM docker.io/library/python:${PYTHON}${DIGEST:+@${DIGEST}}
ARG VERSION=unreleased
ARG REVISION=
LABEL org.opencontainers.image.title="cblint" \
      org.opencontainers.image.description="Linter and static analyser for AWS CodeBuild buildspecs" \
      org.opencontainers.image.url="https://github.com/cblint/cblint" \
      org.opencontainers.image.source="https://github.com/cblint/cblint" \
      org.opencontainers.image.documentation="https://github.com/cblint/cblint/blob/main/docs/install.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN useradd --system --no-log-init --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin cblint
COPY --from=build /opt/cblint /opt/cblint
ENV PATH=/opt/cblint/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["cblint"]
CMD ["--help"]
