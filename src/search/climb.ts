import type { Problem } from '../outcome/problem.ts'
import { type Estimate, estimate, type Found } from '../tuning/estimate.ts'
import { isOfOneMoment } from '../tuning/moment.ts'
import type { Trial } from '../tuning/trial.ts'
import type { Outcome } from './attempt.ts'
import type { Climbed, ClimbPlan, ClimbWorld, Progress } from './climbed.ts'
import { bystanders, soon } from './bystanders.ts'
import { connections } from './connections.ts'
import { disturbances } from './disturbances.ts'
import { refreshing } from './refreshing.ts'
import { isMoment } from './sentinels.ts'
import { sentinel, type Want, wantsOf } from './wants.ts'

/** Whole ladders that are begun again because something killed all, whatever its age. */
const mostRestarts = 3
/** Between two sentinels, as a share of the time that has passed. */
const [firstSentinelMs, sentinelRatio, sentinelsEach] = [400, 1.25, 2]
/** What ends connections as they expire takes a moment for all of them, ms. */
const settleMs = 1000
/** Between two rounds, and between two looks at the whole picture, ms. */
const [tendMs, lookMs] = [20, 250]
/** A machine that was away for longer slept, ms. */
const napMs = 1000

/** Climbs one ladder: all silences begin together, and it is over soon after the first that kills. Rejects with `Problem` when the target cannot be talked to at all. */
export async function climb(plan: ClimbPlan, world: ClimbWorld): Promise<Climbed> {
  const { ladder, speaker, deadlineMs } = plan
  const { protocol, clock, limiter, signal, awake } = world
  const begun = clock.steady()
  const elapsed = () => clock.steady() - begun
  const disturbed = disturbances(clock)
  const probes = refreshing(clock, signal)
  const done = Promise.withResolvers<Climbed['state']>()
  let trials: readonly Trial[] = plan.known
  let [restarts, nextSentinelMs, nextLookMs, ahead] = [0, firstSentinelMs, lookMs, clock.steady() - awake()]
  let [isOver, settling] = [false, false]
  /** The picture that ended it: a moment later those that are about to be cut would count as having outlived it. */
  let settled: Estimate | undefined
  const others = bystanders(clock)
  let disarm: (() => void) | undefined
  const all = connections({
    protocol,
    clock,
    limiter,
    speaker,
    deadlineMs,
    onOutcome: heard,
    onSpoiled: disturbed.note,
    onUnreachable: (problem: Problem) => done.reject(problem),
  })
  const climbAgain = () => all.want(wantsOf(ladder, estimate(trials, []).lowMs, plan.keepalive, elapsed()))

  function heard(want: Want, outcome: Exclude<Outcome, { type: 'spoiled' }>): void {
    if (want.role === 'keepalive') return probes.heard(want, outcome)
    if (isOver || (want.role === 'sentinel' && outcome.type !== 'cut')) return
    const { type, at, ...rest } = outcome
    trials = [...trials, { ...rest, outcome: type, atMs: at - begun } as Trial]
    // Where it was chance that cut it, its silence has to be kept once more; where it was its age, we are done before.
    if (type === 'cut' && want.role === 'rung') all.again(want)
    if (type === 'died' && speaker === 'client') others.ask(all.held('rung'), outcome.silenceMs)
    world.onTrials(speaker, trials)
    consider()
  }

  /** Whether the picture is clear. */
  function consider(): void {
    if (isOver || settling) return
    trials = withoutMoments(trials)
    const found = estimate(trials, all.silent())
    if (found.kind !== 'open') {
      if (isAwaited(found)) return
      if (!isSoonSharper(found)) void settle(found)
    } else if (all.ahead().length === 0 && !all.isOpening()) finish('none')
  }

  /** Whoever was silent no longer than what killed has to be heard first. */
  const isAwaited = ({ kind, highMs }: Found): boolean =>
    kind === 'died' &&
    all.held('rung').some(({ want, attempt }) => attempt.isAsking() && want.silenceMs <= highMs * 1.001)

  const isSoonSharper = (found: Found): boolean => isWide(found) && (isTellingMore(found) || mayGetSharper(found))

  const isWide = ({ kind, lowMs, highMs }: Found): boolean =>
    kind === 'died' && highMs > Math.max(1, lowMs) * ladder.ratio * 1.02

  const isTellingMore = (found: Found): boolean => speaker === 'client' && others.ask(all.held('rung'), found.highMs)

  /** Silences that can narrow the bounds are nearly over. */
  const mayGetSharper = ({ lowMs, highMs }: Found): boolean =>
    all.ahead().some(silenceMs => silenceMs > lowMs && silenceMs <= highMs * soon)

  function withoutMoments(of: readonly Trial[]): readonly Trial[] {
    const momentary = new Set(isOfOneMoment(of))
    if (momentary.size === 0) return of
    const what = 'ended at one moment, whatever their age: the server, or something on the path, was restarted'
    disturbed.note(what, momentary.size)
    return of.filter(trial => !momentary.has(trial))
  }

  /** Was it the age, or the moment? What is younger tells. */
  async function settle(first: Found): Promise<void> {
    settling = true
    // Who was told RST may have been told by one that is just about to tell all.
    await clock.sleep(first.how[0]?.[0] === 'reset' ? settleMs : 0, signal).catch(() => {})
    trials = withoutMoments(trials)
    const found = estimate(trials, all.silent())
    const moment =
      found.kind === 'died' && (await isMoment(begun + firstDeath(found), found, all.held('sentinel'), clock))
    settling = false
    if (moment) startOver()
    else if (found.kind !== 'open' && !isSoonSharper(found)) {
      settled = found
      finish('found')
    }
  }

  /** When the first of those died that make the timeout, ms since the beginning. */
  const firstDeath = ({ highMs }: Found): number =>
    Math.min(...trials.flatMap(each => (each.outcome === 'died' && each.silenceMs >= highMs ? [each.atMs] : [])))

  function startOver(): void {
    disturbed.note('died at one moment, whatever their age: something on the path lost its memory', trials.length)
    restarts += 1
    if (restarts > mostRestarts) return finish('disturbed')
    trials = []
    all.dismiss()
    climbAgain()
  }

  function finish(state: Climbed['state']): void {
    isOver = true
    done.resolve(state)
  }

  /** All that has to be done now and then: open what is wanted, send sentinels, see whether the machine slept. */
  function tend(): void {
    all.tend(elapsed())
    if (elapsed() >= nextSentinelMs) {
      nextSentinelMs = Math.max(elapsed(), nextSentinelMs) * sentinelRatio
      for (let each = 0; each < sentinelsEach; each++) all.send(sentinel())
    }
    const sleptMs = ahead - (clock.steady() - awake())
    if (sleptMs > napMs) {
      ahead -= sleptMs
      all.spoil(`the machine slept for ${Math.round(sleptMs / 1000)} s`)
    }
    world.onProgress(progress())
    if (elapsed() >= nextLookMs) {
      nextLookMs = elapsed() + lookMs
      consider()
    }
    if (!signal.aborted) disarm = clock.alarm(tendMs, tend)
  }

  const progress = (): Progress => ({
    speaker,
    open: all.open(),
    done: trials.length,
    longestSurvivedMs: trials.reduce(
      (most, each) => (each.outcome === 'survived' ? Math.max(most, each.silenceMs) : most),
      0,
    ),
    elapsedMs: elapsed(),
    longestMs: ladder.silencesMs.at(-1) ?? 0,
  })

  const interrupted = () => finish('interrupted')
  signal.addEventListener('abort', interrupted)
  if (signal.aborted) interrupted()
  try {
    climbAgain()
    tend()
    const state = await done.promise
    isOver = true
    all.stop()
    const last = settled ?? estimate(trials, all.silent())
    const refreshed = await probes.conclude(
      state === 'found' && last.kind !== 'open' ? last : undefined,
      all.held('keepalive'),
    )
    return {
      estimate: last,
      state,
      trials,
      refreshed,
      servers: all.servers(),
      disturbances: disturbed.all,
      tookMs: elapsed(),
      release: all.dismiss,
    }
  } finally {
    isOver = true
    all.stop()
    disarm?.()
    signal.removeEventListener('abort', interrupted)
  }
}
