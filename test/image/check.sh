#!/bin/sh
# Builds the images and runs them, for real and without a registry: the base is made here from Debian's packages and the
# Node of this checkout. `npm run test:image` (root, Debian). Prints a line for each thing that holds, and the first
# that does not. LAB names a directory to keep storage and base in; by default they are made anew and removed.
set -eu
cd "$(dirname "$0")/../.."

lab=${LAB:-$(mktemp -d)}
storage="--root $lab/storage --runroot $lab/run --storage-driver overlay"
bundle=/etc/ssl/certs/ca-certificates.crt
image=localhost/longhold:check
bare=localhost/longhold:bare
agent=localhost/longhold-agent:check

buildah() { command buildah $storage "$@"; }
# Without systemd podman has no timer for health checks, and says so each time; they are run by hand here.
podman() { command podman $storage --log-level fatal --runtime runc --cgroup-manager cgroupfs "$@"; }
ok() { printf 'ok  %s\n' "$1"; }
fail() {
  printf 'not ok  %s\n' "$1" >&2
  for name in server client agent; do podman logs --tail 20 "check-$name" >&2 || true; done
  exit 1
}
apart() { # the two pods' networks, and the DNS server in one of them
  if [ -s "$lab/nsd.pid" ]; then kill "$(cat "$lab/nsd.pid")" 2>/dev/null || true; fi
  for name in check-server check-client; do ip netns delete "$name" 2>/dev/null || true; done
}
remove() { for name in client server agent; do podman rm --force --ignore --time 1 "check-$name" >/dev/null 2>&1 || true; done; }
mounts() { awk -v lab="$lab/" 'index($2, lab) == 1 { print $2 }' /proc/mounts | sort -r; } # deepest first
clean() {
  remove
  apart
  mounts | while read -r mount; do umount "$mount"; done
  if [ -z "${LAB:-}" ]; then rm -rf "$lab"; fi
}
trap clean EXIT
trap 'exit 130' INT TERM

# A base that looks like the official one: Debian slim with node and npm in /usr/local.
base() {
  mkdir -p "$lab/base"
  if [ ! -s "$lab/base/base.tar" ]; then
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$lab/base/base.tar"
  fi
  cp "$(node -p process.execPath)" "$lab/base/node"
  rm -rf "$lab/base/npm"
  cp -rL "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$lab/base/npm"
  cat >"$lab/base/Dockerfile" <<'END'
FROM scratch
ADD base.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
END
  buildah bud --quiet --isolation chroot -t localhost/base:slim "$lab/base" >/dev/null
  # And one like distroless: node in /nodejs/bin, its libraries, and nothing else: no shell, no /tmp.
  cat >"$lab/base/Dockerfile.bare" <<'END'
FROM localhost/base:slim AS parts
RUN mkdir -p /bare/nodejs/bin && cp /usr/local/bin/node /bare/nodejs/bin/ && \
    ldd /usr/local/bin/node | grep -o '/[^ ]*' | xargs -I '{}' cp --parents -L '{}' /bare
FROM scratch
COPY --from=parts /bare /
END
  buildah bud --quiet --isolation chroot --pull-never -f "$lab/base/Dockerfile.bare" -t localhost/base:bare "$lab/base" >/dev/null
}

build() { # tag, arguments...
  tag=$1
  shift
  buildah bud --quiet --format docker --isolation chroot --pull-never --layers -v "$bundle:$bundle:ro" \
    --build-arg BASE_IMAGE=localhost/base:slim --build-arg REVISION=check "$@" -t "$tag" . >/dev/null
}

# As hardened as a cluster would run it: read-only, no /tmp, no capability, no new privileges, the image's own user.
hardened="--pull=never --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges --ulimit nofile=4096:4096 --ulimit nproc=4096:4096"

within() { podman exec "check-$1" node -e "$2"; }
fetched() { # whose, port and path
  within "$1" "fetch('http://127.0.0.1:$2').then(async a => { process.stdout.write(await a.text()); process.exit(a.ok ? 0 : 1) }, () => process.exit(1))"
}
eventually() { # what, command...
  what=$1
  shift
  tries=0
  while [ "$tries" -lt "${patience:-20}" ]; do
    if "$@" >/dev/null 2>&1; then
      ok "$what"
      return
    fi
    tries=$((tries + 1))
    sleep 0.5
  done
  fail "$what"
}

exchanged() { fetched server 8081/metrics | grep -E '^longhold_exchanges_total\{.*kind="tcp-hold".*\} [1-9]' && fetched server 8081/metrics | grep -E '^longhold_exchanges_total\{.*kind="http-hold".*\} [1-9]'; }

