import type { OfCohort, OfProbe } from '../outcome/observation.ts'
import { newCohort } from './cohort.ts'
import { newProbe } from './probe.ts'
import { seats } from './seats.ts'

/** Cohorts, and probes, kept apart at most: a server learns the names from its clients, and each is 140 series to scrape. */
export const mostSeries = 64
/** Reasons for turning bytes away that are kept apart at most. */
const mostReasons = 64
const other = 'other'

export const cohortSeats = () => seats({ limit: mostSeries, key: cohortKey, make: newCohort, surplus: crowdedCohort })
export const probeSeats = () => seats({ limit: mostSeries, key: probeKey, make: newProbe, surplus: crowdedProbe })
export const reasonSeats = () => seats({ limit: mostReasons, key: reasonKey, make: newReason, surplus: crowdedReason })

function cohortKey({ side, kind, cohort, path }: OfCohort): string {
  return `${side} ${kind} ${path} ${cohort}`
}

function probeKey({ kind, probe, server, mode }: OfProbe): string {
  return `${kind} ${server} ${mode} ${probe}`
}

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
const reasonKey = ({ kind, reason }: Reason): string => `${kind} ${reason}`
const newReason = ({ kind, reason }: Reason) => ({ kind, reason, count: 0 })
const crowdedReason = (): Reason => ({ kind: other, reason: other })
