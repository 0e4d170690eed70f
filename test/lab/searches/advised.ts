import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { late } from '../../../src/settings/late.ts'
import type { Finding } from '../../../src/tuning/finding.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { runOn } from '../cluster/processes.ts'
import { held } from '../probes.ts'
import { sightOf } from '../seen/sight.ts'
import type { Path } from './paths.ts'

/** What became of a cohort with the advised keepalive, and of one whose keepalive comes one step too late. */
export interface Survival {
  readonly advisedIdleSeconds: number
  readonly worseIdleSeconds: number
  /** Of `each` connections. */
  readonly advisedDied: number
  readonly worseDied: number
  readonly each: number
}

const each = 16
const launcher = fileURLToPath(new URL('../../../bin/longhold.js', import.meta.url))
/** Below it no keepalive, which the kernel counts in seconds, tolerates a lost probe. */
const shortest = 4

/**
 * Asks `longhold advise` about what was measured, and holds connections with that keepalive, silent for much longer than the
 * timeout; and others whose first probe comes in the first whole second after the path has surely forgotten them.
 */
export async function followAdvice(
  cluster: Cluster,
  { timeout, speaker }: Finding,
  { target: to, mayBeLate = false }: Path,
): Promise<Survival | undefined> {
  if (!timeout || timeout.lowSeconds < shortest) return undefined
  const { lowSeconds, highSeconds } = timeout
  const words = ['advise', '--measured', `${lowSeconds}s..${highSeconds}s`, '--losses', '1', '--json']
  const { stdout, stderr, code } = await runOn('client', [process.execPath, launcher, ...words], {
    allow: [1, 2, 3, 4],
  })
  if (code !== 0) throw new Error(`longhold ${words.join(' ')}: exit code ${code}: ${stderr}${stdout}`)
  const { advice } = JSON.parse(stdout) as {
    advice: { idleSeconds: number; intervalSeconds: number; countProbes: number }
  }
  const worseIdleSeconds = Math.floor(mayBeLate ? late(highSeconds) : highSeconds) + 1
  const silence = `${Math.ceil(worseIdleSeconds * 1.2 + 2)}s`
  const keepalive = (idle: number) => ({
    keepalive: { idle: `${idle}s`, interval: `${advice.intervalSeconds}s`, count: advice.countProbes },
    speaker,
    to,
    deadline: '3s',
  })
  await cluster.addClient('client', [
    held('advised', each, silence, keepalive(advice.idleSeconds)),
    held('worse', each, silence, keepalive(worseIdleSeconds)),
  ])
  const { advised, worse } = await untilAllSpoke(cluster)
  return { advisedIdleSeconds: advice.idleSeconds, worseIdleSeconds, advisedDied: advised, worseDied: worse, each }
}

/** How many of each cohort died in their first silence, once all have had it. */
async function untilAllSpoke(cluster: Cluster): Promise<Readonly<Record<'advised' | 'worse', number>>> {
  for (;;) {
    const { client } = sightOf({ observations: cluster.journals.read(), moments: [], looks: [] })
    const of = (cohort: string) => {
      const died = client.ended({ cohort, planned: false }).length
      return { died, through: died + new Set(client.exchanged({ cohort }).map(({ id }) => id)).size }
    }
    const [advised, worse] = [of('advised'), of('worse')]
    if (advised.through >= each && worse.through >= each) return { advised: advised.died, worse: worse.died }
    await sleep(200)
  }
}
