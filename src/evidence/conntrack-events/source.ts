import { Absent, defineSource, type Machine, type Watch, type Watching } from '../source.ts'
import { refusal } from '../conntrack-entries/refusal.ts'
import { type ConntrackEvents, conntrackEvents } from './facts.ts'
import { memory } from './memory.ts'

/** Updates are left in the kernel: a TCP connection has five of them, and the entry says where they led to. */
const command = ['-E', '-e', 'NEW,DESTROY', '-o', 'timestamp,extended', '--buffer-size', String(8 * 1024 * 1024)]
/** Waits before conntrack is started anew, ms: the first, and the longest. */
const [firstWaitMs, longestWaitMs] = [1000, 300_000]
/** A conntrack that may not listen says so within moments; one that has run this long, ms, or told anything, does listen. */
const settledMs = 5000
/** Losses, and what programs did, are told for an hour: who asks later asks about something else. */
const rememberMs = 3_600_000

export const conntrackEventsSource = defineSource({
  of: 'machine',
  facts: conntrackEvents,
  about: 'flows',
  costly: false,
  read: () => Promise.reject(new Absent('conntrack events are heard by who listens all along, and nobody did')),
  begin: watch,
})

function watch({ clock, log, follow }: Watching): Watch {
  const remembered = memory()
  let silent: string | undefined
  let lostAt: number | undefined
  let waitMs = firstWaitMs
  let stop: (() => void) | undefined

  const hear = (line: string) => {
    silent = undefined
    remembered.hear(line)
  }

  /** Why the last one ended holds until the next has shown that it listens. */
  function start(): void {
    const startedAt = clock.steady()
    const settled = clock.alarm(settledMs, () => (silent = undefined))
    const ended = (why: string) => {
      settled()
      silent = refusal(why)
      lostAt = clock.now()
      if (clock.steady() - startedAt > longestWaitMs) waitMs = firstWaitMs
      log.debug({ why: silent, againInMs: waitMs }, 'conntrack events are not heard')
      stop = clock.alarm(waitMs, start)
      waitMs = Math.min(2 * waitMs, longestWaitMs)
    }
    const complain = (line: string) => {
      if (line.includes('ENOBUFS')) lostAt = clock.now()
    }
    const end = follow('conntrack', command, hear, ended, complain)
    stop = () => {
      settled()
      end()
    }
  }

  /** Why silence would be a guess. */
  async function missed(machine: Machine): Promise<string | undefined> {
    if (silent !== undefined) return silent
    if (lostAt !== undefined && clock.now() - lostAt < rememberMs)
      return `conntrack events were lost at ${new Date(lostAt).toISOString()}`
    const switched = await machine.file('proc/sys/net/netfilter/nf_conntrack_events').catch(() => '')
    const isOff = switched.trim() === '0'
    return isOff ? 'the kernel tells no conntrack events: net.netfilter.nf_conntrack_events is 0' : undefined
  }

  start()
  return {
    async read(machine, { flows }): Promise<ConntrackEvents> {
      const events = remembered.about(flows)
      const deletions = remembered.deletions().filter(({ at }) => clock.now() - at < rememberMs)
      const why = await missed(machine)
      if (why !== undefined && events.length + deletions.length === 0) throw new Absent(why)
      return { events, deletions, ...(why !== undefined && { missed: why }) }
    },
    close: () => stop?.(),
  }
}
