import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Benchmark } from './benchmark.ts'

/** What is missing for a benchmark, in a sentence with the fix; `undefined` when it can run. */
export function missingFor({ name, needs }: Benchmark): string | undefined {
  const missing = Object.entries(needs).filter(([command]) => !isThere(command))
  if (missing.length === 0) return undefined
  const commands = missing.map(([command]) => command).join(', ')
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(', ')
  return `${name} needs ${commands} (Debian: ${packages}): run "sh test/packages.sh bench"`
}

function isThere(command: string): boolean {
  // nsd and tcpdump live where only root's PATH looks.
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return places.some(place => {
    try {
      accessSync(join(place, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
