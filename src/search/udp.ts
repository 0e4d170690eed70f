import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { openPort } from '../datagram/port.ts'
import { classify } from '../outcome/classify.ts'
import { askLater, readAnswer, smallest, writeQuestion } from '../probes/udp-echo/datagram.ts'
import { prove } from '../probes/udp-echo/proof.ts'
import type { SharedToken } from '../secrets/shared-token.ts'
import type { Address } from '../settings/address.ts'
import type { Connection, Reply, Wish } from './protocol.ts'

/** conntrack takes a flow for a stream, with the longer timeout, when it is answered after its first two seconds (nf_conntrack_proto_udp.c). */
const streamMs = 2100

export interface UdpOptions {
  /** Codec long enough to be taken for a stream, before the silence. */
  readonly stream: boolean
  /** What the echo wants proven, where it does. */
  readonly token?: SharedToken | undefined
}

/**
 * Opens a UDP port and has an exchange with the pair's echo. Where the server is to break the silence, the question asks
 * for an answer after it: what comes then came through what the path still remembered.
 */
export async function openFlow(
  to: Address,
  wish: Wish,
  { stream, token }: UdpOptions,
  clock: Clock,
): Promise<Connection> {
  const { silenceMs, deadlineMs, speaker } = wish
  const waiting = new Map<number, { question: Buffer; resolve: (reply: Reply) => void }>()
  const ended = Promise.withResolvers<never>()
  const heard = Promise.withResolvers<number>()
  let quietSince = clock.steady()
  let sequence = 0

  const port = await openPort({
    server: to,
    clock,
    onDatagram({ bytes, at, expected, from }) {
      for (const [seq, { question, resolve }] of waiting) {
        const answer = readAnswer(question, bytes)
        if (typeof answer === 'string') continue
        waiting.delete(seq)
        if ('refused' in answer) return resolve({ fate: 'wrong-reply', code: `REFUSED ${answer.refused}` })
        quietSince = at
        return resolve(
          expected ? { fate: 'ok', server: answer.instance } : { fate: 'wrong-source', code: `from ${from}` },
        )
      }
    },
    onError(error) {
      const { fate, code } = classify(error)
      for (const { resolve } of waiting.values()) resolve({ fate: fate === 'ok' ? 'bug' : fate, code })
      waiting.clear()
    },
  })

  function put(delayMs: number): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>()
    const question = writeQuestion(Buffer.alloc(smallest), ++sequence, randomBytes(8))
    if (delayMs > 0) askLater(question, Math.round(delayMs))
    prove(question, token, clock)
    waiting.set(sequence, { question, resolve })
    quietSince = clock.steady()
    port.send(question)
    return promise
  }

  async function exchange(): Promise<string | undefined> {
    const silent = Promise.withResolvers<Reply>()
    const disarm = clock.alarm(deadlineMs, () => silent.resolve({ fate: 'timeout', code: 'DEADLINE' }))
    const reply = await Promise.race([put(0), silent.promise])
    disarm()
    if (reply.fate === 'ok') return reply.server
    throw Object.assign(new Error(`no echo: ${reply.code}`), { code: codes[reply.fate] ?? 'DEADLINE' })
  }

  try {
    let server = await exchange()
    if (stream) {
      await clock.sleep(streamMs)
      server = await exchange()
    }
    if (speaker === 'server')
      void put(silenceMs).then(reply => {
        if (reply.fate === 'ok') heard.resolve(clock.steady())
      })
    return {
      server,
      get quietSince() {
        return quietSince
      },
      ended: ended.promise,
      heard: heard.promise,
      ask: () => put(0),
      close: () => port.close(),
    }
  } catch (error) {
    port.close()
    throw error
  }
}

const codes: Readonly<Record<string, string>> = { refused: 'ECONNREFUSED', unreachable: 'EHOSTUNREACH' }
