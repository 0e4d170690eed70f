import { describe, expect, test } from 'vitest'
import { type Flow, flowKey } from '../../outcome/flow.ts'
import { deletions } from './deletions.ts'
import { memory } from './memory.ts'

const ours: Flow = { proto: 'tcp', local: '10.244.1.10:40053', remote: '10.96.22.22:7000' }

/** A line as `conntrack` prints it, `at` seconds. */
const line = (at: number, word: string, src: string, sport: number, dst = '10.96.22.22', dport = 7000) =>
  `[${at}.000000]\t[${word}] ipv4     2 tcp      6 120 SYN_SENT src=${src} dst=${dst} sport=${sport} dport=${dport} [UNREPLIED] src=10.244.2.11 dst=${src} sport=${dport} dport=${sport}`

const other = (at: number, number: number) =>
  line(at, 'NEW', `10.1.${(number >> 8) & 255}.${number & 255}`, 1024 + (number % 60_000))

test('the events of a flow, oldest first, and of no other', () => {
  const remembered = memory()
  remembered.hear(line(1, 'NEW', '10.244.1.10', 40_053))
  remembered.hear(line(2, 'NEW', '10.244.1.10', 40_054))
  remembered.hear(line(3, 'NEW', '10.244.1.11', 40_053))
  remembered.hear('garbage')
  remembered.hear(line(4, 'DESTROY', '10.244.1.10', 40_053))
  expect(remembered.about([ours])).toMatchObject([
    { at: 1000, what: 'new', flow: flowKey(ours) },
    { at: 4000, what: 'destroy', flow: flowKey(ours) },
  ])
  expect(remembered.about([])).toEqual([])
  expect(remembered.about([{ ...ours, proto: 'udp' }])).toEqual([])
  expect(remembered.about([{ ...ours, local: 'nonsense' }])).toEqual([])
})

test('after a flood nothing is left of a flow nobody asked about', () => {
  const remembered = memory()
  remembered.hear(line(1, 'NEW', '10.244.1.10', 40_053))
  for (let number = 0; number < 20_000; number += 1) remembered.hear(other(2, number))
  expect(remembered.about([ours])).toEqual([])
})

test('a place that was asked about once is remembered through any flood, for its next flows too', () => {
  const remembered = memory()
  remembered.hear(line(1, 'NEW', '10.244.1.10', 40_053))
  expect(remembered.about([ours])).toHaveLength(1)
  for (let number = 0; number < 50_000; number += 1) {
    remembered.hear(other(2, number))
    if (number === 25_000) remembered.hear(line(3, 'NEW', '10.244.1.10', 40_060))
  }
  const next = { ...ours, local: '10.244.1.10:40060' }
  expect(remembered.about([ours, next]).map(({ at, flow }) => [at, flow])).toEqual([
    [1000, flowKey(ours)],
    [3000, flowKey(next)],
  ])
})

test('of a place and of places, the newest', () => {
  const remembered = memory()
  remembered.about([ours])
  remembered.hear(line(1, 'NEW', '10.244.1.10', 40_053))
  for (let at = 0; at < 2000; at += 1) remembered.hear(line(10 + at, 'NEW', '10.244.1.10', 40_060))
  expect(remembered.about([ours])).toEqual([])
  const busy = remembered.about([{ ...ours, local: '10.244.1.10:40060' }])
  expect(busy.length).toBeLessThan(1024)
  expect(busy.at(-1)?.at).toBe(2_009_000)

  for (let number = 0; number < 20_000; number += 1) remembered.hear(other(1, number))
  for (let port = 1; port <= 100; port += 1) remembered.about([{ ...ours, remote: `10.96.22.22:${port}` }])
  expect(remembered.about([{ ...ours, local: '10.244.1.10:40060' }])).toEqual([])
})

test('a million events take no more room than the first fifty thousand', () => {
  const remembered = memory()
  const client = '10.244.100.101' // V8 makes a view, not a copy, of a part of 13 characters or more
  remembered.about([{ ...ours, local: `${client}:40053` }])
  // Lines come as views of pieces of 64 KiB, as a pipe gives them.
  const hear = (pieces: number) => {
    for (let piece = 0; piece < pieces; piece += 1) {
      const lines = Array.from({ length: 250 }, (_, at) => other(piece, piece * 250 + at))
      lines[100] = line(piece, 'NEW', client, 1024 + piece)
      for (const each of lines.join('\n').split('\n')) remembered.hear(each)
    }
    global.gc?.()
    return process.memoryUsage().heapUsed / 1024 / 1024
  }
  const early = hear(200)
  expect(hear(4000) - early).toBeLessThan(10)
  expect(remembered.about([{ ...ours, local: `${client}:5023` }])).toHaveLength(1)
}, 30_000)

/** A line about an entry that a program deleted. */
const deleted = (at: number, program: string) =>
  `${line(at, 'DESTROY', '10.1.1.1', 1024)} [USERSPACE] portid=${program}`

describe('what programs delete', () => {
  test('is counted, by program and second', () => {
    const { hear, bursts } = deletions()
    hear(deleted(10, '7'))
    for (let at = 0; at < 5000; at += 1) hear(deleted(10, '7 progname=conntrack'))
    hear(deleted(10, '8 progname=kube-proxy'))
    hear(deleted(10, '7')) // it ended while its events were still being told
    hear(deleted(12, '8 progname=kube-proxy'))
    hear(deleted(12, '9'))
    hear(line(12, 'DESTROY', '10.1.1.1', 1024))
    hear(deleted(12, '8 progname=kube-proxy').replace('DESTROY', 'NEW'))
    expect(bursts()).toEqual([
      { at: 10_000, by: 'conntrack', count: 5002 },
      { at: 10_000, by: 'kube-proxy', count: 1 },
      { at: 12_000, by: 'kube-proxy', count: 1 },
      { at: 12_000, by: 'portid 9', count: 1 },
    ])
  })

  test('of long ago is forgotten', () => {
    const { hear, bursts } = deletions()
    for (let at = 0; at < 1000; at += 1) hear(deleted(10 + 2 * at, '7 progname=conntrack'))
    expect(bursts()).toHaveLength(100)
    expect(bursts().at(-1)?.at).toBe(2_008_000)
  })
})
