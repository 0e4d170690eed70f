import type { OfCohort } from '../../outcome/observation.ts'
import { answerCohorts, holdCohort } from '../holding.ts'
import { defineKind } from '../kind.ts'
import { mostAccepted } from '../room.ts'
import { answering } from './answer.ts'
import { hold } from './hold.ts'
import { statuses } from './rejection.ts'
import { answerSettings, type Cohort, cohortSettings } from './settings.ts'

export const httpHold = defineKind({
  name: 'http-hold',
  summary: 'hold HTTP/1.1 keep-alive connections open and idle, then send a request',
  settings: cohortSettings,
  isShared: true,
  files: ({ connections }) => connections,
  series: cohort => [seriesOf(cohort)],
  client: (cohort, world, share) =>
    holdCohort({ of: seriesOf(cohort), share }, cohort, world, opening => hold({ ...opening, cohort }, world)),
  server: {
    settings: answerSettings,
    rejections: Object.keys(statuses),
    start: (settings, world) =>
      answerCohorts({ kind: 'http-hold', setting: 'server.http-hold.listen' }, settings, world, () =>
        answering({ maxConnections: mostAccepted(settings.maxConnections, 0.25) }, world),
      ),
  },
})

const seriesOf = ({ name, path }: Cohort): OfCohort => ({ side: 'client', kind: 'http-hold', cohort: name, path })
