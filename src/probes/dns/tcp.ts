import { connect, Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import { classify } from '../../outcome/classify.ts'
import type { Word } from '../../outcome/fate.ts'
import type { Flow } from '../../outcome/flow.ts'
import type { Address } from '../../settings/address.ts'
import { tcpFlow } from '../flow.ts'
import { type Answer, readAnswer } from './answer.ts'
import { framed, unframe } from './framing.ts'
import type { Query } from './query.ts'

export interface TcpQuestion {
  readonly server: Address
  readonly queries: readonly Query[]
  readonly deadlineMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Why there are no answers, and on which flow there are none. */
export interface Failure extends Word {
  readonly flow: Flow
}

/** Messages with another id than ours that we read over before we give up. */
const patience = 8

/**
 * Asks over one new TCP connection (RFC 7766), all queries at once, and resolves to their answers in the same order,
 * or to what ended it: the system's error, DEADLINE, FIN, WRONG_REPLY or ABORT_ERR.
 */
export function askOverTcp({
  server,
  queries,
  deadlineMs,
  clock,
  signal,
}: TcpQuestion): Promise<readonly Answer[] | Failure> {
  const { promise, resolve } = Promise.withResolvers<readonly Answer[] | Failure>()
  const socket = connect({ host: server.host, port: server.port, noDelay: true })
  const answers = new Map<number, Answer>()
  let foreign = 0

  const lost = (error: Error) => resolve({ ...classify(error), flow: tcpFlow(socket, server) })
  const fail = (code: string) => lost(Object.assign(new Error(code), { code }))
  const cancelled = () => fail('ABORT_ERR')
  const disarm = clock.alarm(deadlineMs, () => setImmediate(() => fail('DEADLINE')))
  signal.addEventListener('abort', cancelled, { once: true })
  if (signal.aborted) cancelled()

  socket.destroy = error => {
    if (error) lost(error) // Node closes the descriptor before it emits `error`
    return Socket.prototype.destroy.call(socket, error)
  }
  socket.on('connect', () => socket.write(Buffer.concat(queries.map(({ bytes }) => framed(bytes)))))
  socket.on('error', () => {}) // `destroy` has heard it
  socket.on('end', () => fail('FIN'))
  const read = unframe(65_535, hear)
  socket.on('data', (chunk: Buffer) => {
    if (read(chunk) !== undefined) fail('WRONG_REPLY')
  })

  function hear(bytes: Buffer): void {
    const query = queries.find(({ id }) => !answers.has(id) && bytes.length >= 2 && bytes.readUInt16BE(0) === id)
    const answer = query ? readAnswer(query, bytes) : 'foreign'
    if (answer === 'foreign' && ++foreign <= patience) return
    if (typeof answer === 'string' || !query) return fail('WRONG_REPLY')
    answers.set(query.id, answer)
    const all = queries.flatMap(({ id }) => answers.get(id) ?? [])
    if (all.length === queries.length) resolve(all)
  }

  return promise.finally(() => {
    disarm()
    signal.removeEventListener('abort', cancelled)
    socket.destroy()
  })
}
