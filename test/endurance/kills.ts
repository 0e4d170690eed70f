import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { realClock } from '../../src/clock.ts'
import { openJournal } from '../../src/record/journal/journal.ts'
import { cohortColumns } from '../../src/record/history/readings.ts'
import { readJournal } from '../../src/record/journal/read.ts'
import { recorder } from '../../src/record/recorder.ts'
import type { Snapshot } from '../../src/record/snapshot.ts'
import { survivalJson } from '../../src/record/survival-json.ts'
import { silentLog } from '../children/silent-log.ts'
import { type Counted, countLines } from './lines.ts'
import { type Load, type Ports, startLoad, type Status } from './load.ts'

/** What so many kills came to. */
export interface Killed {
  readonly kills: number
  /** Observations that were acknowledged: their line was with the kernel when we last asked. */
  readonly acknowledged: number
  readonly observations: number
  readonly torn: number
  /** What was lost or counted wrongly, in words; empty when nothing was. */
  readonly flaws: readonly string[]
}

export interface Killing {
  /** An empty folder. */
  readonly dir: string
  readonly ports: Ports
  readonly kills: number
  /** From 0 to 1, such as Math.random. */
  readonly random: () => number
  readonly onKill?: (kills: number) => void
}

/** Up to so long does a run live once it is ready, ms. */
const longestMs = 700

/**
 * Kills a pair under load (`kill -9`) at random points, again and again, on one journal. Nothing that was acknowledged may be gone, no
 * start may be held up by what a kill left behind, and in the end the totals have to be what all lines together say.
 */
export async function killAgainAndAgain({ dir, ports, kills, random, onKill }: Killing): Promise<Killed> {
  const flaws: string[] = []
  let [acknowledged, before] = [0, undefined as Counted | undefined]
  for (let kill = 1; kill <= kills; kill++) {
    const load = await startLoad(dir, ports)
    const first = await load.status()
    if (first.runs !== kill) flaws.push(`kill ${kill}: ${first.runs} runs are known, expected ${kill}`)
    if (before) flaws.push(...fewer(first, before).map(each => `kill ${kill}: ${each}`))
    const written = await liveUntilKilled(load, random() * longestMs)
    acknowledged += written
    before = countLines(join(dir, 'journal'))
    const lines = before.byRun.at(-1) ?? 0
    if (lines < written) flaws.push(`kill ${kill}: ${written} were acknowledged, ${lines} have a line`)
    onKill?.(kill)
  }
  const counted = countLines(join(dir, 'journal'))
  if (counted.torn > kills) flaws.push(`${counted.torn} torn lines after ${kills} kills`)
  const { snapshot } = await readJournal(join(dir, 'journal'))
  flaws.push(...unlike(snapshot, counted), ...(await whatGoesOn(join(dir, 'journal'), snapshot, counted)))
  rmSync(join(dir, 'journal'), { recursive: true })
  return { kills, acknowledged, observations: sum(counted.byRun), torn: counted.torn, flaws }
}

/** Asks again as soon as it is answered, and kills in the middle of that. Resolves to how many were acknowledged last. */
async function liveUntilKilled(load: Load, afterMs: number): Promise<number> {
  let written = 0
  async function ask(): Promise<void> {
    written = (await load.status()).journal.written
    return ask()
  }
  const asking = ask().catch(() => {}) // killed in the middle of its answer
  await sleep(afterMs)
  await load.kill()
  await asking
  return written
}

/** A run that began anew has to know at least what the runs before it left. */
function fewer({ cohorts, probes }: Status, { opened, exchanged, asked }: Counted): string[] {
  return [
    ...cohorts.flatMap(({ side, cohort, ...now }) => [
      less(`opened of ${side} ${cohort}`, now.opened, opened[`${side} ${cohort}`]),
      less(`exchanges of ${side} ${cohort}`, now.exchanges, exchanged[`${side} ${cohort}`]),
    ]),
    ...probes.map(each => less(`asked of ${each.probe}`, each.asked, asked[`${each.probe} ${each.mode}`])),
  ].flat()
}

const less = (what: string, now: number, had = 0): string[] => (now < had ? [`${what}: ${now}, had been ${had}`] : [])

const same = (what: string, found: number, expected = 0): string[] =>
  found === expected ? [] : [`${what}: the totals say ${found}, the lines ${expected}`]

/** The totals are those of all lines. */
function unlike({ cohorts, probes, runs }: Snapshot, counted: Counted): string[] {
  return [
    ...same('runs', runs, counted.byRun.length),
    ...cohorts.flatMap(({ side, cohort, opened, exchanges, ends }) => {
      const of = `${side} ${cohort}`
      return [
        same(`opened of ${of}`, opened, counted.opened[of]),
        same(`exchanges of ${of}`, exchanges, counted.exchanged[of]),
        same(`ends of ${of}`, sum(ends.map(({ count }) => count)), counted.ended[of]),
      ].flat()
    }),
    ...probes.flatMap(({ probe, mode, asked }) =>
      same(`asked of ${probe} ${mode}`, asked, counted.asked[`${probe} ${mode}`]),
    ),
  ]
}

/**
 * A process that goes on with the journal begins with the totals at the head of its newest file: its history has every connection,
 * and its survival curves are those of all lines from the first.
 */
async function whatGoesOn(dir: string, fromTheFirst: Snapshot, counted: Counted): Promise<string[]> {
  const into = recorder()
  const journal = await openJournal({ dir, clock: realClock, log: silentLog, recorder: into })
  const { series } = into.history('week')
  const { survival } = into.snapshot()
  await journal.close()
  const curves = isDeepStrictEqual(survival.map(survivalJson), fromTheFirst.survival.map(survivalJson))
  const gaps = series.flatMap(({ of, rows }) => {
    if (!('cohort' in of)) return []
    const opened = sum([...rows.values()].map(row => row[cohortColumns.indexOf('opened')] ?? 0))
    const expected = counted.opened[`${of.side} ${of.cohort}`] ?? 0
    return opened === expected ? [] : [`history of ${of.side} ${of.cohort}: ${opened} opened, expected ${expected}`]
  })
  return curves ? gaps : [...gaps, 'the survival curves are not those of all lines']
}

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0)
