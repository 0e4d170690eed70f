import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { realClock } from '../src/clock.ts'
import type { Log } from '../src/log.ts'
import type { Told } from '../src/outcome/observation.ts'
import { httpHold } from '../src/probes/http-hold/kind.ts'
import type { Half, Kind } from '../src/probes/kind.ts'
import { tcpHold } from '../src/probes/tcp-hold/kind.ts'
import { smallest, writeQuestion } from '../src/probes/udp-echo/datagram.ts'
import { udpEcho } from '../src/probes/udp-echo/kind.ts'
import { prove } from '../src/probes/udp-echo/proof.ts'
import { type SharedToken, sharedToken } from '../src/secrets/shared-token.ts'
import { parseAddress } from '../src/settings/address.ts'
import { assemble } from '../src/wire/assembly.ts'
import { type Frame, frame, payloadOf } from '../src/wire/frame.ts'
import { fileToken, secretFile, silentLog, tokenA, tokenB, warnings } from './secrets.ts'
import { testWorld } from './world.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const named = async (text: string, log = silentLog as Log) => {
  const made = await fileToken(text, log)
  closers.push(() => made.token.close())
  return made
}

/** One half in a world of its own, which knows `token`. */
async function half(
  begin: (world: ReturnType<typeof testWorld>) => Promise<Half> | undefined,
  pod: string,
  token?: SharedToken,
  clock = realClock,
) {
  const world = testWorld(pod)
  const running = await begin({ ...world, token, clock })
  if (!running) throw new Error('there is such a half')
  closers.push(
    () => running.stop(200),
    () => world[Symbol.dispose](),
  )
  return { told: world.told, at: running.listens[0] ?? '', half: running }
}

const server = (kind: Kind, token?: SharedToken) =>
  half(world => kind.server?.start(kind.server.settings.parse({ listen: '127.0.0.1:0' }), world), 'server-0', token)

const held = { connections: 1, idle: '100ms', deadline: '1s', spread: '0s', reconnect: { base: '50ms', cap: '100ms' } }
const asked = { every: '50ms', timeout: '1s' }
const client = (kind: Kind, to: string, token?: SharedToken, clock = realClock) =>
  half(
    world => kind.client(kind.settings.parse({ name: 'probe', to: [to], ...(kind === udpEcho ? asked : held) }), world),
    'client-0',
    token,
    clock,
  )

const rejections = (told: readonly Told[]) =>
  new Set(told.flatMap(each => (each.type === 'rejected' ? [each.reason] : [])))
const fates = (told: readonly Told[]) =>
  new Set(told.flatMap(each => (each.type === 'ended' || each.type === 'asked' ? [`${each.fate} ${each.code}`] : [])))
const isWell = (told: readonly Told[]) =>
  told.some(each => each.type === 'exchanged' || (each.type === 'asked' && each.fate === 'ok'))

