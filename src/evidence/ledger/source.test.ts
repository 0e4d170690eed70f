import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as listener, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exampleIdentity, exampleWeb } from '../../../test/web-example.ts'
import { realClock } from '../../clock.ts'
import { type Account, ledger } from '../../ledger/ledger.ts'
import { type Admits, admitsToken } from '../../http/token.ts'
import { machineAt } from '../machine.ts'
import type { LedgerFacts } from './facts.ts'
import { sourceDeadlineMs } from '../read.ts'
import { type LedgerSettings, ledgerSource } from './source.ts'

const closers: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** All servers listen on one port, each on an address of its own, as pods do. */
let port = 0
beforeAll(async () => {
  const server = listener().listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  server.close()
})

const machine = machineAt('/', realClock)(new AbortController().signal)
const peer = (ip: string, instance = 'f00d') => ({ ...exampleIdentity, ip, instance })
const ask = async (ips: readonly string[], settings: Partial<LedgerSettings> = {}, instance = 'f00d') =>
  (await ledgerSource({ port, ...settings }).read(machine, {
    flows: [],
    accounts: ips.map((ip, i) => ({ id: `c${i + 1}`, peer: peer(ip, instance) })),
  })) as LedgerFacts

const account: Account = {
  id: 'c1',
  kind: 'tcp-hold',
  cohort: 'quiet',
  path: 'service',
  client: exampleIdentity,
  remote: '10.0.0.1:4000',
  local: '10.0.0.2:7000',
  openedAt: 0,
  lastAt: 7,
  exchanges: 2,
  bytesIn: 0,
  bytesOut: 0,
  state: 'open',
}

/** A longhold server that knows c1. */
async function knowing(host: string, admits?: Admits): Promise<void> {
  const book = ledger(10)
  book.open({ ...account })
  const web = await exampleWeb({ ledger: book, command: 'server' }, { host, port }, admits)
  closers.push(() => web.close())
}

async function listening(server: Server, host: string): Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => {})))
  server.listen(port, host)
  await once(server, 'listening')
  closers.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
}

const answering = (host: string, answer: RequestListener) => listening(createServer(answer), host)

test('each server tells its side, whoever else is silent', async () => {
  await knowing('127.0.0.1')
  await listening(listener(), '127.0.0.2') // accepts, and never says a word
  const began = realClock.steady()
  const facts = await ask(['127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.3', 'server.invalid'])
  expect(realClock.steady() - began).toBeLessThan(sourceDeadlineMs)
  expect(facts).toEqual([
    { id: 'c1', instance: 'f00d', answeredBy: 'f00d', state: 'open', remote: '10.0.0.1:4000', lastAt: 7, exchanges: 2 },
    { id: 'c2', instance: 'f00d', answeredBy: 'f00d', state: 'unknown' },
    expect.objectContaining({ id: 'c3', state: 'unreachable', why: expect.stringContaining('no answer within') }),
    expect.objectContaining({ id: 'c4', state: 'unreachable', why: `127.0.0.3:${port}: it refuses connections` }),
    expect.objectContaining({ id: 'c5', state: 'unreachable', why: 'it gave no address of its own' }),
  ])
})

test('a server that was restarted answers as another one', async () => {
  await knowing('127.0.0.1')
  const [, second] = await ask(['127.0.0.1', '127.0.0.1'], {}, 'beef')
  expect(second).toEqual({ id: 'c2', instance: 'beef', answeredBy: 'f00d', state: 'unknown' })
})

test('a pair asks itself where its own web listens', async () => {
  await knowing('127.0.0.4')
  const own = { instance: 'f00d', at: { host: '127.0.0.4', port } }
  expect(await ask(['192.0.2.1'], { port: 1, own })).toMatchObject([{ id: 'c1', state: 'open' }])
})

test('no more than sixteen are asked', async () => {
  await knowing('127.0.0.1')
  expect(await ask(Array.from({ length: 40 }, () => '127.0.0.1'))).toHaveLength(16)
})

describe('a hostile server is unreachable, with the reason', () => {
  test.each<[string, (host: string) => Promise<void>, string]>([
    [
      'floods',
      host =>
        answering(host, (_, answer) => {
          const flood = () => {
            while (answer.write('{'.repeat(65_536)));
          }
          answer.on('drain', flood)
          flood()
        }),
      'larger than 65536 bytes',
    ],
    [
      'never ends a line of its head',
      host =>
        listening(
          listener(socket => socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(1e6)}`))),
          host,
        ),
      'does not answer in HTTP',
    ],
    [
      'speaks something else',
      host =>
        listening(
          listener(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
          host,
        ),
      'does not answer in HTTP',
    ],
    [
      'drips',
      host =>
        answering(host, (_, answer) => {
          const drip = setInterval(() => answer.write(' '), 50)
          answer.on('close', () => clearInterval(drip))
        }),
      'no answer within 1500 ms',
    ],
    [
      'hangs up',
      host =>
        listening(
          listener(socket => socket.resetAndDestroy()),
          host,
        ),
      'reset',
    ],
    [
      'sends elsewhere',
      host => answering(host, (_, answer) => answer.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
      'it answered 302',
    ],
    ['lies', host => answering(host, (_, answer) => answer.end(JSON.stringify({ ...account, id: 'x' }))), 'another'],
  ])('one that %s', async (_, start, why) => {
    await start('127.0.0.5')
    const [fact] = await ask(['127.0.0.5'])
    expect(fact).toMatchObject({ id: 'c1', state: 'unreachable', why: expect.stringContaining(why) })
  })
})

test('a server that wants a token is shown it, whatever it is by now; one that wants another has not answered', async () => {
  await knowing('127.0.0.2', admitsToken('good', 'test'))
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'longhold-token-')), 'token')
  for (const [token, expected] of [
    ['good', { state: 'open', exchanges: 2 }],
    ['bad', { state: 'unreachable', why: expect.stringContaining('401') }],
    ['', { state: 'unreachable', why: expect.stringContaining(tokenFile) }],
  ] as const) {
    writeFileSync(tokenFile, `${token}\n`)
    expect(await ask(['127.0.0.2'], { tokenFile })).toMatchObject([expected])
  }
  expect(await ask(['127.0.0.2'])).toMatchObject([{ state: 'unreachable' }])
})
