import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { snapshotJson } from '../../src/record/json.ts'
import type { Network, Running } from '../lab/kube-proxy/network.ts'

const launcher = new URL('../../bin/longhold.js', import.meta.url).pathname

/** What `/api/status` says of a process. */
export type Status = ReturnType<typeof snapshotJson>

/** Longhold processes on the hosts of a network, each with a web port of its own. */
export interface Halves extends Disposable {
  start(host: string, command: 'client' | 'server', settings?: object): Running
  /** Gives `name` these addresses on every host started from here on, and anew on those that run. */
  name(name: string, addresses: readonly string[]): void
  status(host: string): Promise<Status>
  /** Looks every 200 ms. Rejects with what all of them printed when `good` stays false for `ms`. */
  until(host: string, good: (status: Status) => boolean, ms?: number): Promise<Status>
}

export function halves(net: Network): Halves {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-kernel-'))
  const hosts = join(folder, 'hosts')
  const started: Running[] = []
  const names = new Map<string, readonly string[]>()
  writeFileSync(hosts, '')

  const status = async (host: string) => (await net.get(host, 'http://127.0.0.1:8080/api/status')) as Status
  return {
    start(host, command, settings = {}) {
      const file = join(folder, `${host}.yaml`)
      const usual = { identity: { node: `node-of-${host}` }, web: { listen: '127.0.0.1:8080' } }
      writeFileSync(file, JSON.stringify({ ...usual, ...settings }))
      // `ip netns exec` gives each command mounts of its own, so the machine's own file stays as it is.
      const mounted = ['-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hosts]
      const child = net.start(host, 'sh', ...mounted, process.execPath, launcher, command, '--pod', host, '-c', file)
      started.push(child)
      return child
    },
    name(name, addresses) {
      names.set(name, addresses)
      const lines = [...names].flatMap(([each, found]) => found.map(address => `${address} ${each}\n`))
      writeFileSync(hosts, `127.0.0.1 localhost\n${lines.join('')}`) // in place: the same file stays mounted
    },
    status,
    async until(host, good, ms = 20_000) {
      const end = performance.now() + ms
      for (;;) {
        const seen = await status(host).catch(() => undefined)
        if (seen && good(seen)) return seen
        if (performance.now() > end)
          throw new Error(`${host}: ${JSON.stringify(seen)}\n${started.map(each => each.printed()).join('\n')}`)
        await sleep(200)
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** One cohort as one side saw it. */
export const cohortOf = ({ cohorts }: Status, name: string, side = 'client') =>
  cohorts.find(each => each.cohort === name && each.side === side)

/** How often it ended so. */
export const endsOf = (
  status: Status,
  name: string,
  which: Partial<Status['cohorts'][number]['ends'][number]>,
  side = 'client',
): number =>
  (cohortOf(status, name, side)?.ends ?? [])
    .filter(end => Object.entries(which).every(([field, value]) => Reflect.get(end, field) === value))
    .reduce((sum, { count }) => sum + count, 0)
