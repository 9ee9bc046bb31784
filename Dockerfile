# Judges MCP servers: docker run --rm IMAGE run URL. See docs/ci/docker.md.
FROM python:3.13-slim-bookworm AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY conformance ./conformance
COPY schemas ./schemas
COPY suites ./suites
RUN python -m venv /opt/mcp-conformance \
    && /opt/mcp-conformance/bin/python -m pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim-bookworm
COPY --from=build /opt/mcp-conformance /opt/mcp-conformance
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin conformance \
    && install --directory --owner=conformance /reports
ENV PATH="/opt/mcp-conformance/bin:$PATH" \
    MCP_CONFORMANCE_REPORT_DIR=/reports \
    PYTEST_ADDOPTS="-p no:cacheprovider" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /reports
USER 10001
ENTRYPOINT ["mcp-conformance"]
CMD ["--help"]
