#!/bin/sh
# Installs the Debian packages the tests need and that are missing; says nothing when there are none.
# `sh test/packages.sh` for `npm test`, `sh test/packages.sh image` for `npm run test:image`, `... bench` for `npm run bench`.
# No daemon is started, now or at boot: the tests run them themselves.
set -eu

packages='iproute2 iptables nftables conntrack tcpdump nsd dnsperf prometheus gcc libc6-dev strace procps kmod e2fsprogs cpio qemu-system-x86'
# What settings are printed for by "longhold advise", and what "longhold search" is pointed at.
packages="$packages nginx-light haproxy redis-server postgresql python3-redis"
# Who looks at the page, and what kubectl comes in (test/kubectl).
packages="$packages chromium unzip"
if [ "${1:-}" = bench ]; then packages="$packages golang-go prometheus-blackbox-exporter"; fi
if [ "${1:-}" = image ]; then packages='buildah podman runc mmdebstrap ca-certificates iproute2 nsd'; fi

say() { printf 'test/packages.sh: %s\n' "$1" >&2; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say "this system has no apt-get: install what Debian calls $packages, then run the tests with \"npm run check\"."
  exit 1
fi

missing=''
for package in $packages; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  if [ "$status" != installed ]; then missing="$missing $package"; fi
done
if [ -z "$missing" ]; then exit 0; fi

if [ "$(id -u)" != 0 ]; then
  say "only root can install packages: run \"sudo apt-get install --no-install-recommends$missing\" first."
  exit 1
fi

# Debian starts what it installs, unless this file says no (invoke-rc.d(8)). One that is already there is left alone.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
ours=''
finish() {
  rm -f "$log"
  if [ -n "$ours" ]; then rm -f "$policy"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
  ours=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

say "installing$missing"
export DEBIAN_FRONTEND=noninteractive
install() {
  # shellcheck disable=SC2086 # a list of words
  apt-get update -qq >"$log" 2>&1 &&
    apt-get install -qq --yes --no-install-recommends -o DPkg::Lock::Timeout=120 $missing >>"$log" 2>&1
}
for attempt in 1 2 3; do
  if install; then
    if command -v systemctl >/dev/null; then
      for service in nsd prometheus prometheus-blackbox-exporter nginx haproxy redis-server postgresql; do
        case " $missing " in *" $service "*) systemctl disable --quiet "$service" >/dev/null 2>&1 || true ;; esac
      done
    fi
    exit 0
  fi
  if [ "$attempt" != 3 ]; then sleep 3; fi
done
cat "$log" >&2
say "apt-get could not install$missing (its words are above): check the network and /etc/apt/sources.list."
exit 1
