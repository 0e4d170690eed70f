import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { realClock, realClockSince, steadyOrigin } from './clock.ts'

test('the steady time of another process is counted as it counts it', () => {
  const clock = new URL('./clock.ts', import.meta.url).href
  const script = `const { realClockSince } = await import('${clock}'); console.log(realClockSince(${steadyOrigin()}).steady())`
  const before = realClock.steady()
  const there = Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))
  expect(there).toBeGreaterThan(before - 1)
  expect(there).toBeLessThan(realClock.steady() + 1)
})

test('and one that counts from its own beginning counts as before', () => {
  const clock = realClockSince(steadyOrigin())
  const [before, there, after] = [realClock.steady(), clock.steady(), realClock.steady()]
  expect(there).toBeGreaterThan(before - 1)
  expect(there).toBeLessThan(after + 1)
})
