import { expect, test } from 'vitest'
import { asked, ended, exchanged } from '../../test/stories.ts'
import { storyClock } from '../../test/story-clock.ts'
import { exampleProbe, exampleSnapshot, exampleSource } from '../../test/web-example.ts'
import { loadConfig } from '../config/load.ts'
import { kinds } from '../probes/index.ts'
import { enough, round } from './round.ts'

const cohort = { kind: 'tcp-hold', name: 'held', to: '127.0.0.1:7000', connections: 2, idle: '10m', spread: '0s' }
const dns = { kind: 'dns', name: 'dns', servers: ['127.0.0.1'], names: ['a.test'], ports: ['fresh'] }

/** A round of a client with these probes, told what happens. */
function begun(...probes: readonly object[]) {
  const text = JSON.stringify({ probes })
  const { config } = loadConfig(kinds, { command: 'client', text, flags: {}, env: {} })
  const series = probes.includes(dns) ? [exampleProbe({ probe: 'dns' })] : []
  const source = exampleSource({ snapshot: () => exampleSnapshot({ probes: series }) })
  const clock = storyClock()
  const { over, progress } = round(source, config, clock)
  let isOver = false
  void over.then(() => (isOver = true))
  return {
    clock,
    progress,
    tell: source.tell,
    async isOver() {
      await Promise.resolve()
      return isOver
    },
  }
}

test('it is over when each connection has spoken after its silence', async () => {
  const { tell, isOver, progress } = begun(cohort)
  tell(exchanged(600, { id: 'a' }))
  tell(exchanged(600, { id: 'a' }))
  tell(exchanged(600, { id: 'b', side: 'server' }))
  expect([await isOver(), progress()]).toEqual([
    false,
    '1 of 2 connections spoke after their silence, at most 10m 17s left',
  ])
  tell(exchanged(601, { id: 'b' }))
  expect(await isOver()).toBe(true)
})

test('a connection that died has not spoken; when it could have, twice over, the round is over all the same', async () => {
  const { tell, isOver, clock } = begun(cohort)
  tell(exchanged(600, { id: 'a' }))
  tell(ended(601, { id: 'a' }))
  tell(exchanged(601, { id: 'b' }))
  expect(await isOver()).toBe(false)
  clock.pass(616_000)
  expect(await isOver()).toBe(false)
  clock.pass(2000)
  expect(await isOver()).toBe(true)
})

test('each series asks its questions, whatever becomes of them', async () => {
  const { tell, isOver, progress } = begun(dns)
  for (let n = 0; n < enough - 1; n++) tell(asked(n, { probe: 'dns', fate: n % 2 ? 'ok' : 'timeout' }))
  expect([await isOver(), progress()]).toEqual([false, '0 of 1 series asked 20 questions, at most 32s left'])
  tell(asked(20, { probe: 'dns' }))
  expect(await isOver()).toBe(true)
})

test('both, where there are both', async () => {
  const { tell, isOver } = begun(cohort, dns)
  for (let n = 0; n < enough; n++) tell(asked(n, { probe: 'dns' }))
  expect(await isOver()).toBe(false)
  for (const id of ['a', 'b']) tell(exchanged(600, { id }))
  expect(await isOver()).toBe(true)
})
