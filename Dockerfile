# One image for every process of a grown installation: web, dispatcher and worker.
# docs/grown.md tells how it is started, and what was tried with it.
FROM python:3.12-slim-bookworm

RUN useradd --create-home --home-dir /var/lib/sopwith --uid 10001 sopwith \
    && install -d -o sopwith -g sopwith /opt/sopwith \
    && install -d -o sopwith -g sopwith -m 700 /var/lib/sopwith/data
WORKDIR /opt/sopwith
COPY --chown=sopwith:sopwith bin bin
COPY --chown=sopwith:sopwith lock lock
COPY --chown=sopwith:sopwith tools/linktree.py tools/linktree.py
COPY --chown=sopwith:sopwith pyproject.toml pyproject.toml
COPY --chown=sopwith:sopwith platform platform
COPY --chown=sopwith:sopwith web web
COPY --chown=sopwith:sopwith catalog catalog
USER sopwith

# The environment is made now, by the hashes of lock/grown.txt, and not at the first start. It is compiled
# now too, or else each new container and each health check would; what only installs is not kept.
RUN UV_COMPILE_BYTECODE=1 bin/sopwith --grown --version \
    && .venv-grown/bin/python -m compileall -q platform web \
    && rm -rf .venv-tool /var/lib/sopwith/.cache

ENV SOPWITH_DATA=/var/lib/sopwith/data
VOLUME /var/lib/sopwith/data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["bin/sopwith", "--grown"]
CMD ["up"]
