import { reasonOf } from '../evidence/reason.ts'
import type { Series } from '../outcome/observation.ts'
import { Problem } from '../outcome/problem.ts'
import type { Half, World } from '../probes/kind.ts'
import type { Part } from './parts.ts'

/** One part of the configuration at work. */
export interface Running {
  readonly part: Part
  readonly half: Half
}

/** What another configuration changed, by the names of parts. */
export interface Replaced {
  readonly begun: readonly string[]
  readonly kept: readonly string[]
  readonly ended: readonly string[]
}

/** Every part that is at work. */
export interface Halves {
  readonly all: readonly Running[]
  /** Rejects at the first that the machine cannot do. */
  begin(parts: readonly Part[]): Promise<void>
  /**
   * Goes on with these: what is the same keeps its connections, the rest says goodbye within `drainMs`. Rejects with a Problem
   * that names every part the machine cannot do; the others are at work then.
   */
  replace(parts: readonly Part[], drainMs: number): Promise<Replaced>
  stop(drainMs: number): Promise<void>
}

export function halves(world: World): Halves {
  let all: readonly Running[] = []

  async function begin(parts: readonly Part[]): Promise<void> {
    for (const { series } of parts) for (const each of series) world.tell({ type: 'declared', series: each })
    for (const part of parts) all = [...all, { part, half: await part.begin(world) }]
  }

  /** The client half first: a server that said goodbye to our own client would make it look for another. */
  async function stop(some: readonly Running[], drainMs: number): Promise<void> {
    for (const side of ['client', 'server'] as const)
      await Promise.all(some.filter(({ part }) => part.side === side).map(({ half }) => half.stop(drainMs)))
  }

  return {
    get all() {
      return all
    },
    begin,
    async replace(parts, drainMs) {
      const kept = all.filter(({ part }) => parts.some(each => isSame(each, part)))
      const gone = all.filter(each => !kept.includes(each))
      const added = parts.filter(part => !kept.some(each => isSame(each.part, part)))
      await stop(gone, drainMs)
      all = kept
      const named = new Set(parts.flatMap(({ series }) => series.map(keyOf)))
      for (const { part } of gone)
        for (const each of part.series) if (!named.has(keyOf(each))) world.tell({ type: 'retired', series: each })
      const mistakes: string[] = []
      for (const part of added)
        await begin([part]).catch((error: unknown) => mistakes.push(`${part.name}: ${reasonOf(error)}`))
      if (mistakes.length > 0) throw new Problem(mistakes.join('\n'))
      return { begun: names(added), kept: names(kept.map(namely)), ended: names(gone.map(namely)) }
    },
    stop: drainMs => stop(all, drainMs),
  }
}

const isSame = (a: Part, b: Part): boolean => a.name === b.name && a.settings === b.settings
const keyOf = (series: Series): string => JSON.stringify(series)
const namely = ({ part }: Running): Part => part
const names = (parts: readonly Part[]): readonly string[] => parts.map(({ name }) => name)
