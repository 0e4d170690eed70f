import type { OfCohort } from '../../src/outcome/observation.ts'
import type { SocketOptions } from '../../src/outcome/socket.ts'
import { reconnectIn, rolloutMs } from '../../src/probes/reconnecting.ts'
import type { Pod } from './cluster.ts'
import { type Line, newLine, silenceOf } from './line.ts'
import { connectedTo, fromClient, fromServer, type Reach } from './reach.ts'
import { type Ending, endingOf } from './ending.ts'
import { count, forget, type Stage } from './stage.ts'

/** One cohort, as a configuration has it; durations in ms. */
export interface CohortPlan {
  readonly name: string
  readonly kind?: 'tcp-hold' | 'http-hold'
  readonly path?: 'service' | 'pod'
  readonly connections?: number
  /** The silence; of rungs each connection has one. */
  readonly idle: number | readonly number[]
  readonly keepalive?: { readonly idleS: number; readonly intervalS: number; readonly count: number }
  readonly speaker?: 'client' | 'server'
  readonly spread?: number
}

export interface Cohort {
  readonly lines: readonly Line[]
  /** Its server says goodbye. */
  farewell(pod: Pod): void
  /** Its process dies: the kernel closes what it had. */
  dies(pod: Pod, how: 'fin' | 'rst'): void
  stop(): void
}

const deadlineMs = 5000
/** The listening side waits for the silence, the deadline, and a second more. */
const overdueMs = deadlineMs + 1000
const reconnect = { base: 1000, cap: 30_000 }