describe.each([tcpHold, httpHold, udpEcho])('$name', kind => {
  const turnedAway = (why: string) => (kind === udpEcho ? `wrong-reply REFUSED ${why}` : `closed BYE ${why}`)

  test.each([
    ['the same token', tokenA, tokenA],
    ['a token that only the client has', tokenA, undefined],
    ['none at all', undefined, undefined],
    ['the second of several', tokenB, `${tokenA}\n${tokenB}`],
  ])('serves who has %s', async (_, ours, theirs) => {
    const { at, told } = await server(kind, theirs === undefined ? undefined : (await named(theirs)).token)
    const own = await client(kind, at, ours === undefined ? undefined : (await named(ours)).token)
    await expect.poll(() => isWell(own.told)).toBe(true)
    expect(rejections(told)).toEqual(new Set())
  })

  test.each([
    ['another token', tokenB, 0, 'bad-proof'],
    ['none', undefined, 0, kind === udpEcho ? 'bad-proof' : 'no-proof'],
    ['the right one, and a clock that is ten minutes ahead', tokenA, 600_000, 'stale-proof'],
    ['the right one, and a clock that is ten minutes behind', tokenA, -600_000, 'stale-proof'],
  ])(
    'turns away who has %s, counts it and says why; the client knows that it was no network',
    async (_, ours, aheadMs, why) => {
      const { at, told } = await server(kind, (await named(tokenA)).token)
      const clock = { ...realClock, now: () => realClock.now() + aheadMs }
      const own = await client(kind, at, ours === undefined ? undefined : (await named(ours)).token, clock)
      await expect.poll(() => fates(own.told)).toEqual(new Set([turnedAway(why)]))
      expect(rejections(told)).toEqual(new Set([why]))
      expect(isWell(own.told)).toBe(false)
      expect(told.some(({ type }) => type === 'opened')).toBe(false)
    },
  )

  test('a token rotates: what is held is not cut, and for a while both are taken', async () => {
    const theirs = await named(tokenA)
    const { at, told } = await server(kind, theirs.token)
    const before = await client(kind, at, (await named(tokenA)).token)
    await expect.poll(() => isWell(before.told)).toBe(true)
    await theirs.write(`${tokenB}\n`)
    const newest = (await named(tokenB)).token
    await expect.poll(() => theirs.token.fits('x', newest.mac('x')), { timeout: 10_000 }).toBe(true)
    const after = await client(kind, at, newest)
    const late = await client(kind, at, (await named(tokenA)).token)
    await expect.poll(() => isWell(after.told) && isWell(late.told)).toBe(true)
    expect(rejections(told)).toEqual(new Set())
    const old = (await named(tokenA)).token
    await expect.poll(() => theirs.token.fits('x', old.mac('x')), { timeout: 20_000 }).toBe(false)
    const exchanges = () => before.told.filter(each => each.type === 'exchanged').length
    const soFar = exchanges()
    if (kind !== udpEcho) {
      await expect.poll(exchanges).toBeGreaterThan(soFar + 2)
      expect(before.told.some(({ type }) => type === 'ended')).toBe(false)
    }
    const gone = await client(kind, at, old)
    await expect.poll(() => fates(gone.told)).toEqual(new Set([turnedAway('bad-proof')]))
  })
})

