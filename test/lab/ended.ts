import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { conduct, type Conduct, type Job } from './conduct.ts'
import type { Event } from './events.ts'

type Ended = Extract<Event, { event: 'ends' }>

/** Runs jobs, and hands each over once its incident can be read: what a guest leaves comes out when all of it is over. */
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
      if (event.event !== 'ends') return
      if (isThere(event)) onEnd(event)
      else waiting.push(event)
    },
  })
  for (const ended of waiting) {
    const { incident: _, ...lost } = ended
    onEnd(isThere(ended) ? ended : lost)
  }
}
