import { expect, test } from 'vitest'
import { beat, frame } from '../../wire/frame.ts'
import { byeFrame, welcomeFrame } from '../../wire/hello.ts'
import { chance } from '../../../test/simulated/chance.ts'
import { longhold } from './longhold.ts'
import { postgres } from './postgres.ts'
import { redis, said } from './line.ts'

const identity = { pod: 'p', node: 'n', ip: 'i', instance: 'x' }
const wish = {
  options: { keepalive: undefined, userTimeoutMs: 0 },
  speaker: 'client' as const,
  silenceMs: 1000,
  deadlineMs: 1000,
}

test('longhold: welcome, the pong to our ping, a ping out of turn, a goodbye', () => {
  const codec = longhold(identity, wish)
  expect(codec.hear(welcomeFrame({ ...identity, instance: 'server-1' }))).toEqual([
    { type: 'welcome', server: 'server-1' },
  ])
  const ping = Buffer.from(codec.question())
  expect(codec.hear(beat('pong', ping.readUInt32BE(8), ping.subarray(12)))).toEqual([{ type: 'answer' }])
  expect(codec.hear(beat('ping', 4, Buffer.from('nonce')))).toEqual([
    { type: 'turn', reply: beat('pong', 4, Buffer.from('nonce')) },
  ])
  expect(codec.hear(byeFrame('server stops'))).toEqual([{ type: 'goodbye', said: 'server stops' }])
  expect(codec.hear(byeFrame('flood'))).toEqual([{ type: 'wrong', said: 'flood' }])
})

test('longhold: half a frame waits for its rest; a foreign pong is wrong', () => {
  const codec = longhold(identity, wish)
  const welcome = welcomeFrame(identity)
  expect(codec.hear(welcome.subarray(0, 11))).toEqual([])
  expect(codec.hear(welcome.subarray(11))).toEqual([{ type: 'welcome', server: 'x' }])
  expect(codec.hear(frame('pong', Buffer.alloc(20)))).toEqual([{ type: 'wrong', said: 'an unexpected pong' }])
})

test('a line opens, a line answers; one that nobody asked for is a complaint', () => {
  const codec = said(Buffer.from('NOOP\r\n'))
  expect(codec.hear(Buffer.from('220 hel'))).toEqual([])
  expect(codec.hear(Buffer.from('lo\r\n'))).toEqual([{ type: 'welcome' }])
  expect(codec.hear(Buffer.from('421 timeout, closing\r\n'))).toEqual([
    { type: 'complaint', said: '421 timeout, closing' },
  ])
  codec.question()
  expect(codec.hear(Buffer.from('250 ok\r\n'))).toEqual([{ type: 'answer' }])
})

test('Redis answers, even where it wants a password first', () => {
  expect(redis().hear(Buffer.from('-NOAUTH Authentication required.\r\n'))).toEqual([{ type: 'welcome' }])
})

const message = (type: string, body: string | Buffer) => {
  const bytes = Buffer.from(body)
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(bytes.length + 4, 1)
  return Buffer.concat([head, bytes])
}
const ready = message('Z', 'I')

test('PostgreSQL: a login without a password, an empty query, its own timeout, an administrator', () => {
  const codec = postgres({ user: 'app', database: 'shop' })
  expect(Buffer.from(codec.greeting).includes(Buffer.from('user\0app\0database\0shop\0'))).toBe(true)
  expect(codec.hear(Buffer.concat([message('R', Buffer.alloc(4)), message('S', 'a\0b\0'), ready]))).toEqual([
    { type: 'welcome' },
  ])
  expect(codec.hear(Buffer.concat([message('I', ''), ready]))).toEqual([{ type: 'answer' }])
  expect(codec.hear(message('E', 'SFATAL\0C57P05\0Midle\0\0'))).toEqual([{ type: 'complaint', said: '57P05 idle' }])
  expect(codec.hear(message('E', 'SFATAL\0C57P01\0Mstop\0\0'))).toEqual([{ type: 'goodbye', said: '57P01 stop' }])
})

test('PostgreSQL that wants a password, or is full, says so', () => {
  const scram = Buffer.alloc(4)
  scram.writeInt32BE(10)
  expect(postgres({ user: 'a', database: 'b' }).hear(message('R', scram))[0]).toMatchObject({ type: 'wrong' })
  expect(postgres({ user: 'a', database: 'b' }).hear(message('E', 'C53300\0Mtoo many clients\0\0'))).toEqual([
    { type: 'wrong', said: '53300 too many clients' },
  ])
})

test('whatever bytes come, each codec hears something or nothing, and keeps little of it', () => {
  const { unit } = chance(3)
  for (let round = 0; round < 300; round++) {
    const codecs = [longhold(identity, wish), said(Buffer.from('x\n')), redis(), postgres({ user: 'a', database: 'b' })]
    for (const codec of codecs)
      for (let chunk = 0; chunk < 5; chunk++) {
        const bytes = Buffer.from(Array.from({ length: Math.floor(unit() * 300) }, () => Math.floor(unit() * 256)))
        for (const { type } of codec.hear(bytes))
          expect(['welcome', 'answer', 'turn', 'goodbye', 'complaint', 'wrong']).toContain(type)
      }
  }
})

test('a stranger that never ends its line, or announces a message of a gigabyte, is given up', () => {
  const codec = said(Buffer.from('x\n'))
  const heard = Array.from({ length: 20 }, () => codec.hear(Buffer.alloc(4096, 'a'))).flat()
  expect(heard[0]).toMatchObject({ type: 'wrong' })
  const huge = Buffer.from('R\x40\x00\x00\x00')
  expect(postgres({ user: 'a', database: 'b' }).hear(huge)[0]).toMatchObject({ type: 'wrong' })
})
