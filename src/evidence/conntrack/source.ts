import { Absent, defineSource, type Machine, type Watch, type Watching } from '../source.ts'
import { valueOf } from '../sysctl/parse.ts'
import { type ConntrackTable, conntrack } from './facts.ts'
import { losses } from './losses.ts'
import { type Counters, parseStat, parseSummary } from './parse.ts'

export const conntrackSource = defineSource({
  facts: conntrack,
  of: 'machine',
  about: 'machine',
  costly: false,
  read,
  begin: watch,
})

/** Between looks, ms: two small files. */
const everyMs = 1000

function watch({ clock, machine }: Watching): Watch {
  const lost = losses()
  const over = new AbortController()
  const eyes = machine(over.signal)
  let disarm: (() => void) | undefined
  async function look(): Promise<void> {
    await read(eyes).then(table => lost.look(clock.now(), table), none)
    if (!over.signal.aborted) disarm = clock.alarm(everyMs, () => void look())
  }
  void look()
  return {
    async read(asked) {
      const table = await read(asked)
      lost.look(clock.now(), table)
      return { ...table, losses: lost.lately(clock.now()) }
    },
    close() {
      over.abort()
      disarm?.()
    },
  }
}

async function read(machine: Machine): Promise<ConntrackTable> {
  const count = await size(machine, 'count') // without it there is no table to ask about
  const [max, buckets, counters] = await Promise.all([
    size(machine, 'max'),
    size(machine, 'buckets').catch(none),
    countersOf(machine),
  ])
  return { count, max, ...(buckets === undefined ? {} : { buckets }), counters }
}

async function size(machine: Machine, what: string): Promise<number> {
  const value = valueOf(await machine.file(`proc/sys/net/netfilter/nf_conntrack_${what}`))
  if (typeof value !== 'number' || value < 0) throw new Absent(`nf_conntrack_${what} is not a number of entries`)
  return value
}

/** Some kernels are built without the file; those tell it to whoever may administer the network. */
async function countersOf(machine: Machine): Promise<Counters> {
  return (
    (await machine.file('proc/net/stat/nf_conntrack').then(parseStat, none)) ??
    (await machine.run('conntrack', ['-S']).then(parseSummary, none)) ??
    {}
  )
}

const none = () => undefined