runs() { # image, what kind of base
  remove
  # The configuration and the arguments of k8s/base/server.yaml.
  podman run --detach --name check-server --network none $hardened \
    -v "$PWD/k8s/base/server.longhold.yaml:/etc/longhold/longhold.yaml:ro" \
    "$1" server --config /etc/longhold/longhold.yaml >/dev/null
  eventually "$2: the server is healthy" fetched server 8080/healthz
  eventually "$2: the server is ready" fetched server 8080/readyz
  podman run --detach --name check-client --network container:check-server $hardened "$1" \
    client --server 127.0.0.1 --pods 127.0.0.1 --connections 3 --idle 300ms --web 127.0.0.1:8081 >/dev/null
  eventually "$2: the client holds, asks and is answered over TCP and HTTP" exchanged
  fetched server 8080/metrics | grep -q '^longhold_exchanges_total{side="server"' || fail "$2: the server counts exchanges too"
  podman healthcheck run check-server >/dev/null || fail "$2: the health check of the image passes"
  ok "$2: the health check of the image passes"
  within server "
    const status = require('node:fs').readFileSync('/proc/1/status', 'utf8')
    const read = name => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(status)?.[1]
    const found = { Uid: read('Uid'), CapEff: read('CapEff'), NoNewPrivs: read('NoNewPrivs'), Seccomp: read('Seccomp') }
    console.log(JSON.stringify(found))
    process.exit(found.Uid === '65532' && /^0+$/.test(found.CapEff) && found.NoNewPrivs === '1' ? 0 : 1)
  " >/dev/null || fail "$2: it runs as 65532 without a capability"
  ok "$2: it runs as 65532 without a capability"
  for name in client server; do
    podman stop --time 20 "check-$name" >/dev/null
    code=$(podman inspect --format '{{.State.ExitCode}}' "check-$name")
    if [ "$code" != 0 ]; then fail "$2: SIGTERM ends the $name with 0, not $code"; fi
    ok "$2: SIGTERM ends the $name with 0"
  done
  if podman logs check-server 2>&1 | grep -E '"level":"(error|fatal)"|Error:'; then fail "$2: the server logs no error"; fi
  remove
}

# Two network namespaces as two pods have them, and in them what k8s/base/kustomization.yaml makes ConfigMaps of, as it is.
two_pods() {
  ip netns add check-server
  ip netns add check-client
  ip link add eth0 netns check-server type veth peer name eth0 netns check-client
  for name in check-server check-client; do
    ip -n "$name" link set lo up
    ip -n "$name" link set eth0 up
  done
  ip -n check-server address add 10.77.0.1/24 dev eth0
  ip -n check-client address add 10.77.0.2/24 dev eth0
  cat >"$lab/cluster.local.zone" <<'END'
$ORIGIN cluster.local.
$TTL 5
@ IN SOA ns hostmaster 1 7200 1800 86400 5
@ IN NS ns
ns IN A 10.77.0.1
kubernetes.default.svc IN A 10.96.0.1
END
  cat >"$lab/nsd.conf" <<END
server:
  ip-address: 10.77.0.1
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "$lab"
  database: ""
  pidfile: "$lab/nsd.pid"
  xfrdfile: ""
  zonelistfile: "$lab/zone.list"
  xfrdir: "$lab"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: cluster.local
  zonefile: cluster.local.zone
END
  ip netns exec check-server nsd -c "$lab/nsd.conf"
}

well() { # every connection of every cohort is open, every question was answered, nothing was judged
  fetched client 8080/api/status >"$lab/status" &&
    node -e "
      const { ready, cohorts, probes, verdicts } = JSON.parse(require('node:fs').readFileSync('$lab/status', 'utf8'))
      const wrong = [
        !ready && 'not ready',
        ...verdicts.map(({ verdict }) => verdict),
        ...cohorts.filter(({ open, faults }) => !(open > 0) || faults > 0).map(({ cohort }) => cohort),
        ...probes.filter(({ asked, fates }) => asked < 3 || fates.ok < asked - 1).map(({ probe, mode }) => probe + ' ' + mode),
      ].filter(Boolean)
      if (cohorts.length !== 5 || probes.length !== 8) wrong.push(cohorts.length + ' cohorts, ' + probes.length + ' probes')
      if (wrong.length > 0) { console.error(wrong.join(', ')); process.exit(1) }"
}

