import { randomBytes } from 'node:crypto'
import type { Client } from 'undici'
import { readTcpInfo } from '../../kernel/tcp-info.ts'
import { classify } from '../../outcome/classify.ts'
import { startDelay } from '../../schedule/spread.ts'
import { formatAddress } from '../../settings/address.ts'
import { silenceOf } from '../../settings/fields.ts'
import { readWelcome } from '../../wire/hello.ts'
import type { Holding, Opening } from '../holding.ts'
import type { World } from '../kind.ts'
import { proofFor } from '../proving.ts'
import { reconnectIn, rolloutMs } from '../reconnecting.ts'
import { keepEnd } from '../row.ts'
import { indicesIn } from '../share.ts'
import { leaving, wrongAnswer } from './answers.ts'
import { connector } from './connection.ts'
import { type Farewell, wrong } from './goodbye.ts'
import { ending, type Held, newHeld, reset } from './held.ts'
import { helloOf } from './introduction.ts'
import { clientFor, proofHeader, send } from './request.ts'
import type { Cohort } from './settings.ts'

export interface HoldOptions extends Opening {
  readonly cohort: Cohort
}

/** Opens the cohort's connections, keeps each silent, asks, records every end, and opens it again. */
export function hold(
  { cohort, of, options, share, target, isElsewhere, onOpened }: HoldOptions,
  world: World,
): Holding {
  const { clock, wheel, random, tell } = world
  const allOver = Promise.withResolvers<void>()
  let stopping = false

  function ring(this: Held): void {
    if (this.stage === 'waiting') void open(this)
    else if (this.stage === 'idle') ask(this)
    else end(this, this.stage === 'farewell' ? stopped : tooLate)
  }

  async function open(held: Held): Promise<void> {
    enter(held, 'connecting', cohort.deadline)
    const { since } = held
    const current = () => held.stage === 'connecting' && held.since === since
    try {
      const address = await target(held.index)
      if (!current()) return // its deadline passed, or we are stopping
      held.to = address
      held.id = randomBytes(8).toString('hex')
      held.client = clientFor(`http://${formatAddress(address)}`, connector(held, address, options, end))
      exchange(held, held.client, 'POST', body => greeted(held, body))
    } catch (error) {
      if (current()) end(held, { word: classify(error), planned: false })
    }
  }

  function greeted(held: Held, body: string): Farewell | undefined {
    const peer = readWelcome(Buffer.from(body))
    if (!peer) return wrong('WELCOME')
    held.openedAt = clock.steady()
    held.peer = peer
    held.failures = 0
    held.leftAt = 0
    tell({ type: 'opened', ...of, id: held.id, peer, tookUs: (held.openedAt - held.since) * 1000 })
    if (held.socket) onOpened(held.socket)
    return undefined
  }

  function ask(held: Held): void {
    if (!held.client || held.unasked) return end(held, wrong('BYTES'))
    held.silenceMs = clock.steady() - held.since
    enter(held, 'exchange', cohort.deadline)
    exchange(held, held.client, 'GET', () => {
      held.exchanges += 1
      const tookUs = (clock.steady() - held.since) * 1000
      tell({ type: 'exchanged', ...of, id: held.id, speaker: 'client', idleMs: held.silenceMs, tookUs })
      return undefined
    })
  }

  /** One request; `understand` returns what was wrong with the answer, if anything was. */
  function exchange(
    held: Held,
    client: Client,
    method: 'GET' | 'POST',
    understand: (body: string) => Farewell | undefined,
  ) {
    const nonce = randomBytes(8).toString('hex')
    const said = method === 'POST' ? helloOf(held, cohort, world) : undefined
    const proof = said && proofFor(of.kind, said, world)
    const headers = {
      'longhold-nonce': nonce,
      'longhold-id': held.id,
      ...(proof !== undefined && { [proofHeader]: proof }),
    }
    const body = said ? JSON.stringify(said) : null
    send(
      client,
      { method, path: '/hold', headers, body },
      {
        asked() {
          if (held.client === client) held.asked = true
        },
        answered(answer) {
          if (held.client !== client) return
          held.asked = false
          const farewell = wrongAnswer(answer, nonce) ?? understand(answer.body) ?? leaving(answer)
          if (farewell) end(held, farewell)
          else if (stopping || (held.to && isElsewhere(held.index, held.to))) takeLeave(held)
          else enter(held, 'idle', silenceOf(cohort.idle, held.index, random))
        },
        failed(error) {
          if (held.client === client) end(held, { word: classify(error), planned: false })
        },
      },
    )
  }

  function takeLeave(held: Held): void {
    const { client } = held
    if (held.stage === 'idle') held.silenceMs = clock.steady() - held.since
    else held.silenceMs = 0 // it was survived and told just now
    enter(held, 'farewell', cohort.deadline)
    const gone = () => held.client === client && end(held, stopped)
    if (!client) return
    send(
      client,
      { method: 'DELETE', path: '/hold', headers: { 'longhold-id': held.id }, reset: true },
      {
        asked: () => (held.asked = true),
        answered: gone,
        failed: gone,
      },
    )
  }

  function enter(held: Held, stage: Held['stage'], ms: number): void {
    held.stage = stage
    held.since = clock.steady()
    wheel.set(held, ms)
  }

  function end(held: Held, farewell: Farewell): void {
    const now = clock.steady()
    const { word, planned } = held.stage === 'farewell' ? (stopping ? stopped : moved) : farewell
    const left = planned && word.fate === 'closed'
    if (left) held.leftAt = now
    const rollout = held.openedAt === 0 && held.leftAt > 0 && now - held.leftAt < rolloutMs
    if (held.socket) held.lastInfo ??= readTcpInfo(held.socket) // we may be the one who ends it
    const ended = ending(of, held, { word, planned: planned || rollout }, now)
    const wait = reconnectIn(cohort, { failures: held.failures, left }, random)
    wheel.clear(held)
    reset(held, stopping ? 'over' : 'waiting')
    keepEnd(held, ended, clock.now())
    tell(ended)
    if (!stopping) wheel.set(held, wait)
    else over()
  }

  function over(): void {
    left -= 1
    if (left === 0) allOver.resolve()
  }

  const all = indicesIn(cohort.connections, share).map(index => newHeld(index, ring))
  let left = all.length
  if (left === 0) allOver.resolve() // fewer connections than processes
  for (const held of all) wheel.set(held, startDelay(held.index, cohort.connections, cohort.spread))

  return {
    all,
    farewell() {
      stopping = true
      for (const held of all) {
        if (held.stage === 'waiting') {
          wheel.clear(held)
          held.stage = 'over'
          over()
        } else if (held.stage === 'connecting') {
          // Once the hello is sent the server may hold it for open: it is answered first, then takes its leave.
          if (!held.asked) end(held, stopped)
        } else if (held.stage === 'idle') takeLeave(held)
      }
      return allOver.promise
    },
    cutOff() {
      stopping = true
      for (const held of all) if (held.stage !== 'over') end(held, stopped)
    },
  }
}

const tooLate: Farewell = { word: { fate: 'timeout', code: 'DEADLINE' }, planned: false }
const moved: Farewell = { word: { fate: 'cancelled', code: 'MOVE' }, planned: true }
const stopped: Farewell = { word: { fate: 'cancelled', code: 'STOP' }, planned: true }
