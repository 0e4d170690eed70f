import { connect, isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import { setOptions } from '../kernel/socket-options.ts'
import { classify } from '../outcome/classify.ts'
import { Problem } from '../outcome/problem.ts'
import { part } from '../probes/parting.ts'
import type { Address } from '../settings/address.ts'
import type { Ending, Connection, Reply, Wish } from './protocol.ts'
import type { Heard, Codec } from './codecs/codec.ts'

/** Opens a TCP connection and talks over it. Rejects when it does not come up, or does not answer its greeting in time. */
export async function openStream(
  to: Address,
  { options, deadlineMs }: Pick<Wish, 'options' | 'deadlineMs'>,
  codec: Codec,
  clock: Clock,
): Promise<Connection> {
  const socket = connect({ ...to, family: isIP(to.host), autoSelectFamily: false, noDelay: true })
  const welcome = Promise.withResolvers<string | undefined>()
  const ended = Promise.withResolvers<Ending>()
  const heard = Promise.withResolvers<number>()
  let answer: PromiseWithResolvers<Reply> | undefined
  let [isOver, connected] = [false, false]
  let quietSince = clock.steady()
  let said: string | undefined
  let hasLeft = false

  /** However it ends, whoever waits hears of it. */
  function over(how: Ending['how'], error: unknown): void {
    if (isOver) return
    isOver = true
    socket.destroy()
    welcome.reject(said === undefined ? error : new Problem(`it said "${said}"`))
    answer?.resolve(replyOf(error, said))
    ended.resolve({ how: hasLeft ? 'goodbye' : how, said, at: clock.steady() })
  }

  function understand(one: Heard): void {
    if (one.type === 'welcome') welcome.resolve(one.server)
    else if (one.type === 'answer') answer?.resolve({ fate: 'ok', server: one.server })
    else if (one.type === 'turn') {
      socket.write(one.reply)
      heard.resolve(clock.steady())
    } else {
      said = one.said
      hasLeft ||= one.type === 'goodbye'
      if (one.type === 'wrong') over('closed', wrong(one.said))
      else if (answer === undefined) over('closed', fin())
    }
  }

  socket.on('connect', () => {
    connected = true
    const refused = setOptions(socket, options)
    if (refused) return over('closed', new Problem(refused))
    socket.write(codec.greeting)
  })
  socket.on('data', (bytes: Buffer) => {
    const before = quietSince
    quietSince = clock.steady()
    for (const one of codec.hear(bytes)) {
      // Its last words do not break the silence they end.
      if (one.type === 'complaint' || one.type === 'goodbye') quietSince = before
      understand(one)
    }
  })
  socket.on('error', error => over(cutOf(error), error))
  socket.on('end', () => over('closed', fin()))
  socket.on('close', () => over('closed', fin()))
  const disarm = clock.alarm(deadlineMs, () =>
    over('closed', Object.assign(new Error(connected ? 'no answer' : 'no connection'), { code: 'DEADLINE' })),
  )
  try {
    const server = await welcome.promise
    return {
      server,
      get quietSince() {
        return quietSince
      },
      ended: ended.promise,
      heard: heard.promise,
      ask() {
        answer = Promise.withResolvers()
        if (isOver) answer.resolve({ fate: 'reset', code: 'over' })
        else socket.write(codec.question())
        return answer.promise
      },
      close() {
        if (isOver) return
        isOver = true
        if (codec.farewell) socket.end(codec.farewell)
        part(socket)
      },
    }
  } finally {
    disarm()
  }
}

const cutOf = (error: Error): Ending['how'] => {
  const { fate } = classify(error)
  return fate === 'timeout' || fate === 'unreachable' ? 'gave-up' : 'reset'
}

function replyOf(error: unknown, said: string | undefined): Reply {
  const { fate, code } = classify(error)
  return { fate: fate === 'ok' ? 'bug' : fate, code: said ?? code }
}

const fin = (): Error => Object.assign(new Error('the peer closed the connection'), { code: 'FIN' })
const wrong = (what: string): Error => Object.assign(new Error(what), { code: 'WRONG_REPLY' })
