import type { OfCohort, OfProbe } from '../outcome/observation.ts'
import { newCohort } from './cohort.ts'
import { newProbe } from './probe.ts'
import { seats } from './seats.ts'

/** Cohorts, and probes, kept apart at most: a server learns the names from its clients, and each is 140 series to scrape. */
export const mostSeries = 64
/** Reasons for turning bytes away that are kept apart at most. */
const mostReasons = 64
const other = 'other'

export const cohortSeats = () =>
  seats<OfCohort, ReturnType<typeof newCohort>>({
    limit: mostSeries,
    word: ({ cohort }) => cohort,
    same: (a, b) => a.cohort === b.cohort && a.side === b.side && a.kind === b.kind && a.path === b.path,
    make: newCohort,
    surplus: crowdedCohort,
  })
export const probeSeats = () =>
  seats<OfProbe, ReturnType<typeof newProbe>>({
    limit: mostSeries,
    word: ({ probe }) => probe,
    same: (a, b) => a.probe === b.probe && a.kind === b.kind && a.server === b.server && a.mode === b.mode,
    make: newProbe,
    surplus: crowdedProbe,
  })
export const reasonSeats = () =>
  seats<Reason, ReturnType<typeof newReason>>({
    limit: mostReasons,
    word: ({ reason }) => reason,
    same: (a, b) => a.reason === b.reason && a.kind === b.kind,
    make: newReason,
    surplus: crowdedReason,
  })

const crowdedCohort = ({ side, path }: OfCohort): OfCohort => ({
  side,
  kind: other,
  cohort: other,
  path: path === 'pod' ? 'pod' : 'service',
})
const crowdedProbe = (): OfProbe => ({ side: 'client', kind: other, probe: other, server: other, mode: other })

interface Reason {
  readonly kind: string
  readonly reason: string
}
const newReason = ({ kind, reason }: Reason) => ({ kind, reason, count: 0 })
const crowdedReason = (): Reason => ({ kind: other, reason: other })
