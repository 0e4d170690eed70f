import { randomBytes } from 'node:crypto'
import type { Identity } from '../../outcome/identity.ts'
import { proofFor } from '../../probes/proving.ts'
import { assemble, type Rest } from '../../wire/assembly.ts'
import { beat, echoes, type Frame, nonceBytes, payloadOf } from '../../wire/frame.ts'
import { byeFrame, type Hello, helloFrame, isPlanned, plannedByes, readBye, readWelcome } from '../../wire/hello.ts'
import type { Wish } from '../protocol.ts'
import { printable, type Heard, type Codec } from './codec.ts'

/** The pair's own protocol: the only one whose server can be asked to break the silence. */
export function longhold(
  from: Identity,
  { speaker, silenceMs, deadlineMs }: Wish,
  proving?: Parameters<typeof proofFor>[2],
): Codec {
  let rest: Rest
  let ping: Buffer | undefined
  let sequence = 0

  function understand(frame: Frame): Heard {
    if (frame.type === 'welcome') {
      const server = readWelcome(payloadOf(frame))
      return server ? { type: 'welcome', server: server.instance } : { type: 'wrong', said: 'a malformed welcome' }
    }
    if (frame.type === 'pong' && ping && echoes(frame, ping)) return { type: 'answer' }
    if (frame.type === 'ping') {
      const payload = payloadOf(frame)
      if (payload.length < 4) return { type: 'wrong', said: 'a malformed ping' }
      return { type: 'turn', reply: beat('pong', payload.readUInt32BE(0), payload.subarray(4)) }
    }
    if (frame.type !== 'bye') return { type: 'wrong', said: `an unexpected ${frame.type}` }
    const reason = readBye(payloadOf(frame))
    return isPlanned(reason) ? { type: 'goodbye', said: reason } : { type: 'wrong', said: reason }
  }

  const hello: Hello = {
    id: randomBytes(8).toString('hex'),
    cohort: 'search',
    path: 'service',
    speaker,
    // It is not asked to speak again: the search is over by then, or this connection is.
    idleMs: [Math.max(50, Math.round(silenceMs))],
    deadlineMs,
    from,
  }
  return {
    greeting: helloFrame({ ...hello, proof: proving && proofFor('tcp-hold', hello, proving) }),
    hear(bytes) {
      const heard: Heard[] = []
      const left = assemble(rest, bytes, frame => {
        heard.push(understand(frame))
        return heard.at(-1)?.type !== 'wrong'
      })
      if (typeof left === 'string')
        return [...heard, { type: 'wrong', said: `not longhold's protocol: ${printable(bytes)}` }]
      rest = left
      return heard
    },
    question: () => (ping = beat('ping', ++sequence, randomBytes(nonceBytes))),
    farewell: byeFrame(plannedByes.client),
  }
}
