import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Observation, OfCohort } from '../src/outcome/observation.ts'
import { writeLine } from '../src/record/journal/line.ts'
import { recorder } from '../src/record/recorder.ts'
import { normalDraw, type Random, seeded } from '../src/stats/distribution/random.ts'
import { identity } from './histories.ts'

/** A cohort whose connections die at a constant rate, found out when their silence ends, and come up again a second later. */
export interface SimulatedCohort {
  readonly cohort: string
  readonly path?: OfCohort['path']
  readonly side?: OfCohort['side']
  readonly connections: number
  readonly idleMs: number
  /** Deaths per connection-hour of silence. */
  readonly rate: number
  /** Of the exchange latency, microseconds: median of a log-normal one. */
  readonly medianUs?: number
}

export const simulationBegan = Date.UTC(2026, 10, 20, 10)

/** What a client tells of so many hours of them: in order, and the same for the same seed. */
export function simulatedRun(
  cohorts: readonly SimulatedCohort[],
  {
    hours,
    seed,
    fromMs = simulationBegan,
  }: { readonly hours: number; readonly seed: number; readonly fromMs?: number },
): Observation[] {
  const random = seeded(seed)
  const untilMs = hours * 3_600_000
  const told: Observation[] = [
    { type: 'began', side: 'client', identity: identity('client-1'), version: '0.1.0', at: fromMs, steady: 0 },
  ]
  for (const cohort of cohorts)
    for (let i = 0; i < cohort.connections; i++) {
      let steady = (10_000 * i) / cohort.connections
      for (let life = 0; steady < untilMs; life++) {
        const lines = lifeOf(cohort, `${cohort.side ?? 'c'}-${cohort.cohort}-${i}-${life}`, steady, random, fromMs)
        told.push(...lines.filter(each => each.steady <= untilMs))
        steady = (lines.at(-1)?.steady ?? 0) + 1000
        if (cohort.rate === 0) break
      }
    }
  return told.sort((a, b) => a.steady - b.steady)
}

/** From opening to death, or to a month of silences. */
function lifeOf(
  { cohort, path = 'service', side = 'client', idleMs, rate, medianUs = 800 }: SimulatedCohort,
  id: string,
  openedAt: number,
  random: Random,
  fromMs: number,
): Observation[] {
  const of = { side, kind: 'tcp-hold', cohort, path } as const
  const dies = rate === 0 ? Infinity : (-Math.log(random()) / rate) * 3_600_000
  const stamp = (steady: number) => ({ steady, at: Math.round(fromMs + steady) })
  const lines: Observation[] = [
    { type: 'opened', ...of, id, peer: identity('server-1'), tookUs: 500, ...stamp(openedAt) },
  ]
  let [silent, steady] = [0, openedAt]
  for (let exchanges = 0; exchanges < 3000; exchanges++) {
    silent += idleMs
    steady += idleMs
    if (silent > dies) {
      const end = { fate: 'reset', phase: 'exchange', code: 'ECONNRESET read', planned: false, zombie: false } as const
      const took = { idleMs, tookUs: 0, exchanges, lifetimeMs: steady - openedAt }
      lines.push({ type: 'ended', ...of, id, ...end, ...took, ...stamp(steady) })
      return lines
    }
    const tookUs = Math.round(medianUs * Math.exp(0.5 * normalDraw(random)))
    steady += tookUs / 1000
    lines.push({ type: 'exchanged', ...of, id, speaker: side, idleMs, tookUs, ...stamp(steady) })
  }
  return lines
}

/** These as the journal of a process that was there from its beginning, in a directory of its own; a file for each part. */
export async function simulatedJournal(...parts: readonly (readonly Observation[])[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'longhold-compare-'))
  const into = recorder()
  for (const [i, part] of parts.entries()) {
    const at = part[0]?.at ?? simulationBegan
    const head = writeLine({ journal: 'checkpoint', at, version: 1, state: into.state() })
    for (const each of part) into.fold(each)
    await writeFile(join(dir, `journal-${String(i + 1).padStart(6, '0')}.jsonl`), head + part.map(writeLine).join(''))
  }
  return dir
}
