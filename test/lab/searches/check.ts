import { late } from '../../../src/settings/late.ts'
import type { Finding } from '../../../src/tuning/finding.ts'
import type { Survival } from './advised.ts'
import type { Expected, Path } from './paths.ts'

/** What the search has to reach: bounds that hold the timeout, no wider than `precision`, in hardly more time than the timeout. */
export interface Wanted {
  readonly seconds: number
  /** As a share. */
  readonly precision: number
  readonly deadlineSeconds: number
}

/** The kernel counts from the last packet, an acknowledgement 40 ms late included, and our timers have ticks. */
const slackSeconds = 0.1
/** Of the timeout, before the deadline. */
const mostTime = 1.15

/** Why an answer is wrong, in words; empty when it is right. */
export function flawsOf(path: Path, findings: readonly Finding[], wanted: Wanted): readonly string[] {
  return (['client', 'server'] as const).flatMap(speaker => {
    const expected = path.expects[speaker]
    if (expected === undefined) return []
    const finding = findings.find(each => each.speaker === speaker)
    if (finding === undefined) return [`${speaker} first: not measured`]
    return flaws(finding, expected, wanted, path).map(flaw => `${speaker} first: ${flaw}`)
  })
}

function flaws(finding: Finding, expected: Expected, wanted: Wanted, { mayBeLate = false }: Path): string[] {
  const { timeout } = finding
  if (expected.finds === 'nothing') {
    if (timeout) return [`found ${JSON.stringify(timeout)} where nothing dies`]
    return finding.notTold.length > 0 ? [] : ['does not say what could not be told']
  }
  if (!timeout) return [`found nothing: ${finding.says}`]
  const { seconds, precision, deadlineSeconds } = wanted
  const found: string[] = []
  const { lowSeconds, highSeconds } = timeout
  const latest = mayBeLate ? late(seconds) : seconds
  const staged = mayBeLate ? `${seconds} s to ${latest.toFixed(1)} s` : `${seconds} s`
  if (lowSeconds > latest + slackSeconds || highSeconds < seconds - slackSeconds)
    found.push(`${lowSeconds} s to ${highSeconds} s does not hold ${staged}`)
  const off = Math.max(seconds - lowSeconds, highSeconds - latest) - 2 * slackSeconds
  if (off > seconds * precision)
    found.push(`${lowSeconds} s to ${highSeconds} s is not within ${precision * 100} % of ${staged}`)
  if (highSeconds - lowSeconds - 2 * slackSeconds > 2 * seconds * precision)
    found.push(`${lowSeconds} s to ${highSeconds} s is wider than ${precision * 100} % to either side`)
  if (finding.tookSeconds > latest * mostTime + deadlineSeconds) found.push(`took ${finding.tookSeconds} s`)
  if (expected.ends && finding.ends !== expected.ends) found.push(`ends ${String(finding.ends)}`)
  const [how] = Object.entries(finding.how).toSorted((a, b) => b[1] - a[1])[0] ?? []
  if (expected.how && how !== expected.how) found.push(`how: ${String(how)}`)
  if (expected.keepaliveRefreshes !== undefined && finding.keepaliveRefreshes !== expected.keepaliveRefreshes)
    found.push(`keepalive: ${String(finding.keepaliveRefreshes)}, ${finding.keepaliveWhy}`)
  return found
}

/** With two backends every other finds its own again by luck: of 16 hardly ever fewer than these die. */
const fewestOfWorse = 3

/** Whoever took the advice lives; whoever probes one step too late does not. */
export function adviceFlaws(survival: Survival | undefined): readonly string[] {
  if (survival === undefined) return []
  const { advisedDied, advisedIdleSeconds, worseDied, worseIdleSeconds, each } = survival
  return [
    ...(advisedDied > 0
      ? [`with the advised keepalive after ${advisedIdleSeconds} s ${advisedDied} of ${each} died`]
      : []),
    ...(worseDied < fewestOfWorse
      ? [`with keepalive after ${worseIdleSeconds} s only ${worseDied} of ${each} died, so the advice proves nothing`]
      : []),
  ]
}
