import type { Event } from './events.ts'
import type { Incident } from './seen/incident.ts'

/** So often a run is played, if the machine keeps standing still. */
const mostTries = 3
/** Deadlines of scenarios are a second and more: who stands still for so long meets them without the fault that is staged. */
const longStallMs = 400

/**
 * Whether a run says nothing: it failed, and one of its processes stood still meanwhile, as on a machine whose cores are
 * wanted by others. Nothing is forgiven that happens on a machine that is not disturbed.
 */
export const isInconclusive = (event: Event, tries: number): event is Extract<Event, { event: 'ends' }> =>
  event.event === 'ends' && !event.passed && tries < mostTries && (event.stalledMs ?? 0) >= longStallMs

/** The longest that a half of longhold stood still, ms. */
export const longestStall = ({ observations }: Pick<Incident, 'observations'>): number =>
  observations.reduce((most, each) => (each.type === 'disturbed' ? Math.max(most, each.ms) : most), 0)
