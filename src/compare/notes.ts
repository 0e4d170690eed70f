import { moment, span } from '../record/tables/words.ts'
import type { Comparison } from './compare.ts'
import type { Gathered } from './gather.ts'
import type { SeenSeries } from './seen.ts'
import { quantile } from '../stats/bootstrap.ts'
import { livesTogether } from './seen.ts'
import { chance, number } from './words.ts'

/** What to know before believing it, one sentence each. */
export function notesOf(comparison: Comparison): string[] {
  const { a, b } = comparison
  return [
    ...[a, b].flatMap(ofPool),
    ...(a.side === b.side ? [] : [`A was seen by ${a.side}s and B by ${b.side}s: they do not see the same faults`]),
    ...pairingNotes(comparison),
    ...burstNotes(comparison),
    ...silenceNotes(comparison),
    ...[a, b].flatMap(verdictNotes),
  ]
}

function ofPool({ pool, side, fromMs, toMs, linesFromMs, series, watched }: Gathered): string[] {
  const { suspectFaults, clockJumps } = watched
  const fateless = series.reduce((sum, each) => sum + each.fateless, 0)
  const { name, from, to } = pool
  return [
    ...(from && 'atMs' in from && from.atMs < fromMs ? [`${name}: nothing before ${moment(fromMs)} is on record`] : []),
    ...(to && 'atMs' in to && to.atMs > toMs ? [`${name}: the journal ends at ${moment(toMs)}`] : []),
    ...(linesFromMs > fromMs
      ? [
          `${name}: lines from before ${moment(linesFromMs)} are gone: rates and latencies cover all, silences and bursts only what came since`,
        ]
      : []),
    ...(suspectFaults[side] > 0
      ? [`${name}: ${suspectFaults[side]} of its faults are suspect: longhold itself was held up, or the clock jumped`]
      : []),
    ...(clockJumps > 0 && (from || to)
      ? [`${name}: the clock jumped ${clockJumps} times: the ends of the range are as uncertain`]
      : []),
    ...(fateless > 0
      ? [`${name}: ${fateless} connections were open when their process was gone: nobody saw their fate`]
      : []),
  ]
}

function pairingNotes({ pairing }: Comparison): string[] {
  const { onlyA, onlyB, asWholes } = pairing
  return [
    ...(onlyA.length > 0 ? [`only A has ${names(onlyA)}: not compared`] : []),
    ...(onlyB.length > 0 ? [`only B has ${names(onlyB)}: not compared`] : []),
    ...(asWholes ? ['no cohort of A has its like in B (kind, path and name): the pools are compared as wholes'] : []),
  ]
}

const names = (series: readonly SeenSeries[]): string =>
  [...new Set(series.map(({ cohort, path }) => `${cohort} (${path})`))].join(', ')

/** Most faults of a pool in one burst, and so many: it may be one event that a test of single faults overrates. */
const burstShare = 0.5
const burstFaults = 5

function burstNotes({ a, b, decision, asBursts }: Comparison): string[] {
  if (decision.result !== 'worse' && decision.result !== 'better') return []
  return [a, b].flatMap(({ pool, side, series, watched }) => {
    const { largest } = watched.bursts[side]
    const faults = series.reduce((sum, each) => sum + each.resets + each.otherFaults, 0)
    if (!largest || largest.faults < burstFaults || largest.faults < burstShare * faults) return []
    const { fromMs, toMs } = largest
    return [
      `${pool.name}: ${largest.faults} of its ${faults} faults came within ${span(toMs - fromMs)} at ${moment(fromMs)}: if one event (a flush, a restart) was behind them, it counts once, and with every burst as one fault ${chance(asBursts.p)}`,
    ]
  })
}

/** Silences longer or shorter than the other's by more than this are not alike. */
const alike = 1.2

function silenceNotes({ a, b }: Comparison): string[] {
  const [left, right] = [median(a), median(b)]
  if (!left || !right || Math.max(left / right, right / left) <= alike) return []
  return [
    `half of A's silences last ${span(left)} or less, half of B's ${span(right)}: the rates are of unlike silences, the survival curves compare like with like`,
  ]
}

/** Of the silences, ms. */
const median = (of: Gathered): number | undefined =>
  quantile(
    livesTogether(of.series).map(({ age, died, survived }) => ({ value: age, count: died + survived })),
    0.5,
  )

function verdictNotes({ pool, series, watched }: Gathered): string[] {
  const names = new Set(series.map(({ kind, cohort }) => `${kind}/${cohort}`))
  const ours = watched.verdicts.filter(verdict => verdict.series.some(each => names.has(each)))
  if (ours.length === 0) return []
  const told = ours.slice(-5).map(({ name, count, of }) => `${name} (${number(count)} of ${number(of)})`)
  const more = ours.length > told.length ? ` and ${ours.length - told.length} more` : ''
  return [`${pool.name}: longhold named ${told.join(', ')}${more}; see longhold report`]
}
