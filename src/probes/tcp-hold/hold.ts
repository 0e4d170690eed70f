import { randomBytes } from 'node:crypto'
import { connect, isIP, type Socket } from 'node:net'
import { setOptions } from '../../kernel/socket-options.ts'
import { classify } from '../../outcome/classify.ts'
import type { HoldPhase, Word } from '../../outcome/fate.ts'
import { startDelay } from '../../schedule/spread.ts'
import { assemble } from '../../wire/assembly.ts'
import { type Frame, payloadOf } from '../../wire/frame.ts'
import { helloFrame, readWelcome } from '../../wire/hello.ts'
import type { Holding, Opening } from '../holding.ts'
import type { World } from '../kind.ts'
import { proofFor } from '../proving.ts'
import { reconnectIn, rolloutMs } from '../reconnecting.ts'
import { keepEnd } from '../row.ts'
import { indicesIn } from '../share.ts'
import { conversation, mostUnsent, phaseOf, wrongReply } from './conversation.ts'
import { ending } from './ending.ts'
import { flowOf, type Held, heldBy, newHeld, renew, tie } from './held.ts'
import { introductions } from './introductions.ts'
import { leave } from './leave.ts'
import type { Cohort } from './settings.ts'
import { sourcePorts } from './source-ports.ts'
import type { Turns } from './turns.ts'

export interface HoldOptions extends Opening {
  readonly cohort: Cohort
  turnsOf(index: number): Turns
}

/** Opens the cohort's connections, keeps each silent, speaks, records every end, and opens it again. */
export function hold(
  { cohort, of, options, share, turnsOf, target, isElsewhere, onOpened }: HoldOptions,
  world: World,
): Holding {
  const { clock, wheel, random, tell, identity } = world
  const talk = conversation(world, 'client', {
    end,
    leaves: ({ index, to }) => to !== undefined && isElsewhere(index, to),
  })
  const ports = sourcePorts(cohort.sourcePorts, share)
  const intern = introductions()
  const closing = new Set<Socket>()
  let stopping = false

  function ring(this: Held): void {
    if (this.stage === 'waiting') void open(this)
    else if (this.stage === 'connecting' || this.stage === 'greeting')
      end(this, 'connect', { fate: 'timeout', code: 'DEADLINE' }, false)
    else talk.due(this)
  }

  async function open(held: Held): Promise<void> {
    held.stage = 'connecting'
    held.since = clock.steady()
    wheel.set(held, held.deadlineMs)
    const { since } = held
    try {
      const to = await target(held.index)
      if (held.stage !== 'connecting' || held.since !== since) return // its deadline passed, or we are stopping
      held.to = to
      const { host, port } = to
      const localPort = ports.take()
      const family = isIP(host)
      const socket = connect({ host, port, family, autoSelectFamily: false, ...(localPort && { localPort }), onread })
      tie(held, socket)
      if (localPort) socket.once('close', () => ports.give(localPort))
      socket.on('connect', onConnect).on('error', onError).on('end', onEnd).on('close', onClose)
    } catch (error) {
      if (held.stage === 'connecting' && held.since === since) end(held, 'connect', classify(error), false)
    }
  }

  function onConnect(this: Socket): void {
    const held = heldBy(this)
    if (!held) return
    const refused = setOptions(this, options)
    if (refused) return end(held, 'connect', { fate: 'bug', code: refused }, false)
    held.stage = 'greeting'
    held.id = randomBytes(8).toString('hex')
    const { cohort: name, path } = of
    const { id, turns, deadlineMs } = held
    const hello = { id, cohort: name, path, ...turns, deadlineMs, from: identity }
    this.write(helloFrame({ ...hello, proof: proofFor(of.kind, hello, world) }))
  }

  function heard(this: Socket, size: number): boolean {
    const held = heldBy(this)
    if (!held) return true
    if (view.length !== size) view = readBuffer.subarray(0, size)
    const left = assemble(held.rest, view, frame => {
      hear(held, frame)
      return held.socket === this
    })
    if (typeof left === 'string') end(held, phaseOf(held), wrongReply(left), false)
    else if (held.socket !== this) return true
    else if (this.writableLength > mostUnsent) end(held, phaseOf(held), wrongReply('not-reading'), false)
    else held.rest = left
    return true
  }
  const onread = { buffer: readBuffer, callback: heard }

  function hear(held: Held, frame: Frame): void {
    if (held.stage === 'greeting' && frame.type === 'welcome') return welcomed(held, payloadOf(frame))
    if (held.stage === 'greeting' && frame.type !== 'bye')
      return end(held, 'connect', wrongReply(frame.type.toUpperCase()), false)
    talk.hear(held, frame)
  }

  function welcomed(held: Held, payload: Buffer): void {
    const peer = readWelcome(payload)
    if (!peer) return end(held, 'connect', wrongReply('WELCOME'), false)
    const now = clock.steady()
    held.peer = intern(peer)
    held.openedAt = now
    held.failures = 0
    held.leftAt = 0
    tell({ type: 'opened', ...of, id: held.id, peer: held.peer, tookUs: (now - held.since) * 1000 })
    if (held.socket) onOpened(held.socket)
    talk.begin(held)
  }

  function onError(this: Socket, error: Error): void {
    const held = heldBy(this)
    if (held) end(held, phaseOf(held), classify(error), false)
  }

  function onEnd(this: Socket): void {
    const held = heldBy(this)
    if (held) end(held, phaseOf(held), { fate: 'closed', code: 'FIN' }, false)
  }

  function onClose(this: Socket): void {
    const held = heldBy(this)
    if (held) end(held, phaseOf(held), { fate: 'closed', code: 'CLOSE' }, false)
  }

  function end(held: Held, phase: HoldPhase, word: Word, planned: boolean): void {
    const now = clock.steady()
    const left = planned && word.fate === 'closed'
    if (left) held.leftAt = now
    const rollout = phase === 'connect' && held.leftAt > 0 && now - held.leftAt < rolloutMs
    const expected = planned || rollout
    held.lastFlow = expected || word.fate === 'cancelled' ? undefined : flowOf(held)
    leave(held, word)
    const ended = ending(held, phase, word, expected, now)
    keepEnd(held, ended, clock.now())
    tell(ended)
    const wait = reconnectIn(cohort, { failures: held.failures, left }, random)
    forget(held)
    if (!stopping) wheel.set(held, wait)
  }

  function forget(held: Held): void {
    wheel.clear(held)
    held.stage = stopping ? 'over' : 'waiting'
    renew(held)
  }

  const all = indicesIn(cohort.connections, share).map(index =>
    newHeld(index, of, turnsOf(index), cohort.deadline, ring),
  )
  for (const held of all) wheel.set(held, startDelay(held.index, cohort.connections, cohort.spread))

  return {
    all,
    async farewell() {
      stopping = true
      const closed: Promise<unknown>[] = []
      for (const held of all) {
        const { socket } = held
        if (socket) {
          closing.add(socket)
          closed.push(new Promise(resolve => socket.once('close', resolve)))
        }
        if (held.stage === 'waiting') forget(held)
        if (held.stage !== 'over') end(held, phaseOf(held), { fate: 'cancelled', code: 'STOP' }, true)
      }
      await Promise.all(closed)
    },
    cutOff() {
      for (const socket of closing) socket.destroy()
    },
  }
}

/** Shared by every socket: what is read is used before the next read (Node's `onread`), so idle ones own no buffer. */
const readBuffer = Buffer.allocUnsafe(64 * 1024)
/** What was read last: nearly always a pong, so nearly always as long as the one before. */
let view = readBuffer.subarray(0, 0)