in_two_pods() {
  remove
  two_pods
  podman run --detach --name check-server --network ns:/run/netns/check-server $hardened \
    -e LONGHOLD_POD=server -e LONGHOLD_IP=10.77.0.1 -v "$PWD/k8s/base/server.longhold.yaml:/etc/longhold/longhold.yaml:ro" \
    "$image" server --config /etc/longhold/longhold.yaml >/dev/null
  eventually 'in two network namespaces: the server is ready' fetched server 8080/readyz
  podman run --detach --name check-client --network ns:/run/netns/check-client $hardened \
    --dns 10.77.0.1 --add-host longhold-server:10.77.0.1 --add-host longhold-server-pods:10.77.0.1 \
    -e LONGHOLD_POD=client -e LONGHOLD_IP=10.77.0.2 -v "$PWD/k8s/base/client.longhold.yaml:/etc/longhold/longhold.yaml:ro" \
    "$image" client --config /etc/longhold/longhold.yaml >/dev/null
  # The first connects of the base are spread over a minute.
  patience=240 eventually 'in two network namespaces: all that the base configures is held, asked and answered' well
  for name in client server; do
    podman stop --time 20 "check-$name" >/dev/null
    code=$(podman inspect --format '{{.State.ExitCode}}' "check-$name")
    if [ "$code" != 0 ]; then fail "in two network namespaces: SIGTERM ends the $name with 0, not $code"; fi
    ok "in two network namespaces: SIGTERM ends the $name with 0"
    if podman logs "check-$name" 2>&1 | grep -E '"level":"(error|fatal|warn)"|Error:'; then fail "in two network namespaces: the $name logs nothing bad"; fi
  done
  remove
  apart
}

contents() {
  podman run --rm $hardened --network none --entrypoint node "$image" -e "
    const files = require('node:fs').readdirSync('/app', { recursive: true })
    const bad = files.filter(file => /^src\/.*\.test\.ts$|^node_modules\/(node-linux|vitest|typescript|oxlint|@biomejs|fast-check|@types)|^(test|\.git|docs)(\/|$)/.test(file))
    if (bad.length > 0) { console.error(bad.slice(0, 10).join(' ')); process.exit(1) }
    if (!files.some(file => file.endsWith('.node'))) { console.error('koffi has no native part'); process.exit(1) }
  " || fail 'the image holds production files only'
  ok 'the image holds production files only'
  podman inspect --format '{{.User}} {{.Config.Entrypoint}} {{index .Labels "org.opencontainers.image.licenses"}}' "$image" |
    grep -qx '65532:65532 \[node /app/bin/longhold.js\] Apache-2.0' || fail 'user, entry point and labels are set'
  ok 'user, entry point and labels are set'
  echo "    $(podman image inspect --format '{{.Size}}' "$image") bytes with the lab's base, $(podman image inspect --format '{{.Size}}' localhost/base:slim) of them the base"
}

told() { # what has to hold, in JavaScript: `said` is what each source of the agent says
  fetched agent '7002/evidence?flow=udp,127.0.0.1:41001,10.96.0.10:53' >"$lab/told" &&
    node -e "
      const said = JSON.parse(require('node:fs').readFileSync('$lab/told', 'utf8')).readings
      const has = name => 'value' in said[name]
      if (!($1)) { console.error(JSON.stringify(said)); process.exit(1) }"
}

watches() { # with which rights, in words; what then has to hold; options of podman...
  with=$1
  holds=$2
  shift 2
  remove
  podman run --detach --name check-agent --network none $hardened "$@" "$agent" >/dev/null
  eventually "agent $with: it lives" fetched agent 7002/healthz
  told "$holds" || fail "agent $with: it sees what it may"
  ok "agent $with: it sees what it may"
  podman stop --time 20 check-agent >/dev/null
  code=$(podman inspect --format '{{.State.ExitCode}}' check-agent)
  if [ "$code" != 0 ]; then fail "agent $with: SIGTERM ends it with 0, not $code"; fi
  ok "agent $with: SIGTERM ends it with 0"
}

base
ok 'two bases: Debian slim, and one without a shell'
build "$image" --build-arg RUNTIME_IMAGE=localhost/base:slim
build "$bare" --build-arg RUNTIME_IMAGE=localhost/base:bare
ok 'the image builds on both'
contents
runs "$image" slim
runs "$bare" 'without a shell'
in_two_pods
build "$agent" --target agent
# What k8s/agent/agent.yaml gives it, what it may be given besides, and nothing at all.
all="has('sysctl') && has('netstat') && has('conntrack-entries') && has('conntrack-events') && has('nat-rules')"
watches 'as the DaemonSet runs it' "$all" --user 0 --cap-add net_admin
watches 'with NET_RAW' "$all && !said['nat-rules'].value.unread" --user 0 --cap-add net_admin --cap-add net_raw
watches 'without rights' "has('sysctl') && has('netstat') && !has('conntrack-entries') && !has('nat-rules')"
podman run --rm $hardened --network none --entrypoint node "$agent" -e "
  for (const tool of ['conntrack', 'nft', 'iptables-nft-save', 'iptables-legacy-save', 'ip6tables-nft-save', 'ip6tables-legacy-save', 'ipvsadm'])
    require('node:fs').accessSync('/usr/sbin/' + tool, 1)" || fail 'the image of the agent has every tool it calls'
ok 'the image of the agent has every tool it calls'
echo "    $(podman image inspect --format '{{.Size}}' "$agent") bytes with the lab's base"
