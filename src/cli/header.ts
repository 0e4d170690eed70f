import type { Clock } from '../clock.ts'
import type { Engine } from '../engine/engine.ts'
import { span } from '../record/tables/words.ts'
import { formatBytes } from '../settings/bytes.ts'

/** What else a header tells of. */
export interface Shown {
  readonly web: readonly string[]
  /** How far a single round is, in words. */
  readonly progress: (() => string) | undefined
}

/** Who runs here, for how long, and where more is to be seen. */
export function header(engine: Engine, { web, progress }: Shown, clock: Clock): string[] {
  const { listens } = engine
  const journal = engine.journal?.()
  const { ready, parts } = engine.ready()
  const { wanted, each } = engine.processes()
  const waiting = parts.filter(part => !part.ready).map(({ name }) => name)
  return [
    titleOf(engine, `up ${span(clock.steady())}`),
    [
      ...web.map(each => `web http://${each}/`),
      listens.length > 0 && `answers on ${[...new Set(listens)].join(' ')}`,
      wanted > 1 && (each.length < wanted ? `${each.length} of ${wanted} processes` : `${wanted} processes`),
      journal &&
        (journal.stopped === undefined
          ? `journal ${journal.dir} ${rounded(journal.bytes)}`
          : `journal STOPPED: ${journal.stopped}`),
      !ready && `waiting for ${waiting.join(', ')}`,
    ]
      .filter(Boolean)
      .join('  '),
    ...(progress ? [`one round: ${progress()}`] : []),
  ]
}

/** The same at the end of the run, over the tables that stay. */
export const farewell = (engine: Engine, clock: Clock): string[] => [
  titleOf(engine, `stopped after ${span(clock.steady())}`),
]

const titleOf = ({ command, version, identity }: Engine, state: string): string =>
  `longhold ${command} ${version}  ${state}  pod ${identity.pod} on node ${identity.node}`

const rounded = (bytes: number): string =>
  formatBytes(bytes < 1 << 20 ? Math.ceil(bytes / 1024) * 1024 : Math.ceil(bytes / (1 << 20)) * (1 << 20))
