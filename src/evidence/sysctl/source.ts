import { Absent, defineSource, type Machine } from '../source.ts'
import { sysctl } from './facts.ts'
import { nameOf, valueOf } from './parse.ts'
import { forwarding, tcpTimeouts, wanted } from './wanted.ts'

export const sysctlSource = defineSource({
  facts: sysctl,
  of: 'machine',
  about: 'machine',
  costly: false,
  async read(machine) {
    const [netfilter, interfaces] = await Promise.all(
      ['proc/sys/net/netfilter', 'proc/sys/net/ipv4/conf'].map(path => machine.list(path).catch(() => [])),
    )
    const values = await readAll(machine, [...wanted, ...tcpTimeouts(netfilter ?? []), ...forwarding(interfaces ?? [])])
    if (values.size === 0) throw new Absent('nothing to read below proc/sys/net')
    return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)))
  },
})

/** Files open at once: each counts against the limit that the held connections need. */
const lanes = 8

async function readAll(machine: Machine, paths: readonly string[]): Promise<ReadonlyMap<string, number | string>> {
  const values = new Map<string, number | string>()
  const rest = paths.values()
  const lane = async () => {
    for (const path of rest) {
      const value = await machine.file(`proc/sys/${path}`).then(valueOf, () => undefined)
      if (value !== undefined) values.set(nameOf(path), value)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return values
}
