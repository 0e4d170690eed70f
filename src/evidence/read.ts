import type { Clock } from '../clock.ts'
import type { Reading, Readings } from '../outcome/evidence.ts'
import { oneLine } from './reason.ts'
import { Absent, type Ask, type Machine, type Source } from './source.ts'

/** Each source has so long, ms; what it says later is lost. */
export const sourceDeadlineMs = 2000

/** How the reason begins where a source was asked and did not answer in time. */
export const tooLate = 'no answer within'

interface Where {
  readonly clock: Clock
  readonly machineUntil: (signal: AbortSignal) => Machine
}

/**
 * Asks every source at once; one that answers about flows only, when there are some. Never rejects: a source that fails or
 * takes too long is absent, with the reason, and whatever it began ends.
 */
export async function readSources(
  sources: readonly Source[],
  ask: Ask,
  where: Where,
  deadlineMs = sourceDeadlineMs,
): Promise<Readings> {
  const asked = sources.filter(({ about }) => about === 'machine' || ask.flows.length + ask.accounts.length > 0)
  const readings = await Promise.all(
    asked.map(async source => [source.name, await reading(source, ask, where, deadlineMs)] as const),
  )
  return Object.fromEntries(readings)
}

async function reading(source: Source, ask: Ask, { clock, machineUntil }: Where, deadlineMs: number): Promise<Reading> {
  const over = new AbortController()
  const late = Promise.withResolvers<never>()
  const disarm = clock.alarm(deadlineMs, () => {
    late.reject(new Absent(`${tooLate} ${deadlineMs} ms`))
  })
  try {
    const value = await Promise.race([source.read(machineUntil(over.signal), ask), late.promise])
    return { at: clock.now(), value }
  } catch (error) {
    return { at: clock.now(), absent: oneLine(error instanceof Error ? error.message : String(error)) }
  } finally {
    disarm()
    over.abort()
  }
}
