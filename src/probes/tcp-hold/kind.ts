import type { OfCohort } from '../../outcome/observation.ts'
import { silenceOf } from '../../settings/fields.ts'
import { answerCohorts, holdCohort } from '../holding.ts'
import { defineKind, type World } from '../kind.ts'
import { mostAccepted } from '../room.ts'
import { answering } from './answer.ts'
import { hold } from './hold.ts'
import { rejections } from './rejection.ts'
import { answerSettings, type Cohort, cohortSettings } from './settings.ts'
import type { Turns } from './turns.ts'

export const tcpHold = defineKind({
  name: 'tcp-hold',
  summary: 'hold TCP connections open and silent, then ask whether anyone is still there',
  settings: cohortSettings,
  isShared: true,
  files: ({ connections }) => connections,
  series: cohort => [seriesOf(cohort)],
  client: (cohort, world, share) =>
    holdCohort({ of: seriesOf(cohort), share }, cohort, world, opening =>
      hold({ ...opening, cohort, turnsOf: turnsOf(cohort, world) }, world),
    ),
  server: {
    settings: answerSettings,
    rejections,
    start: (settings, world) =>
      answerCohorts({ kind: 'tcp-hold', setting: 'server.tcp-hold.listen or --port' }, settings, world, () =>
        answering(mostAccepted(settings.maxConnections, 0.75), world),
      ),
  },
})

const seriesOf = ({ name, path }: Cohort): OfCohort => ({ side: 'client', kind: 'tcp-hold', cohort: name, path })

/** Draws of a range, used in turn: enough that a connection does not fall into a rhythm. */
const draws = 32

/** The silences of each connection: one for a fixed idle or a rung, drawn in advance for a range. */
function turnsOf({ idle, speaker }: Cohort, { random }: World): (index: number) => Turns {
  const known = new Map<number, Turns>()
  return index => {
    if (idle.kind === 'range')
      return { speaker, idleMs: Array.from({ length: draws }, () => silenceOf(idle, index, random)) }
    const ms = silenceOf(idle, index, random)
    const turns = known.get(ms) ?? { speaker, idleMs: [ms] }
    known.set(ms, turns)
    return turns
  }
}
