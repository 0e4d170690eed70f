import { cliffOf } from '../stats/cliff.ts'
import { beyond, type Bin, type Bins } from './bins.ts'

/** The idle timeout of a path, as silences tell it. */
export interface Timeout {
  /** It is above `lowMs`, the longest silence known to be survived (0: none is), and not above `highMs`. */
  readonly lowMs: number
  readonly highMs: number
  /** `cut`: who is silent for so long is ended then and there. `found`: it is forgotten, and the next word finds out. */
  readonly ends: 'cut' | 'found'
  /** The first bin of fatal silences. */
  readonly bin: number
  /** Of so many that were silent for longer so many died: beyond a NAT's timeout one in N finds its backend again. */
  readonly died: number
  readonly beyond: number
  /** At most so likely is as clear a picture where age makes no difference. */
  readonly chance: number
}

/** Fewer deaths, or rounds of them, are an accident: a flush, a restart. */
const fewest = 3
/** Luck looks like a timeout so seldom. */
const rare = 0.001
/** Of silences beyond the timeout at least this share is fatal: with two backends it is half of them. */
const leastShare = 0.3
/** Of shorter ones at most this share: else it takes no silence to die. */
const mostShareBelow = 0.05
/** Who is cut by age is cut at that age: so large a share of those that came to it. */
const leastCut = 0.9
/** Cuts at younger ages, for each at that one. */
const mostYounger = 0.2

/** `undefined` where none can be told: nothing died, or not by its age. `keepalive`: probes break the silence before anybody speaks. */
export const timeoutOf = (bins: Bins, keepalive: boolean): Timeout | undefined =>
  ofCuts(bins, keepalive) ?? ofFound(bins)

function ofCuts(bins: Bins, keepalive: boolean): Timeout | undefined {
  const windows = [...bins.keys()].map(at => ({
    at,
    all: [bins.get(at), bins.get(at + 1)].filter(bin => bin !== undefined),
  }))
  const best = windows.toSorted((a, b) => cutsIn(b.all) - cutsIn(a.all))[0]
  const died = cutsIn(best?.all ?? [])
  if (!best || died < fewest || Math.max(...best.all.map(({ roundsDied }) => roundsDied)) < fewest) return undefined
  const outlived = [...bins].reduce((sum, [at, bin]) => sum + (at > best.at + 1 ? allOf(bin) : 0), 0)
  const younger = [...bins].reduce((sum, [at, { cut }]) => sum + (at < best.at ? cut : 0), 0)
  if (died < (died + outlived) * leastCut || younger > died * mostYounger) return undefined
  const there = best.all.filter(({ cut }) => cut > 0)
  return {
    // Where keepalive asks, and is told that nobody is there, the path has forgotten some time before.
    lowMs: keepalive ? survivedBelow(bins, best.at) : Math.min(...there.map(({ shortestCut }) => shortestCut)),
    highMs: Math.max(...there.map(({ longestCut }) => longestCut)),
    ends: 'cut',
    bin: best.at,
    died,
    beyond: died + outlived,
    chance: 0,
  }
}

const cutsIn = (all: readonly Bin[]): number => all.reduce((sum, { cut }) => sum + cut, 0)
const allOf = ({ survived, found, cut, unseen }: Bin): number => survived + found + cut + unseen

/** What is found dead at the end of a silence tells the timeout from above, what survived from below. */
function ofFound(bins: Bins): Timeout | undefined {
  const edge = cliffOf([...bins].map(([age, { found, survived }]) => ({ age, died: found, survived })))
  if (!edge || edge.chance > rare) return undefined
  const { above, below } = edge
  if (above.died < fewest || above.died < (above.died + above.survived) * leastShare) return undefined
  if (below.died > (below.died + below.survived) * mostShareBelow) return undefined
  if (beyond(bins, edge.age).roundsDied < fewest) return undefined
  const by = [...bins].filter(([at, { found }]) => at >= edge.by && found > 0).toSorted(([a], [b]) => a - b)[0]
  if (!by) return undefined
  return {
    lowMs: Math.min(survivedBelow(bins, edge.after + 1), by[1].shortestFound),
    highMs: by[1].shortestFound,
    ends: 'found',
    bin: edge.age,
    died: above.died,
    beyond: above.died + above.survived,
    chance: edge.chance,
  }
}

const survivedBelow = (bins: Bins, bin: number): number =>
  [...bins].reduce((most, [at, { longestSurvived }]) => (at < bin ? Math.max(most, longestSurvived) : most), 0)
