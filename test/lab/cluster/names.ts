import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runOn } from './processes.ts'
import { addressOf, type Place } from './places.ts'

/** Host names that lead to places, as a headless Service does; for everybody in the sandbox, beside DNS. */
export interface Names {
  /** From now on `name` leads there. */
  lead(name: string, places: readonly Place[]): void
}

/** Puts a file over /etc/hosts, in mounts that must be ours alone (sandbox.ts). */
export async function names(folder: string): Promise<Names> {
  const hosts = join(folder, 'hosts')
  const known = new Map<string, readonly Place[]>()
  const write = () => {
    const lines = [...known].flatMap(([name, places]) => places.map(place => `${addressOf(place)} ${name}\n`))
    writeFileSync(hosts, `127.0.0.1 localhost\n${lines.join('')}`) // in place: the same file stays mounted
  }
  write()
  await runOn('nodea', ['mount', '--bind', hosts, '/etc/hosts']) // mounts are the sandbox's, whatever the network
  return {
    lead(name, places) {
      known.set(name, places)
      write()
    },
  }
}
