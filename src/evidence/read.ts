import type { Clock } from '../clock.ts'
import type { Reading, Readings } from '../outcome/evidence.ts'
import { Absent, type Ask, type Machine, type Source } from './source.ts'

/** Each source has so long, ms; what it says later is lost. */
export const sourceDeadlineMs = 2000

/** Asks every source at once. Never rejects: one that fails or takes too long is absent, with the reason. */
export async function readSources(
  sources: readonly Source[],
  ask: Ask,
  { clock, machineUntil }: { readonly clock: Clock; readonly machineUntil: (signal: AbortSignal) => Machine },
  deadlineMs = sourceDeadlineMs,
): Promise<Readings> {
  const readings = await Promise.all(
    sources.map(
      async source => [source.name, await reading(source, ask, { clock, machineUntil }, deadlineMs)] as const,
    ),
  )
  return Object.fromEntries(readings)
}

async function reading(
  source: Source,
  ask: Ask,
  { clock, machineUntil }: { readonly clock: Clock; readonly machineUntil: (signal: AbortSignal) => Machine },
  deadlineMs: number,
): Promise<Reading> {
  const over = new AbortController()
  const late = Promise.withResolvers<never>()
  const disarm = clock.alarm(deadlineMs, () => {
    late.reject(new Absent(`no answer within ${deadlineMs} ms`))
    over.abort()
  })
  try {
    const value = await Promise.race([source.read(machineUntil(over.signal), ask), late.promise])
    return { at: clock.now(), value }
  } catch (error) {
    return { at: clock.now(), absent: error instanceof Error ? oneLine(error.message) : oneLine(String(error)) }
  } finally {
    disarm()
  }
}

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300)
