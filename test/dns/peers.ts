import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode } from 'dns-packet'

/** A DNS server on loopback that is named after what is wrong with it. */
export interface Peer extends AsyncDisposable {
  readonly at: string
  /** Source ports of the questions it got, in order. */
  readonly ports: readonly number[]
  /** What it was asked, as `name TYPE`. */
  readonly questions: readonly string[]
}

export type Behaviour = (bytes: Buffer, from: RemoteInfo, socket: Socket) => void

export async function peer(behave: Behaviour, port = 0): Promise<Peer> {
  const socket = createSocket('udp4').bind(port, '127.0.0.1')
  await once(socket, 'listening')
  const ports: number[] = []
  const questions: string[] = []
  socket.on('message', (bytes, from) => {
    ports.push(from.port)
    const [question] = decode(bytes).questions ?? []
    questions.push(`${question?.name} ${question?.type}`)
    behave(bytes, from, socket)
  })
  return {
    at: `127.0.0.1:${socket.address().port}`,
    ports,
    questions,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** The right answer to a question, with an error code where wanted. */
export function answerTo(bytes: Buffer, rcode = 0): Buffer {
  const { id, questions = [] } = decode(bytes)
  const [{ name, type } = { name: 'none', type: 'A' }] = questions
  const data = type === 'A' ? '192.0.2.1' : '2001:db8::1'
  const answers = rcode === 0 && (type === 'A' || type === 'AAAA') ? [{ type, name, ttl: 1, data } as const] : []
  return encode({ type: 'response', id: id ?? 0, flags: 0x0480 | rcode, questions, answers })
}

export const honest: Behaviour = (bytes, { port }, socket) => socket.send(answerTo(bytes), port, '127.0.0.1')
export const silent: Behaviour = () => {}
export const failing =
  (rcode: number): Behaviour =>
  (bytes, { port }, socket) =>
    socket.send(answerTo(bytes, rcode), port, '127.0.0.1')
export const lateBy =
  (ms: number): Behaviour =>
  (...asked) => {
    const [, , socket] = asked
    const timer = setTimeout(() => honest(...asked), ms)
    socket.once('close', () => clearTimeout(timer))
  }
export const duplicating: Behaviour = (...asked) => {
  honest(...asked)
  honest(...asked)
}
/** Swallows AAAA when it comes with A from one port, as old kernels' conntrack did. */
export const racing = (): Behaviour => {
  const seen = new Set<number>()
  return (...asked) => {
    const [bytes, { port }] = asked
    const first = !seen.has(port)
    seen.add(port)
    if (first || decode(bytes).questions?.[0]?.type === 'A') honest(...asked)
  }
}
const answering =
  (change: (answer: Buffer) => Buffer): Behaviour =>
  (bytes, { port }, socket) =>
    socket.send(change(answerTo(bytes)), port, '127.0.0.1')
/** Promises 65535 records and has one. */
export const exaggerating = answering(answer => (answer.writeUInt16BE(65_535, 6), answer))
export const cutting = answering(answer => answer.subarray(0, 14))
/** Answers with an id it was not asked with. */
export const mistaken = answering(answer => (answer.writeUInt16BE(answer.readUInt16BE(0) ^ 1, 0), answer))
/** Answers another question, under the right id. */
export const evasive = answering(answer => (answer.write('y', 13), answer))
/** Says TC, and has no TCP. */
export const teasing = answering(answer => (answer.writeUInt16BE(0x8680, 2), answer))
