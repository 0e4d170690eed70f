import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { addressOfMachine, exampleAgent, exampleSource } from '../../test/agent-example.ts'
import { realClock } from '../clock.ts'
import { defineFacts } from '../evidence/facts.ts'
import type { Ask, Source } from '../evidence/source.ts'
import type { Flow } from '../outcome/flow.ts'
import { parseAddress } from '../settings/address.ts'
import { agentReadings } from './asking.ts'
import { admitsToken } from '../http/token.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const numbers = defineFacts('counters', z.record(z.string(), z.number()))
const counters = { ...exampleSource('counters', async () => ({ drop: 4 })), facts: numbers }
const entries = exampleSource('entries', async (_, { flows }) => flows.map(({ local }) => local), {
  about: 'flows',
  costly: true,
})
const ofCluster = exampleSource('cluster', async () => 1, { of: 'cluster' })
const all = [counters, entries, ofCluster]

const flow = (local: string): Flow => ({ proto: 'tcp', local, remote: '10.96.0.10:53' })
const about = (...locals: string[]): Ask => ({ flows: locals.map(flow), accounts: [] })
const nobody = about()

function asked(at: string, ask: Ask = nobody, { token, deadlineMs, costly = true }: How = {}) {
  const address = parseAddress(at, 7002) ?? { host: '', port: 0 }
  const asking = { clock: realClock, costly, sources: all, ...(deadlineMs && { deadlineMs }) }
  return agentReadings({ at: address, ...(token && { token }) }, ask, asking)
}
interface How {
  readonly token?: string
  readonly deadlineMs?: number
  readonly costly?: boolean
}

async function agent(sources: readonly Source[], job: Parameters<typeof exampleAgent>[1] = {}): Promise<string> {
  const running = await exampleAgent(sources, job)
  closers.push(() => running.close())
  return running.listens
}