/** Lets everything through both ways, and remembers what the client said. */
async function overheard(to: string): Promise<{ readonly at: string; readonly said: () => Buffer }> {
  const parts: Buffer[] = []
  const relay = createServer(near => {
    const far = connect(parseAddress(to, 0) ?? { port: 0 })
    near.on('data', bytes => parts.push(bytes)).pipe(far)
    far.pipe(near)
    for (const socket of [near, far]) socket.on('error', () => {})
    closers.push(() => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  closers.push(() => relay.close())
  return { at: `127.0.0.1:${(relay.address() as AddressInfo).port}`, said: () => Buffer.concat(parts) }
}

/** Says it again on a connection of its own, and hears what is answered until it is closed. */
async function saidAgain(at: string, bytes: Uint8Array): Promise<Buffer> {
  const socket = connect(parseAddress(at, 0) ?? { port: 0 })
  socket.write(bytes)
  const heard: Buffer[] = []
  for await (const part of socket) heard.push(part as Buffer)
  return Buffer.concat(heard)
}

function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  assemble(undefined, bytes, each => frames.push(each) > 0)
  return frames
}

describe('who overhears a hello', () => {
  test('on TCP does not learn the token, cannot say it again, and cannot say anything else with it', async () => {
    const { at, told } = await server(tcpHold, (await named(tokenA)).token)
    const ear = await overheard(at)
    const own = await client(tcpHold, ear.at, (await named(tokenA)).token)
    await expect.poll(() => isWell(own.told)).toBe(true)
    expect(ear.said().includes(tokenA)).toBe(false)
    const [hello] = framesOf(ear.said())
    if (!hello) throw new Error('a client says hello first')
    const again = framesOf(await saidAgain(at, ear.said().subarray(0, hello.end)))
    expect(again.map(each => [each.type, payloadOf(each).toString()])).toEqual([['bye', 'replayed-proof']])
    const said = JSON.parse(payloadOf(hello).toString()) as object
    for (const more of [
      { id: 'another' },
      { cohort: 'another' },
      { path: 'pod' },
      { deadlineMs: 11 },
      { idleMs: [51] },
    ]) {
      const other = frame('hello', Buffer.from(JSON.stringify({ ...said, ...more })))
      const [answer] = framesOf(await saidAgain(at, other))
      expect(answer && payloadOf(answer).toString()).toBe('bad-proof')
    }
    expect(rejections(told)).toEqual(new Set(['replayed-proof', 'bad-proof']))
    expect(told.filter(({ type }) => type === 'opened')).toHaveLength(1)
  })

  test('on HTTP neither, nor of a hello for another kind', async () => {
    const shared = (await named(tokenA)).token
    const { at, told } = await server(httpHold, shared)
    const ear = await overheard(at)
    const own = await client(httpHold, ear.at, (await named(tokenA)).token)
    await expect.poll(() => isWell(own.told)).toBe(true)
    expect(ear.said().includes(tokenA)).toBe(false)
    const text = ear.said().toString('latin1')
    const hello = text.slice(0, text.indexOf('GET /hold'))
    expect((await saidAgain(at, Buffer.from(hello))).toString()).toMatch(
      /^HTTP\/1\.1 403 [^]*longhold-bye: replayed-proof/,
    )
    expect(
      (await saidAgain(at, Buffer.from(hello.replace('"cohort":"probe"', '"cohort":"prabe"')))).toString(),
    ).toContain('bad-proof')
    const [, proof = ''] = /longhold-proof: (\S+)/i.exec(hello) ?? []
    const body = JSON.parse(hello.slice(hello.indexOf('{'))) as object
    const tcp = await server(tcpHold, shared)
    const foreign = framesOf(await saidAgain(tcp.at, frame('hello', Buffer.from(JSON.stringify({ ...body, proof })))))
    expect(foreign.map(each => payloadOf(each).toString())).toEqual(['bad-proof'])
    expect(rejections(told)).toEqual(new Set(['replayed-proof', 'bad-proof']))
  })

  test('on HTTP nobody is answered who has not said hello', async () => {
    const { at, told } = await server(httpHold, (await named(tokenA)).token)
    const answer = await saidAgain(at, Buffer.from('GET /hold HTTP/1.1\r\nHost: x\r\n\r\n'))
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 [^]*longhold-bye: no-proof/)
    expect(rejections(told)).toEqual(new Set(['no-proof']))
  })

  test('over UDP has the same question answered once more, of the same size, and no other; a refusal is shorter than any', async () => {
    const shared = (await named(tokenA)).token
    const { at, told } = await server(udpEcho, shared)
    const { host, port } = parseAddress(at, 0) ?? { host: '', port: 0 }
    const socket = createSocket('udp4')
    closers.push(() => socket.close())
    async function ask(question: Buffer): Promise<Buffer> {
      socket.send(question, port, host)
      const [answer] = (await once(socket, 'message')) as [Buffer]
      return answer
    }
    const question = prove(writeQuestion(Buffer.alloc(smallest, 7), 1, Buffer.alloc(8, 9)), shared, realClock)
    expect((await ask(question)).length).toBe(question.length)
    expect((await ask(question)).length).toBe(question.length)
    for (const changed of [8, 12, 20, 30, 41, 63]) {
      const other = Buffer.from(question)
      other[changed] = (other[changed] ?? 0) ^ 1
      expect((await ask(other)).length).toBeLessThan(question.length / 2)
    }
    const old = prove(writeQuestion(Buffer.alloc(smallest), 2, Buffer.alloc(8)), shared, {
      ...realClock,
      now: () => realClock.now() - 600_000,
    })
    expect((await ask(old)).length).toBeLessThan(question.length / 2)
    expect(rejections(told)).toEqual(new Set(['bad-proof', 'stale-proof']))
  })
})

test.each([
  ['', 'found none'],
  ['short', 'found a line that is none'],
  [`${tokenA}\ntwo words here, no token`, 'found a line that is none'],
  [`${tokenA}\n`.repeat(9), 'found 9 of them'],
])('a file %j is a mistake that is named', async (text, found) => {
  const { file } = await secretFile('token', text)
  const made = sharedToken({ setting: 'auth.tokenFile', file }, { clock: realClock, log: silentLog })
  await expect(made).rejects.toThrow(
    `auth.tokenFile: expected a token of 16 to 4096 printable characters without spaces in ${file}`,
  )
  await expect(made).rejects.toThrow(found)
})

test('a file that is gone, or broken, leaves the token in force', async () => {
  const { log, said } = warnings()
  const { token, write } = await named(tokenA, log)
  const before = token.mac('x')
  await write('broken')
  await expect.poll(() => said.length).toBe(1)
  expect(said[0]).toMatch(/^auth\.tokenFile: expected a token .*; what was read before stays in force$/)
  expect(token.mac('x')).toEqual(before)
  await write(tokenB)
  await expect.poll(() => token.mac('x').equals(before), { timeout: 10_000 }).toBe(false)
})