/** Connections that are opened, kept silent, spoken into, and opened again: what `tcp-hold` and `http-hold` observe. */
export function hold(plan: CohortPlan, stage: Stage): Cohort {
  const {
    kind = 'tcp-hold',
    name,
    path = 'service',
    connections = 100,
    keepalive,
    speaker = 'client',
    spread = 60_000,
  } = plan
  const { time, chance, tell } = stage
  const of: OfCohort = { side: 'client', kind, cohort: name, path }
  const port = kind === 'http-hold' ? 7001 : 7000
  const options: SocketOptions = { keepalive, userTimeoutMs: 0 }
  let isTold = false
  let stopped = false

  const later = (line: Line, ms: number, ring: () => void) => {
    const { life } = line
    time.after(ms, () => {
      if (line.life === life) ring()
    })
  }

  function open(line: Line): void {
    line.life += 1
    const began = time.now()
    const reach = connectedTo(stage, line, path, port)
    const tookMs = reach.is === 'silence' ? deadlineMs : chance.between(0.4, 2) + (chance.hits(1e-5) ? 1000 : 0)
    later(line, tookMs, () => {
      if (reach.is !== 'through') return end(line, { ...unopened[reach.is], phase: 'connect', spokeAt: began })
      welcomed(line, reach.pod, tookMs)
    })
  }

  function welcomed(line: Line, pod: Pod, tookMs: number): void {
    const now = time.now()
    Object.assign(line, {
      pod,
      peer: pod.identity,
      openedAt: now,
      heardAt: now,
      failures: 0,
      leftAt: -Infinity,
      exchanges: 0,
    })
    line.id = `${name}-${line.index}@${now}` // no process has had it before
    line.account = {
      id: line.id,
      pod,
      instance: pod.identity.instance,
      remote: line.flow.local,
      lastAt: now,
      exchanges: 0,
      overdueAt: 0,
    }
    stage.ledger.opens(line.account)
    tell({ type: 'opened', ...of, id: line.id, peer: pod.identity, tookUs: tookMs * 1000 })
    if (!isTold) tell({ type: 'options-set', ...of, configured: options, effective: options })
    isTold = true
    keepSilent(line)
  }

  function keepSilent(line: Line): void {
    line.since = time.now()
    line.turn += 1
    const idleMs = silenceOf(plan.idle, line.index)
    if (line.account)
      Object.assign(line.account, {
        lastAt: line.since,
        exchanges: line.exchanges,
        overdueAt: line.since + idleMs + overdueMs,
      })
    const { turn } = line
    const still = (ring: () => void) => () => line.turn === turn && ring()
    later(
      line,
      idleMs + chance.between(0, 50),
      still(speaker === 'client' ? () => speak(line, false) : () => serverSpeaks(line)),
    )
    if (keepalive)
      later(
        line,
        keepalive.idleS * 1000,
        still(() => probe(line)),
      )
  }

  function speak(line: Line, isOutOfTurn: boolean): void {
    const now = time.now()
    const silenceMs = now - line.since
    const reach = fromClient(stage, line)
    const tookMs = reach === 'silence' ? deadlineMs : chance.between(0.3, 2)
    line.turn += 1
    later(line, tookMs, () => {
      if (reach !== 'through')
        return end(line, { ...lost[reach], phase: 'exchange', spokeAt: now, silenceMs, zombie: isOutOfTurn })
      line.heardAt = time.now()
      line.exchanges += 1
      tell({ type: 'exchanged', ...of, id: line.id, speaker: 'client', idleMs: silenceMs, tookUs: tookMs * 1000 })
      keepSilent(line)
    })
  }

  /** What the client never asked for may not reach it, and then its own kernel resets the server. */
  function serverSpeaks(line: Line): void {
    const now = time.now()
    const reach = fromServer(stage, line)
    if (reach === 'through') {
      line.heardAt = now
      line.exchanges += 1
      tell({ type: 'exchanged', ...of, id: line.id, speaker: 'server', idleMs: now - line.since, tookUs: 0 })
      return keepSilent(line)
    }
    if (reach === 'reset') count(stage, 'Tcp.OutRsts')
    if (line.account && reach !== 'dead') {
      const at = reach === 'reset' ? now : now + deadlineMs
      line.account.ending = { at, ...lost[reach], phase: 'exchange', planned: false, zombie: false }
    }
    later(line, overdueMs, () => speak(line, true))
  }

  function probe(line: Line): void {
    if (!keepalive) return
    const { turn } = line
    const reach = fromClient(stage, line)
    if (reach === 'reset') return end(line, { ...lost.reset, phase: 'idle', spokeAt: time.now(), probed: true })
    if (reach === 'through') line.heardAt = time.now()
    const unanswered = Math.floor((time.now() - line.heardAt - keepalive.idleS * 1000) / (keepalive.intervalS * 1000))
    if (unanswered >= keepalive.count)
      return end(line, { fate: 'timeout', code: 'ETIMEDOUT read', phase: 'idle', spokeAt: time.now() })
    const waitMs = reach === 'through' ? keepalive.idleS * 1000 : keepalive.intervalS * 1000
    later(line, waitMs, () => line.turn === turn && probe(line))
  }

  function end(line: Line, ending: Ending): void {
    const isConnect = ending.phase === 'connect'
    const left = ending.planned === true && ending.fate === 'closed'
    if (left) line.leftAt = time.now()
    const planned = ending.planned === true || (isConnect && time.now() - line.leftAt < rolloutMs)
    if (line.account && !line.account.ending && !planned)
      line.account.forsaken = ending.fate === 'timeout' ? 'timeout' : 'reset'
    tell({ ...of, ...endingOf(line, { ...ending, planned }, time.now()) })
    forget(stage, line.flow)
    line.life += 1
    delete line.account
    delete line.pod
    if (stopped) return
    const wait = reconnectIn({ reconnect, spread }, { failures: line.failures, left }, chance.unit)
    later(line, wait, () => open(line))
    line.failures += 1
  }

  const lines = Array.from({ length: connections }, (_, index) => newLine(index))
  for (const line of lines) later(line, (spread * line.index) / connections, () => open(line))
  const held = (pod: Pod) => lines.filter(line => line.pod === pod)

  return {
    lines,
    farewell(pod) {
      for (const line of held(pod))
        end(line, { fate: 'closed', code: 'BYE server stops', phase: 'idle', spokeAt: time.now(), planned: true })
    },
    dies(pod, how) {
      const word = how === 'fin' ? ({ fate: 'closed', code: 'FIN' } as const) : lost.reset
      for (const line of held(pod)) end(line, { ...word, phase: 'idle', spokeAt: time.now() })
    },
    stop() {
      stopped = true
      for (const line of lines)
        if (line.pod) end(line, { fate: 'cancelled', code: 'STOP', phase: 'idle', spokeAt: time.now(), planned: true })
    },
  }
}

const lost = {
  reset: { fate: 'reset', code: 'ECONNRESET read' },
  silence: { fate: 'timeout', code: 'DEADLINE' },
} as const

const unopened: Record<Exclude<Reach['is'], 'through'>, Pick<Ending, 'fate' | 'code'>> = {
  refused: { fate: 'refused', code: 'ECONNREFUSED connect' },
  silence: { fate: 'timeout', code: 'DEADLINE' },
  nameless: { fate: 'unreachable', code: 'ENOTFOUND getaddrinfo' },
}
