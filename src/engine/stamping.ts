import type { Clock } from '../clock.ts'
import type { Observation, Told } from '../outcome/observation.ts'
import type { Noise } from './noise.ts'

/** Says when, and whether we can trust it: what is told becomes an observation. */
export function stamping(clock: Clock, { disturbedSince }: Pick<Noise, 'disturbedSince'>): (told: Told) => Observation {
  return told => {
    const now = { at: clock.now(), steady: clock.steady() }
    const measured = 'tookUs' in told ? now.steady - (told.tookUs ?? 0) / 1000 : now.steady
    const suspect = told.type !== 'disturbed' && disturbedSince(measured, now)
    const stamped = { ...told, at: now.at, steady: now.steady } // by name: V8 is slow at a second spread
    return suspect ? { ...stamped, suspect } : stamped
  }
}
