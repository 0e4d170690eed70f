import { mkdtemp, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { longhold } from './cli/longhold.ts'
import { type SimulatedCohort, simulatedJournal, simulatedRun } from './pools.ts'
import { rendered } from './rendered.ts'

interface PodSpec {
  readonly containers: readonly { readonly args: readonly string[] }[]
}
interface Job {
  readonly spec: { readonly template: { readonly spec: PodSpec } }
}

/** What the Job runs, with the volume of both pools where the test has it. */
function gateArgs(journals: string): readonly string[] {
  const job = rendered('canary/gate').find(({ kind }) => kind === 'Job') as Job | undefined
  const args = job?.spec.template.spec.containers[0]?.args ?? []
  expect(args.filter(each => each.startsWith('/journals/'))).toHaveLength(2)
  return args.map(each => each.replace(/^\/journals\//, `${journals}/`))
}

const held = (rate: number): readonly SimulatedCohort[] => [
  { cohort: 'no-keepalive', connections: 30, idleMs: 900_000, rate },
  { cohort: 'keepalive', connections: 30, idleMs: 900_000, rate: 0 },
]

/** The volume as both pools leave it: a folder for each. */
async function volume(pools: Readonly<Record<'baseline' | 'candidate', number>>, hours: number): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'longhold-gate-'))
  for (const [seed, [pool, rate]] of Object.entries(pools).entries()) {
    const journal = await simulatedJournal(simulatedRun(held(rate), { hours, seed: seed + 1 }))
    await rename(journal, join(root, pool))
  }
  return root
}

test.each([
  ['a candidate that loses connections fails the Job', { baseline: 0, candidate: 0.3 }, 24, 3, /B is worse/],
  ['one that loses fewer passes', { baseline: 0.3, candidate: 0 }, 24, 0, /B is better/],
  ['too little exposure is said, and is no pass', { baseline: 0, candidate: 0 }, 1, 4, /Too little exposure to tell/],
] as const)('the gate, over the journals of both pools: %s', async (_, pools, hours, exitCode, says) => {
  const { code, out, err } = await longhold([...gateArgs(await volume(pools, hours))])
  expect([code, err]).toEqual([exitCode, ''])
  expect(out).toMatch(says)
})
