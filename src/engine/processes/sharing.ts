import { Problem } from '../../outcome/problem.ts'
import type { Half, Next } from '../../probes/kind.ts'
import type { ProbeConfig } from '../../config/schema.ts'
import type { Part } from '../parts.ts'
import type { Answer } from './link.ts'
import type { Task, VitalPart } from './message.ts'

/** The workers, as far as a part of the configuration has to do with them. */
export interface Workers {
  /** How many processes there are, this one included. */
  readonly count: number
  /** Asks every worker that can be asked. */
  askAll(task: Task, withinMs: number): Promise<readonly Answer[]>
  /** What each said last of a part; `undefined` of one that said nothing yet. */
  vitals(part: number): readonly (VitalPart | undefined)[]
  /** Steady time, ms. */
  steady(): number
}

/** Parts that workers have a share of: whoever is begun anew begins all of these. */
export type SharedParts = Map<number, ProbeConfig>

/** What the kernel may take to refuse an option, ms. */
const beginMs = 10_000
/** What an answer may take beyond the drain time, ms. */
const graceMs = 2000

/** A part of which every process holds its share: it is one to whoever begins, asks and ends it. */
export function sharing(part: Part, number: number, parts: SharedParts, workers: Workers): Part {
  const { shared } = part
  if (!shared) return part
  return {
    ...part,
    async begin(world) {
      const own = await part.begin(world, { nth: 0, of: workers.count })
      parts.set(number, shared)
      const answers = await workers.askAll({ do: 'begin', part: number, probe: shared }, beginMs)
      const half = together(own, number, parts, workers)
      const mistake = answers.find(answer => typeof answer === 'object' && 'mistake' in answer)
      if (!mistake) return half
      await half.stop(0)
      throw new Problem(mistake.mistake)
    },
  }
}

function together(own: Half, part: number, parts: SharedParts, workers: Workers): Half {
  const theirs = () => workers.vitals(part)
  return {
    listens: own.listens,
    ready: () => own.ready() && theirs().every(vital => vital?.ready === true),
    connections: () => own.connections(),
    next() {
      const now = workers.steady()
      const all = theirs().flatMap((vital): Next[] => {
        if (!vital?.next) return []
        const { of, due, afterMs } = vital.next
        return [{ of, inMs: Math.max(0, due - now), afterMs }]
      })
      const [first] = [own.next?.() ?? [], all].flat().toSorted((a, b) => a.inMs - b.inMs)
      return first
    },
    async stop(drainMs) {
      parts.delete(part)
      await Promise.all([own.stop(drainMs), workers.askAll({ do: 'end', part, drainMs }, drainMs + graceMs)])
    },
  }
}
