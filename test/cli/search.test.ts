import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lineService } from '../search/line-service.ts'
import type { Finding } from '../../src/tuning/finding.ts'
import { freePort } from '../free-port.ts'
import { begin, longhold } from './longhold.ts'

interface Told {
  readonly target: string
  readonly protocol: string
  readonly exitCode: number
  readonly timeout: Finding['timeout']
  readonly findings: readonly Finding[]
}

/** It closes whoever is silent for three seconds, as servers do. */
const closing = () =>
  lineService({
    welcome: socket => {
      socket.setTimeout(3000, () => socket.end())
      return true
    },
  })

const folder = () => mkdtempSync(join(tmpdir(), 'longhold-search-'))

test('a timeout that is found: a table and a sentence for people, 0', async () => {
  using service = await closing()
  const { code, out, err } = await longhold(['search', service.target, '--say', 'PING', '--max', '10s', '--each', '3'])
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain(`Idle timeout of the path to 127.0.0.1:${service.port} (line)`)
  expect(out).toMatch(/client +(2\.9\d|3\.\d\d) s +(2\.9\d|3\.\d\d) s +at the moment of expiry +does not help/)
  expect(out).toContain("the peer's own idle timeout")
})

test('for programs, with units in the names; what is known is kept, and an advice follows from it', async () => {
  using service = await closing()
  const file = join(folder(), 'search.json')
  const args = ['search', service.target, '--say', 'PING', '--max', '10s', '--each', '3', '--json', '--resume', file]
  const { code, out } = await longhold(args)
  const told = JSON.parse(out) as Told
  expect([code, told.exitCode, told.protocol]).toEqual([0, 0, 'line'])
  // The service closes 3 s after it answered, which it knows a moment before we do; or, where the machine is busy, whenever it comes to it.
  const { lowSeconds = 0, highSeconds = 0, confidence } = told.timeout ?? {}
  expect([lowSeconds > 2, lowSeconds < highSeconds, highSeconds > 2.9, highSeconds < 6]).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(confidence).toBe(0.95)
  expect(existsSync(file)).toBe(true)
  const result = join(folder(), 'result.json')
  writeFileSync(result, out)
  const advice = await longhold(['advise', '--search', result, '--json'])
  expect(advice.out).toContain('"applicationMustSpeak"') // a keepalive does not help against the peer's own timeout
})

test('Ctrl-C prints what is known so far, 130, and --resume goes on from it', async () => {
  using steady = await lineService({})
  const file = join(folder(), 'search.json')
  const args = ['search', steady.target, '--say', 'PING', '--each', '3', '--json', '--resume', file]
  const running = begin([...args, '--max', '5m'])
  setTimeout(() => running.child.kill('SIGINT'), 4000)
  const { code, out } = await running.ended
  const told = JSON.parse(out) as Told
  expect([code, told.findings[0]?.state]).toEqual([130, 'interrupted'])
  expect(told.findings[0]?.survivedSeconds).toBeGreaterThan(1)
  const before = readFileSync(file, 'utf8')
  const again = await longhold([...args, '--max', '4s'])
  const more = JSON.parse(again.out) as Told
  expect([again.code, more.findings[0]?.state]).toEqual([3, 'none'])
  expect(more.findings[0]?.connections).toBeGreaterThan((before.match(/survived/g) ?? []).length)
})

test('nobody there is 1, with the address and the system’s own word', async () => {
  const port = await freePort()
  const { code, out, err } = await longhold(['search', `127.0.0.1:${port}`])
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(new RegExp(`^longhold: 127\\.0\\.0\\.1:${port} cannot be talked to as longhold \\(ECONNREFUSED`))
})

test.each([
  [['search'], "missing required argument 'target'"],
  [['search', 'ftp://x'], 'TARGET: expected host[:7000] (longhold)'],
  [['search', 'x', '--max', '10'], 'expected a duration from 50ms to 7d'],
  [['search', 'x', '--min', '2h', '--max', '1h'], '--min: expected less than --max'],
  [['search', 'x', '--precision', '0.1%'], 'expected a percentage from 0.5% to 100%'],
  [['search', 'x', '--each', '0'], 'expected a whole number from 1 to 1000'],
  [['search', 'http://x', '--speaker', 'server'], 'only a longhold server can speak first'],
  [['search', 'redis://x', '--say', 'PING'], '--say: goes with a target tcp://host:port'],
])('%j is 2, and says what was expected', async (args, expected) => {
  const { code, out, err } = await longhold(args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(expected)
})

test.each([
  ['{', 'is not JSON'],
  ['{}', 'expected what "longhold search --resume" wrote; at longholdSearch'],
  ['{"longholdSearch":1,"target":"other:1","trials":{}}', 'is about other:1, not about x:7000'],
])('a file to go on from that holds %s is refused, and stays as it is', async (text, expected) => {
  const file = join(folder(), 'search.json')
  writeFileSync(file, text)
  const { code, err } = await longhold(['search', 'x', '--resume', file])
  expect(code).toBe(2)
  expect(err).toContain(expected)
  expect(readFileSync(file, 'utf8')).toBe(text)
})
