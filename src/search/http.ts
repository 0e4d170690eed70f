import { connect, isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import { setOptions } from '../kernel/socket-options.ts'
import { classify } from '../outcome/classify.ts'
import { Problem } from '../outcome/problem.ts'
import { clientFor } from '../probes/http-hold/request.ts'
import type { Address } from '../settings/address.ts'
import type { Ending, Connection, Reply, Wish } from './protocol.ts'

/** Opens a connection and asks once over HTTP/1.1; the silence is that of a kept-alive connection. undici speaks, we hold the socket. */
export async function openHttp(
  url: URL,
  to: Address,
  { options, deadlineMs }: Wish,
  clock: Clock,
): Promise<Connection> {
  const socket = connect({ ...to, family: isIP(to.host), autoSelectFamily: false, noDelay: true })
  const ended = Promise.withResolvers<Ending>()
  let quietSince = clock.steady()
  let isOver = false
  let failure: unknown
  const over = (how: Ending['how'], error: unknown) => {
    if (isOver) return
    isOver = true
    failure = error
    ended.resolve({ how, at: clock.steady() })
  }
  const up = Promise.withResolvers<void>()
  socket.once('connect', () => {
    const refused = setOptions(socket, options)
    if (refused) up.reject(new Problem(refused))
    else up.resolve()
  })
  socket.on('error', error => {
    up.reject(error)
    over(classify(error).fate === 'timeout' ? 'gave-up' : 'reset', error)
  })
  socket.on('end', () => over('closed', fin()))
  socket.on('close', () => over('closed', fin()))
  const disarm = clock.alarm(deadlineMs, () => {
    if (socket.connecting) socket.destroy(Object.assign(new Error('no connection'), { code: 'DEADLINE' }))
  })
  await up.promise.finally(disarm)

  let used = false
  const client = clientFor(
    url.origin,
    (_, ready) => {
      if (used) return ready(new Error('the connection is over'), null) // undici must not open a second one
      used = true
      queueMicrotask(() => ready(null, socket)) // undici is not prepared for an answer at once
    },
    { headersTimeout: deadlineMs, bodyTimeout: deadlineMs },
  )
  const close = () => {
    isOver = true
    void client.destroy()
    socket.destroy()
  }

  async function ask(): Promise<Reply> {
    try {
      const { headers, body } = await client.request({ path: `${url.pathname}${url.search}`, method: 'GET' })
      await body.dump({ limit: 1 << 20 })
      quietSince = clock.steady()
      if (String(headers['connection']).toLowerCase() === 'close') return { fate: 'closed', code: 'Connection: close' }
      return { fate: 'ok', server: undefined }
    } catch (error) {
      const { fate, code } = classify(failure ?? error)
      return { fate: fate === 'ok' ? 'bug' : fate, code }
    }
  }

  const first = await ask()
  if (first.fate !== 'ok') {
    close()
    if (first.code === 'Connection: close')
      throw new Problem(
        `${url.href} closes each connection after its answer (Connection: close): nothing is held there`,
      )
    throw Object.assign(new Error(first.code), { code: 'WRONG_REPLY' })
  }
  return {
    server: undefined,
    get quietSince() {
      return quietSince
    },
    ended: ended.promise,
    heard: new Promise(() => {}),
    ask,
    close,
  }
}

const fin = (): Error => Object.assign(new Error('the peer closed the connection'), { code: 'FIN' })
