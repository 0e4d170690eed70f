#!/usr/bin/env node
// Plain JavaScript for any Node: it finds a Node that honours keepalive interval and count (24.19+, 26.4+; nodejs/node#63825)
// and runs longhold in it. Everything else is TypeScript, which only such a Node reads as it is.
import { spawn } from 'node:child_process'
import * as modules from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** True where `setKeepAlive(enable, idle, interval, count)` reaches the kernel. */
function keepsPromises(version) {
  const [major, minor] = version.split('.').map(Number)
  return (major === 24 && minor >= 19) || (major === 26 && minor >= 4) || major > 26
}

/** The Node that came with the install, where there is one for this system. */
function bundledNode() {
  try {
    return modules.createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`)
  } catch {
    return undefined
  }
}

/** Runs `node main.ts ARGS` in its place: same terminal, same signals, same exit code. */
function runIn(node, main) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
}

// Stripped and compiled once, kept in the system's folder for temporary files where that can be written: half the start.
modules.enableCompileCache?.()

if (keepsPromises(process.versions.node)) await import('../src/cli/main.ts')
else {
  const node = bundledNode()
  if (node) runIn(node, fileURLToPath(new URL('../src/cli/main.ts', import.meta.url)))
  else {
    process.stderr.write(
      `longhold: this is Node ${process.versions.node}, and longhold needs Node 24.19 or newer (not 25; 26 from 26.4), because older ones ignore keepalive interval and count: install Node 24 LTS, or run "npm ci" where npm brings it along (Linux on x64 or arm64 with glibc).\n`,
    )
    process.exit(1)
  }
}
