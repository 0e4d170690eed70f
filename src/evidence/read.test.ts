import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { storyClock } from '../../test/story-clock.ts'
import { stillRunning } from '../../test/still-running.ts'
import { realClock } from '../clock.ts'
import { defineFacts } from './facts.ts'
import { machineAt } from './machine.ts'
import { readSources } from './read.ts'
import { Absent, type Ask, defineSource, type Machine, type Source } from './source.ts'

const nobody: Ask = { flows: [], accounts: [] }
const world = { clock: realClock, machineUntil: machineAt('/', realClock) }

function source(name: string, read: Source['read'], about: Source['about'] = 'machine'): Source {
  return defineSource({ facts: defineFacts(name, z.unknown()), of: 'machine', about, costly: false, read })
}

test('what a source says is kept with the time at which it said so', async () => {
  const clock = storyClock(1_000)
  const slow = source('slow', async machine => {
    clock.pass(5)
    return { text: (await machine.file('proc/sys/kernel/ostype')).trim() }
  })
  const readings = await readSources([slow], nobody, { clock, machineUntil: machineAt('/', clock) })
  expect(readings).toEqual({ slow: { at: 1_005, value: { text: 'Linux' } } })
})

test.each<[string, Source['read'], string]>([
  ['absent', () => Promise.reject(new Absent('no such table')), 'no such table'],
  ['mistaken', () => Promise.reject(new TypeError('x is not\na function')), 'x is not'],
  [
    'mistaken at once',
    () => {
      throw new RangeError('too deep')
    },
    'too deep',
  ],
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- what a library may do
  ['speechless', () => Promise.reject('just a word'), 'just a word'],
  ['wordy', () => Promise.reject(new Absent('x'.repeat(10_000))), 'x'.repeat(300)],
])('one that is %s is absent with one short line, and the others are heard', async (_, read, absent) => {
  const fine = source('fine', async () => 1)
  const readings = await readSources([source('bad', read), fine], nobody, world)
  expect(readings).toEqual({
    bad: { at: expect.any(Number), absent },
    fine: { at: expect.any(Number), value: 1 },
  })
})

test('one that never answers is absent when its time is over, and keeps nobody waiting', async () => {
  const began = performance.now()
  const readings = await readSources(
    [
      source('deaf', () => new Promise(() => {})),
      source('fine', async () => 1),
      source('stubborn', machine => machine.run('sh', ['-c', 'trap "" TERM; sleep 1000; true'])),
      source('busy', machine => machine.run('yes', [])),
    ],
    nobody,
    world,
    400,
  )
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(readings).toMatchObject({
    deaf: { absent: 'no answer within 400 ms' },
    fine: { value: 1 },
    stubborn: { absent: 'no answer within 400 ms' },
    busy: { absent: 'yes printed more than 8388608 bytes' },
  })
})

test('what a source began ends when it answers, fails or is late', async () => {
  const mark = `longhold-${randomInt(1e12)}`
  const begin = (machine: Machine) => machine.run('sh', ['-c', `export MARK=${mark}; sleep 1000`]).catch(() => {})
  const begins = (name: string, then: () => Promise<unknown>) =>
    source(name, machine => {
      void begin(machine)
      return then()
    })
  const readings = readSources(
    [
      begins('answers', async () => 1),
      begins('fails', async () => {
        throw new Absent('no')
      }),
      begins('late', () => new Promise(() => {})),
    ],
    nobody,
    world,
    400,
  )
  expect(Object.keys(await readings)).toEqual(['answers', 'fails', 'late'])
  await expect.poll(() => stillRunning(mark)).toEqual([])
})

test('what comes after the deadline is lost, be it an answer or a failure', async () => {
  const clock = storyClock()
  const answers = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()]
  const late = answers.map(({ promise }, i) => source(`late-${i}`, () => promise))
  const readings = readSources(late, nobody, { ...world, clock })
  clock.pass(2_000)
  expect(await readings).toMatchObject({
    'late-0': { absent: 'no answer within 2000 ms' },
    'late-1': { absent: 'no answer within 2000 ms' },
  })
  answers[0]?.resolve(1)
  answers[1]?.reject(new Error('too late'))
})

test('one that answers about flows is asked when there are flows or accounts', async () => {
  const about = source('about', async (_, { flows, accounts }) => flows.length + accounts.length, 'flows')
  const flow = { proto: 'udp', local: '10.0.0.1:1', remote: '10.0.0.2:2' } as const
  const peer = { pod: 'p', node: 'n', ip: '10.0.0.2', instance: 'i' }
  expect(await readSources([about], nobody, world)).toEqual({})
  expect(await readSources([about], { flows: [flow], accounts: [] }, world)).toMatchObject({ about: { value: 1 } })
  expect(await readSources([about], { flows: [], accounts: [{ id: '1', peer }] }, world)).toMatchObject({
    about: { value: 1 },
  })
})
