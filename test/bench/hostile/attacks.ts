import { randomBytes } from 'node:crypto'
import { encode } from 'dns-packet'
import { smallest, writeQuestion } from '../../../src/probes/udp-echo/datagram.ts'
import { beat } from '../../../src/wire/frame.ts'
import { helloFrame } from '../../../src/wire/hello.ts'
import { strangersHello } from '../../strangers-hello.ts'
import { type Done, knocking, type Manner, throwing } from './strangers.ts'

/** The ports of a longhold server. */
export const ports = ['tcp-hold', 'http-hold', 'web', 'dns', 'udp-echo'] as const
export type Port = (typeof ports)[number]

/** One way to be a nuisance at one port. */
export interface Attack {
  readonly name: string
  readonly at: Port
  readonly begin: (port: number, seconds: number) => Promise<Done>
}

const overTcp = (at: Port, manners: Readonly<Record<string, Manner>>): Attack[] =>
  Object.entries(manners).map(([name, manner]) => ({
    name,
    at,
    begin: (port, seconds) => knocking(port, manner, seconds),
  }))

const overUdp = (at: Port, makers: Readonly<Record<string, () => Uint8Array>>): Attack[] =>
  Object.entries(makers).map(([name, make]) => ({
    name,
    at,
    begin: (port, seconds) => throwing(port, make, 5000, seconds),
  }))

const many = { atOnce: 2000, perSecond: 2000 } as const
const some = { atOnce: 200, perSecond: 1000 } as const

/** At every TCP port, whatever it speaks. */
const anyone = {
  flood: { ...many, leaves: true },
  silent: many,
  garbage: { ...some, first: randomBytes(16_384) },
} as const satisfies Record<string, Manner>

const hello = helloFrame(strangersHello)
const asks = (path: string) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
const endless = Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(7000)}`)
const oversized = Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(16_384)}\r\n\r\n`)
/** What one reader of HTTP takes for a body and another for a request (RFC 9112, 11.2). */
const smuggled = Buffer.from(
  `POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG${asks('/hold').toString()}`,
)
const http = (path: string) => ({
  'slow loris': { ...many, drip: { bytes: endless, everyMs: 200 } },
  'large heads': { ...some, first: oversized },
  smuggling: { ...some, first: smuggled },
  deaf: { ...some, deaf: true, without: { end: asks(path) } } as const,
})

const question = (name: string, type: 'A' | 'TXT') =>
  encode({ type: 'query', id: 7, flags: 0x0100, questions: [{ type, name, class: 'IN' }] })
const framedQuestion = (name: string): Buffer => {
  const bytes = question(name, 'A')
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

export const attacks: readonly Attack[] = [
  ...overTcp('tcp-hold', {
    ...anyone,
    'slow loris': { ...many, drip: { bytes: hello.subarray(0, hello.length - 1), everyMs: 200 } },
    'frame of 4 GiB': { ...some, first: Buffer.from([0x4c, 0x48, 1, 1, 255, 255, 255, 255]) },
    deaf: { ...some, deaf: true, first: hello, without: { end: beat('ping', 0, Buffer.alloc(2040)) } },
  }),
  ...overTcp('http-hold', { ...anyone, ...http('/hold') }),
  ...overTcp('web', { ...anyone, ...http('/metrics') }),
  ...overTcp('dns', {
    ...anyone,
    'slow loris': { ...many, drip: { bytes: framedQuestion('a.longhold.test').subarray(0, -1), everyMs: 200 } },
    deaf: { ...some, deaf: true, without: { end: framedQuestion('big.longhold.test') } },
  }),
  ...overUdp('dns', {
    'noise, UDP': () => randomBytes(512),
    'amplifying, UDP': () => question('big.longhold.test', 'A'),
    'slow names, UDP': () => question('slow-60000.longhold.test', 'A'),
  }),
  ...overUdp('udp-echo', {
    noise: () => randomBytes(1200),
    amplifying: () => writeQuestion(Buffer.alloc(smallest), 1, randomBytes(8)),
  }),
]
