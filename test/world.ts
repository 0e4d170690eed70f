import { pino } from 'pino'
import { type Clock, realClock } from '../src/clock.ts'
import { ledger } from '../src/ledger/ledger.ts'
import type { Told } from '../src/outcome/observation.ts'
import type { World } from '../src/probes/kind.ts'
import { wheel } from '../src/schedule/wheel.ts'

/** A real world for one half, which remembers everything it was told. */
export interface TestWorld extends World, Disposable {
  readonly told: Told[]
  /** The first thing told, before or from now on, that `matches`. Rejects after `ms` with what was told instead. */
  heard<T extends Told>(matches: (told: Told) => told is T, ms?: number): Promise<T>
}

export function testWorld(pod = 'test-pod', clock: Clock = realClock): TestWorld {
  const told: Told[] = []
  let listeners: (() => void)[] = []
  const turning = wheel(clock, { tickMs: 10 })
  return {
    clock,
    wheel: turning,
    random: Math.random,
    log: pino({ level: 'silent' }),
    identity: { pod, node: `node-of-${pod}`, ip: '127.0.0.1', instance: `${pod}-1` },
    ledger: ledger(1000),
    told,
    tell(each) {
      told.push(each)
      for (const listen of listeners) listen()
    },
    heard<T extends Told>(matches: (each: Told) => each is T, ms = 10_000) {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const look = () => {
        const found = told.find(matches)
        if (found) resolve(found)
      }
      const timer = setTimeout(() => reject(new Error(`never heard; told: ${JSON.stringify(told, undefined, 1)}`)), ms)
      listeners.push(look)
      look()
      return promise.finally(() => {
        clearTimeout(timer)
        listeners = listeners.filter(each => each !== look)
      })
    },
    [Symbol.dispose]: () => turning.stop(),
  }
}

/** Matches what was told by its type and, where given, some of its fields. */
export function telling<K extends Told['type']>(type: K, fields: Partial<Extract<Told, { type: K }>> = {}) {
  return (told: Told): told is Extract<Told, { type: K }> =>
    told.type === type && Object.entries(fields).every(([field, value]) => Reflect.get(told, field) === value)
}

/** Real time, `times` faster: for waits that are long on purpose. */
export const hurried = (times: number): Clock => ({
  now: () => Date.now(),
  steady: () => realClock.steady() * times,
  sleep: (ms, signal) => realClock.sleep(ms / times, signal),
  alarm: (ms, ring) => realClock.alarm(ms / times, ring),
})
