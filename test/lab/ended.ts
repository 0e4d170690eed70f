import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { conduct, type Conduct, type Job } from './conduct.ts'
import type { Event } from './events.ts'
import { again } from './narrate.ts'

type Ended = Extract<Event, { event: 'ends' }>

/**
 * Runs jobs, and hands each over once its incident can be read: what a guest leaves comes out when all of it is over, and
 * until then people are told on standard error how far it is.
 */
export async function conductEach(
  jobs: readonly Job[],
  how: Omit<Conduct, 'onEvent'>,
  onEnd: (ended: Ended) => void,
): Promise<void> {
  const waiting: Ended[] = []
  const isThere = ({ incident }: Ended) => incident === undefined || existsSync(join(incident, 'incident.json'))
  await conduct(jobs, {
    ...how,
    onEvent(event) {
      if (event.event === 'again') process.stderr.write(`  ${event.scenario} (${event.mode}) ${again(event)}\n`)
      if (event.event !== 'ends') return
      if (isThere(event)) return onEnd(event)
      waiting.push(event)
      const { scenario, mode, ms } = event
      process.stderr.write(`  ${scenario} (${mode}) is over after ${Math.round(ms / 1000)} s; the guest goes on\n`)
    },
  })
  for (const ended of waiting) {
    const { incident: _, ...lost } = ended
    onEnd(isThere(ended) ? ended : lost)
  }
}
