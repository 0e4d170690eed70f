import type { Family, Verdict } from '../outcome/verdict.ts'

/** A verdict as the recorder keeps it. */
export interface KeptVerdict extends Verdict {
  /** Closed because the process that watched it was gone: whether the symptom was gone, too, nobody saw. */
  readonly abandoned?: true
}

/** How many verdicts of one name have opened. */
export interface VerdictCount {
  readonly name: string
  readonly family: Family
  readonly opened: number
  /** Of those, ones that were no fault. */
  readonly planned: number
}

/** What a recorder keeps of verdicts: those that are open, the newest of those that are closed, and how many there were. */
export interface Verdicts {
  /** A verdict opened, changed or closed. */
  fold(verdict: Verdict): void
  /** Whoever watched the open ones is gone; `at` is the last sign of life. */
  abandon(at: number): void
  /** Open ones first, faults before plans, and the newest of each first. */
  readonly all: readonly KeptVerdict[]
  readonly counts: readonly VerdictCount[]
  restore(saved: { readonly all: readonly KeptVerdict[]; readonly counts: readonly VerdictCount[] }): void
}

/** Verdicts kept, open and closed. */
export const mostVerdicts = 100
/** Names counted apart: far more than there are rules, and few enough for a journal that names nonsense. */
export const mostNames = 200

export function verdicts(): Verdicts {
  let open: KeptVerdict[] = [] // newest first, both
  let closed: KeptVerdict[] = []
  let counts: VerdictCount[] = []

  function fold(verdict: Verdict): void {
    const place = open.findIndex(({ id }) => id === verdict.id)
    if (place < 0) tally(verdict)
    if (verdict.state === 'closed') {
      open = open.filter(({ id }) => id !== verdict.id)
      closed = [verdict, ...closed].slice(0, mostVerdicts)
    } else if (place < 0) open = [verdict, ...open].slice(0, mostVerdicts)
    else open = open.with(place, verdict)
  }

  function tally({ name, family, planned }: Verdict): void {
    const place = counts.findIndex(each => each.name === name && each.family === family)
    const known = counts[place] ?? { name, family, opened: 0, planned: 0 }
    const more = { ...known, opened: known.opened + 1, planned: known.planned + Number(planned) }
    if (place >= 0) counts = counts.with(place, more)
    else if (counts.length < mostNames) counts = [...counts, more]
  }

  return {
    fold,
    abandon(at) {
      const ended = open.map(each => ({ ...each, state: 'closed', closedAt: at, abandoned: true }) as const)
      closed = [...ended, ...closed].slice(0, mostVerdicts)
      open = []
    },
    get all() {
      const first = [...open.filter(({ planned }) => !planned), ...open.filter(({ planned }) => planned)]
      return [...first, ...closed].slice(0, mostVerdicts)
    },
    get counts() {
      return counts
    },
    restore(saved) {
      open = saved.all.filter(({ state }) => state === 'open')
      closed = saved.all.filter(({ state }) => state === 'closed')
      counts = [...saved.counts]
    },
  }
}
