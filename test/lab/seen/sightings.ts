import type { Seen } from './incident.ts'

/** A sentence about observations of the same sort. */
export interface Sighting {
  readonly who: string
  readonly text: string
  readonly bad: boolean
}

/** Sums observations up for somebody who watches: who saw what, how often. */
export function sightings(seen: readonly Seen[]): Sighting[] {
  const counts = new Map<string, { readonly sighting: Omit<Sighting, 'text'>; readonly words: string; count: number }>()
  for (const each of seen) {
    const words = wordsOf(each)
    if (words === undefined) continue
    const key = `${each.pod} ${words}`
    const known = counts.get(key) ?? { sighting: { who: each.pod, bad: isBad(each) }, words, count: 0 }
    known.count++
    counts.set(key, known)
  }
  return [...counts.values()].map(({ sighting, words, count }) => ({ ...sighting, text: `${count} × ${words}` }))
}

/** What has no word here is no news. */
function wordsOf(seen: Seen): string | undefined {
  if (seen.type === 'opened') return `${seen.cohort}: connected`
  if (seen.type === 'exchanged') return `${seen.cohort}: silence survived`
  if (seen.type === 'ended')
    return `${seen.cohort}: ${seen.fate} ${phases[seen.phase]} (${seen.code})${seen.planned ? ', planned' : ''}${seen.zombie ? ', a zombie' : ''}`
  if (seen.type === 'asked')
    return `${seen.probe} ${seen.mode}: ${seen.fate}${seen.rcode === undefined ? '' : ` ${seen.rcode}`}${seen.fate === 'ok' ? '' : ` (${seen.code})`}`
  if (seen.type === 'strayed') return `${seen.probe} ${seen.mode}: a stray answer, ${seen.what}`
  if (seen.type === 'judged')
    return `verdict ${seen.verdict.state}: ${seen.verdict.name} (${seen.verdict.confidence.level}). ${seen.verdict.says}`
  return undefined
}

const phases = { connect: 'while connecting', idle: 'in its silence', exchange: 'when the silence was broken' } as const

function isBad(seen: Seen): boolean {
  if (seen.type === 'ended') return !seen.planned
  return seen.type === 'strayed' || (seen.type === 'asked' && seen.fate !== 'ok' && seen.fate !== 'cancelled')
}
