import type { Clock } from '../clock.ts'
import { begun } from '../evidence/begun.ts'
import { followWith } from '../evidence/follow.ts'
import { readSources } from '../evidence/read.ts'
import type { Machine, Source } from '../evidence/source.ts'
import type { Log } from '../log.ts'
import type { Readings } from '../outcome/evidence.ts'
import type { Question } from './question.ts'
import { recall } from './recall.ts'

/** Reads what a node says of itself. */
export interface Reader {
  /** Never rejects: what cannot be read is absent, with the reason. `only` these sources, by name. */
  read(question: Question, only?: ReadonlySet<string>): Promise<Readings>
  /** Ends what listens, and what is being read. */
  close(): void
}

export interface ReaderJob {
  readonly sources: readonly Source[]
  readonly machine: (signal: AbortSignal) => Machine
  /** For each source, ms. */
  readonly deadlineMs: number
  readonly clock: Clock
  readonly log: Log
  /** Hears of each reading how long it took, s, and whether there was anything to read. */
  readonly onRead: (source: string, seconds: number, absent: boolean) => void
}

export function reader({ sources, machine, deadlineMs, clock, log, onRead }: ReaderJob): Reader {
  const all = begun(sources, { clock, log, machine, follow: followWith(clock) })
  const remembered = recall(machine, clock, deadlineMs)

  async function read(source: Source, { flows }: Question, isCounted: boolean): Promise<Readings> {
    const began = clock.steady()
    let oldest = Infinity
    // Rules and tables are alike for all who ask. What is about flows alone is its asker's own, and has to be new.
    const recalled = source.costly && source.about === 'machine'
    const through = recalled ? remembered.machine(at => (oldest = Math.min(oldest, at))) : undefined
    const asked: Source = { ...source, read: (direct, ask) => source.read(through ?? direct, ask) }
    const readings = await readSources([asked], { flows, accounts: [] }, { clock, machineUntil: machine }, deadlineMs)
    // A scrape asks every few seconds for what many nodes do not have: only questions count.
    if (isCounted)
      for (const each of Object.values(readings)) onRead(source.name, (clock.steady() - began) / 1000, 'absent' in each)
    return Object.fromEntries(
      Object.entries(readings).map(([name, each]) => [name, { ...each, at: Math.min(each.at, oldest) }]),
    )
  }

  return {
    async read(question, only) {
      const wanted = all.sources.filter(({ name, costly }) => (question.costly || !costly) && (only?.has(name) ?? true))
      const readings = await Promise.all(wanted.map(source => read(source, question, only === undefined)))
      return Object.assign({}, ...readings) as Readings
    },
    close() {
      all.close()
      remembered.close()
    },
  }
}
