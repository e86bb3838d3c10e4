# syntax=docker/dockerfile:1
#
# Two images from one file:
#
#   docker build --target worker -t upnext-worker .    sessions and index: no torch
#   docker build --target words -t upnext-words .      words, embed and gateway: the towers
#
# On Linux the registry's torch brings CUDA, which is gigabytes that one sentence at a time does
# not need. PyTorch publishes CPU builds on an index of its own; name it to get them:
#
#   docker build --target words --build-arg PIP_EXTRA_INDEX_URL=<PyTorch's CPU index> .
#
# `docker compose build` passes the environment variable of that name on.

ARG PYTHON=3.11.15-slim-bookworm


FROM python:${PYTHON} AS build
ARG PIP_EXTRA_INDEX_URL=""
# A "+cpu" build counts as newer than the plain version that constraints.txt names, and still
# satisfies it: the best match over both indexes is the CPU build.
ENV VIRTUAL_ENV=/opt/upnext \
    UV_EXTRA_INDEX_URL=${PIP_EXTRA_INDEX_URL} \
    UV_INDEX_STRATEGY=unsafe-best-match \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy
WORKDIR /src
# The dependencies first, so that a change of our code does not install them again.
COPY constraints.txt pyproject.toml ./
RUN pip install --no-cache-dir --constraint constraints.txt uv \
    && uv venv "$VIRTUAL_ENV"
# A ranking worker needs no extra; the index worker speaks to a Qdrant server.
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip install --constraint constraints.txt --requirements pyproject.toml qdrant-client


FROM build AS build-worker
COPY . .
RUN uv pip install --no-cache --no-deps --build-constraint constraints.txt .


FROM build AS build-words
RUN --mount=type=cache,target=/root/.cache/uv \
    uv pip install --constraint constraints.txt --requirements pyproject.toml \
        --extra embedder --extra gateway
COPY . .
RUN uv pip install --no-cache --no-deps --build-constraint constraints.txt .


FROM python:${PYTHON} AS runtime
RUN useradd --uid 10001 --create-home upnext \
    && install --directory --owner upnext --group upnext /var/lib/upnext
COPY ops/healthcheck.py /usr/local/lib/upnext/healthcheck.py
ENV PATH=/opt/upnext/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    UPNEXT_STATE_FOLDER=/var/lib/upnext \
    UPNEXT_METRICS_PORT=9464
# By number, so that Kubernetes can see that it is not root.
USER 10001
WORKDIR /var/lib/upnext
EXPOSE 9464
# The start period covers loading the towers and recovering the sessions.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "/usr/local/lib/upnext/healthcheck.py"]
ENTRYPOINT ["upnext"]
CMD ["--help"]


FROM runtime AS words
COPY --from=build-words /opt/upnext /opt/upnext


# Last, and so the default: the small one.
FROM runtime AS worker
COPY --from=build-worker /opt/upnext /opt/upnext
