# longhold: an image for client, server and pair, and one for the agent of a node.
#
#   docker build -t longhold .
#   docker build -t longhold-agent --target agent .
#   docker run --rm --read-only --cap-drop all -p 8080:8080 longhold server
#   docker run --rm --read-only --cap-drop all --cap-add net_admin --user 0 --network host longhold-agent
#
# Any base with Node 24.19 or newer and glibc does. The last stage needs no shell, so a distroless one will do:
#
#   docker build --build-arg RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12 -t longhold .
ARG BASE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim
ARG RUNTIME_IMAGE=${BASE_IMAGE}
ARG AGENT_IMAGE=${BASE_IMAGE}

FROM ${BASE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The base brings the Node, so the one that comes with a checkout goes. Not by --omit=optional: koffi's native part is
# an optional dependency too, of koffi.
RUN npm ci --omit=dev && rm -r node_modules/node-linux-*
COPY . .
# A checkout under a tight umask would be unreadable for user 65532.
RUN chmod -R a+rX,go-w .

# The agent asks the kernel through the tools people know, both kinds of iptables among them (src/agent/README.md).
FROM ${AGENT_IMAGE} AS agent
RUN apt-get update && \
    apt-get install --yes --no-install-recommends conntrack iptables nftables ipvsadm && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="longhold-agent" \
      org.opencontainers.image.description="Tells longhold on the same node what only the node can see: conntrack, rules, IPVS. Reads, and never writes." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app /app
# Without privileges by itself: whoever runs it says uid 0 and which capabilities. It listens where it is told, so there is no health check.
USER 65532:65532
EXPOSE 7002/tcp
ENTRYPOINT ["node", "/app/bin/longhold.js"]
CMD ["agent"]

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="longhold" \
      org.opencontainers.image.description="Holds idle connections across a Kubernetes cluster, finds what silently kills them, and says which keepalive survives." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# distroless keeps its node in /nodejs/bin.
ENV NODE_ENV=production \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/nodejs/bin
WORKDIR /app
COPY --from=build /app /app
USER 65532:65532
# 7000 holds and echoes (TCP and UDP), 7001 holds HTTP, 8080 is for people and Prometheus.
EXPOSE 7000/tcp 7000/udp 7001/tcp 8080/tcp
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (Number(process.env.LONGHOLD_WEB_PORT) || 8080) + '/healthz').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/longhold.js"]