/** Somebody else on the agent's port. */
async function impostor(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => (server.closeAllConnections(), server.close()))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answering =
  (body: unknown, status = 200): RequestListener =>
  (_, response) => {
    response.statusCode = status
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const envelope = (readings: unknown) => ({ version: '9.9.9', node: 'n', at: 1, readings })

const says = (why: string | RegExp) => ({ absent: expect.stringMatching(why) })

describe('a good agent', () => {
  test('tells of each source that was wanted, about our flows', async () => {
    const at = await agent(all)
    expect(await asked(at, about('127.0.0.1:4000', '127.0.0.1:4001'))).toEqual({
      counters: { at: expect.any(Number), value: { drop: 4 } },
      entries: { at: expect.any(Number), value: ['127.0.0.1:4000', '127.0.0.1:4001'] },
    })
    expect(Object.keys(await asked(at, about('127.0.0.1:4000'), { costly: false }))).toEqual(['counters'])
    expect(Object.keys(await asked(at))).toEqual(['counters'])
  })

  test('is not asked about flows that never got an address or a port, nor about more than it takes', async () => {
    const at = await agent(all)
    const locals = ['0.0.0.0:0', '127.0.0.1:0', ...Array.from({ length: 40 }, (_, each) => `127.0.0.1:${4000 + each}`)]
    const { entries: told } = await asked(at, about(...locals))
    expect(told).toMatchObject({ value: locals.slice(2, 18) })
    expect(await asked(at, about('0.0.0.0:0'))).not.toHaveProperty('entries')
  })

  test('gets the token, and says so when it is the wrong one', async () => {
    const at = await agent(all, { admits: admitsToken('secret', 'here') })
    expect(await asked(at, nobody, { token: 'secret' })).toMatchObject({ counters: { value: { drop: 4 } } })
    for (const token of ['wrong', 'two\r\nlines', '']) {
      const { counters: told } = await asked(at, nobody, { token })
      expect(told, token).toMatchObject({ absent: expect.stringMatching(/^agent at 127\.0\.0\.1:\d+: [^\n]+$/) })
      expect(JSON.stringify(told)).not.toContain('lines')
    }
  })

  const stranger = addressOfMachine()
  test.skipIf(stranger === undefined)('that tells us only what is ours is asked again about that', async () => {
    const at = await agent(all, { listen: { host: stranger ?? '', port: 0 } })
    expect(await asked(at, about('10.244.1.10:1', `${stranger}:2`))).toMatchObject({
      counters: { value: { drop: 4 } },
      entries: { value: [`${stranger}:2`] },
    })
    const { counters: told, entries: none } = await asked(at, about('10.244.1.10:1'))
    expect([told, none]).toMatchObject([{ value: { drop: 4 } }, { absent: expect.stringContaining('says nothing') }])
  })

  test('that is busy with others is asked once more', async () => {
    const at = await agent(all)
    await Promise.all(Array.from({ length: 6 }, () => fetch(`http://${at}/evidence`)))
    expect(await asked(at)).toMatchObject({ counters: { value: { drop: 4 } } })
  })
})

describe('an agent that', () => {
  test.each<[string, RequestListener, string]>([
    ['answers garbage', answering('{"readings":'), 'what it answers is no evidence'],
    ['answers nothing', answering(''), 'what it answers is no evidence'],
    ['answers something else', answering([1, 2]), 'what it answers is no evidence'],
    ['is nobody we know', answering('<html>', 404), 'it answers 404: and not why'],
    ['sends us elsewhere', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), '302'],
    ['is broken', answering({ error: 'a\u001b[31m bug\n at x' }, 500), 'it answers 500: a\\?\\[31m bug\\? at x'],
    ['answers without end', (_, response) => flood(response), 'more than 2097152 bytes'],
    ['answers too much at once', answering(envelope({ counters: 'x'.repeat(3_000_000) })), 'more than 2097152 bytes'],
    ['leaves sources out', answering(envelope({})), 'it says nothing of counters \\(it is longhold 9\\.9\\.9\\)'],
    [
      'has readings that are none',
      answering(envelope({ counters: { value: 1 } })),
      'what it says of counters is no reading',
    ],
    ['has readings of a later time', answering(envelope({ counters: [] })), 'no reading'],
    [
      'has another idea of a source',
      answering(envelope({ counters: { at: 1, value: { drop: 'many' } } })),
      'does not fit its form: drop',
    ],
    ['has no value', answering(envelope({ counters: { at: 1 } })), 'no reading'],
    ['lies about its version', answering({ ...envelope({}), version: '\u001b'.repeat(5000) }), 'longhold \\?{300}'],
    ['resets', request => void request.socket.resetAndDestroy(), 'ECONNRESET'],
    ['hangs up', request => void request.socket.end(), 'UND_ERR_SOCKET'],
    [
      'hangs up in the middle',
      (_, response) => void response.writeHead(200, { 'content-length': 99 }).end('{', () => response.destroy()),
      'UND_ERR_',
    ],
    ['speaks something else', request => void request.socket.end('SSH-2.0-OpenSSH_9\r\n'), 'HTTPParserError|HPE_'],
  ])('%s is not believed', async (_, answers, why) => {
    const told = await asked(await impostor(answers))
    expect(told).toEqual({ counters: { at: expect.any(Number), ...says(`^agent at 127\\.0\\.0\\.1:\\d+: .*${why}`) } })
  })

  test.each<[string, RequestListener]>([
    ['never answers', () => {}],
    ['answers by drips', (_, response) => void drip(response)],
    ['says it is busy, for ever', answering({ error: 'busy' }, 429)],
  ])('%s does not keep us', async (_, answers) => {
    const began = performance.now()
    const told = await asked(await impostor(answers), nobody, { deadlineMs: 700 })
    expect(told).toEqual({ counters: { at: expect.any(Number), ...says('no answer within 700 ms$') } })
    expect(performance.now() - began).toBeLessThan(1500)
  })

  test('is in part of another version is believed in the rest', async () => {
    const readings = {
      entries: { at: 2, value: [] },
      counters: { at: 3, absent: 'not\nallowed' },
      novel: { at: 4, value: 1 },
    }
    expect(await asked(await impostor(answering(envelope(readings))), about('10.0.0.1:1'))).toEqual({
      entries: { at: 2, value: [] },
      counters: { at: 3, absent: 'not?allowed' },
    })
  })

  test('names prototypes for sources says nothing', async () => {
    const text = '{"version":"1","node":"n","at":1,"readings":{"__proto__":{"counters":{"at":1,"value":{}}}}}'
    expect(await asked(await impostor(answering(text)))).toMatchObject({ counters: says('it says nothing') })
  })

  test('refuses every flow, for ever, is asked twice and no more', async () => {
    let times = 0
    const at = await impostor((request, response) => {
      times += 1
      answering({ error: 'no', you: '10.9.9.9' }, 403)(request, response)
    })
    expect(await asked(at, about('10.0.0.1:1'))).toMatchObject({ counters: says('it answers 403: no') })
    expect(times).toBe(2)
  })

  test('is not there is ECONNREFUSED, of every source of a machine', async () => {
    const gone = createTcp().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    const why = `agent at 127.0.0.1:${port}: ECONNREFUSED connect`
    expect(await asked(`127.0.0.1:${port}`, about('10.0.0.1:1'))).toMatchObject({
      counters: { absent: why },
      entries: { absent: why },
    })
    expect(await asked('no-such-host.invalid:1')).toMatchObject({
      counters: says('no-such-host.invalid:1: (ENOTFOUND|EAI_AGAIN)'),
    })
  })
})

async function drip(response: Parameters<RequestListener>[1]): Promise<void> {
  response.writeHead(200)
  const timer = setInterval(() => response.write(' '), 50)
  response.once('close', () => clearInterval(timer))
}

function flood(response: Parameters<RequestListener>[1]): void {
  const socket = response.socket as Socket
  const more = () => {
    while (!socket.destroyed && response.write('['.repeat(65_536)));
  }
  response.on('drain', more)
  more()
}
