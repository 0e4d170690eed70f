import type { Clock } from '../clock.ts'
import { classify } from '../outcome/classify.ts'
import { Problem } from '../outcome/problem.ts'
import type { Silent } from '../tuning/trial.ts'
import { type Attempt, attempt, type Outcome } from './attempt.ts'
import type { Limiter } from './limiter.ts'
import { lateness } from './lateness.ts'
import type { Protocol, Speaker } from './protocol.ts'
import type { Want } from './wants.ts'

/** A connection that is open. */
export interface Held {
  readonly want: Want
  readonly attempt: Attempt
}

export interface ConnectionsOptions {
  readonly protocol: Protocol
  readonly clock: Clock
  readonly limiter: Limiter
  /** Who breaks the silence of a rung. */
  readonly speaker: Speaker
  readonly deadlineMs: number
  /** One has come to its end, and it says something. */
  readonly onOutcome: (want: Want, outcome: Exclude<Outcome, { type: 'spoiled' }>) => void
  /** One has to be opened again, or could not be opened. */
  readonly onSpoiled: (why: string) => void
  /** Nothing could be opened at all. */
  readonly onUnreachable: (problem: Problem) => void
}

/** A silence that was spoiled so often is left out. */
const mostTries = 4
/** Where so many fail before the first was opened, nobody is there. */
const fewestFailures = 3
/** The longest silence a longhold server can be told of: before it is over, it does not wonder. */
const weekMs = 604_800_000

/** All connections of one ladder: opened in turn as there is room, and opened again where something spoiled them. */
export function connections({ protocol, clock, limiter, speaker, deadlineMs, ...on }: ConnectionsOptions) {
  const held = new Set<Held>()
  const late = lateness()
  const servers = new Set<string>()
  let queue: Want[] = []
  let [openings, opened, failures] = [0, 0, 0]
  let isOver = false

  async function open(want: Want): Promise<void> {
    const { options, silenceMs } = want
    // Only a rung lets the server speak.
    const by = want.role === 'rung' ? speaker : 'client'
    openings += 1
    try {
      const wish = { options, speaker: by, silenceMs: Math.min(silenceMs, weekMs), deadlineMs }
      const connection = await limiter.through(() => protocol.open(wish))
      opened += 1
      if (isOver) return connection.close()
      if (connection.server !== undefined) servers.add(connection.server)
      const one = { want, attempt: attempt(connection, { protocol, clock, lateness: late }, { ...wish, silenceMs }) }
      held.add(one)
      void one.attempt.outcome.then(outcome => ended(one, outcome))
    } catch (error) {
      if (!isOver) cannotOpen(want, error)
    } finally {
      openings -= 1
    }
  }

  function cannotOpen(want: Want, error: unknown): void {
    failures += 1
    limiter.slower()
    if (opened === 0 && failures >= fewestFailures) return on.onUnreachable(notReached(protocol, error))
    spoiled(want, `could not be opened (${error instanceof Problem ? error.message : classify(error).code})`)
  }

  function ended(one: Held, outcome: Outcome): void {
    if (!held.delete(one)) return
    if (outcome.type !== 'spoiled') on.onOutcome(one.want, outcome)
    else if (!isOver) spoiled(one.want, outcome.why)
  }

  function spoiled(want: Want, why: string): void {
    on.onSpoiled(why)
    if (want.role !== 'sentinel') again(want)
  }

  function again(want: Want): void {
    want.tries += 1
    if (want.tries < mostTries && !isOver) queue.unshift(want)
  }

  return {
    again,
    /** From now on these, and no others that were not opened yet. */
    want(wants: readonly Want[]): void {
      queue = [...wants]
    },
    send: (want: Want): void => void open(want),
    /** Opens those whose time has come, as far as there is room. */
    tend(now: number): void {
      while (queue[0] && queue[0].fromMs <= now && limiter.hasRoom()) void open(queue.shift() as Want)
    },
    held: (role: Want['role']): readonly Held[] => [...held].filter(({ want }) => want.role === role),
    open: () => held.size,
    /** Who sends probes may well outlive the rest: that says nothing about who is silent. */
    silent: (): readonly Silent[] =>
      [...held].flatMap(({ want, attempt: each }) => {
        if (want.role === 'keepalive') return []
        const since = each.quietSince()
        return since === undefined ? [] : [{ ageMs: clock.steady() - since }]
      }),
    /** Silences of rungs that are not over, or did not begin. */
    ahead: (): readonly number[] =>
      [...queue, ...[...held].map(({ want }) => want)].flatMap(({ role, silenceMs }) =>
        role === 'rung' ? [silenceMs] : [],
      ),
    isOpening: () => openings > 0,
    servers: () => servers.size,
    /** Begins all anew that are silent. */
    spoil(why: string): void {
      for (const { attempt: each } of held) each.giveUp(why)
    },
    /** Closes all, for good. */
    dismiss(): void {
      const all = [...held]
      held.clear()
      for (const { attempt: each } of all) each.giveUp('dismissed')
    },
    /** Opens none any more. */
    stop(): void {
      isOver = true
      queue = []
    },
  }
}

function notReached({ target, name }: Protocol, error: unknown): Problem {
  if (error instanceof Problem) return new Problem(`${target}: ${error.message}`, error.exitCode)
  const { fate, code } = classify(error)
  const hint = fate === 'timeout' || fate === 'wrong-reply' ? `: does it talk ${name}?` : ''
  return new Problem(`${target} cannot be talked to as ${name} (${code})${hint}`)
}
