import { binomialAtLeast } from '../../stats/distribution/binomial.ts'
import { hypergeometricAtLeast } from '../../stats/distribution/hypergeometric.ts'
import { rhythmOf } from '../../stats/alternation.ts'
import { wilson } from '../../stats/proportion.ts'
import type { Case, Question } from '../case.ts'
import type { ProbeHistory } from '../history.ts'
import { lateAnswers } from '../late.ts'
import { perCase } from '../per-case.ts'
import { sentAt, sentIn } from '../questions.ts'
import { doubt } from '../repicked.ts'
import { type Target, targetsOf } from '../targets.ts'

/** A server of which some questions hear nothing, one like the other. */
export interface Lossy {
  readonly target: Target
  readonly lost: readonly Question[]
  /** Of so many. */
  readonly asked: number
  /** Of each port mode. */
  readonly modes: readonly { readonly mode: string; readonly lost: number; readonly asked: number }[]
  readonly from: number
  readonly to: number
}

/** One lost datagram is nothing, and so is one in a hundred: it takes so many, and surely more than that. */
const leastLost = 6
const leastShare = 0.01
/** So often a port that asks on has to lose a single question between two answers: an outage, or a dead server, takes several. */
const leastAlone = 2
/** What differs more than chance allows once in so many times is not alike: a mistake here only delays the verdict. */
const unlike = 0.01
/** Beyond this share it is an outage. */
const mostShare = 0.9

export const lossyIn = perCase((of: Case): readonly Lossy[] =>
  targetsOf(of).flatMap(target => (target.pinned.length > 0 ? (lossyBy(target) ?? []) : [])),
)

/** Between the first loss and the last: by chance in each port, and in ports of each sort alike. */
function lossyBy(target: Target): Lossy | undefined {
  const ports = [...target.pinned, ...target.fresh]
  const ends = sentIn(ports, { from: -Infinity, to: Infinity }).filter(isLost).map(sentAt)
  if (ends.length < leastLost) return undefined
  const meanwhile = { from: Math.min(...ends), to: Math.max(...ends) }
  const told = ports.map(port => ({ port, asks: sentIn([port], meanwhile) }))
  const lost = told.flatMap(({ asks }) => asks.filter(isLost))
  const asked = told.reduce((sum, { asks }) => sum + asks.length, 0)
  const isAlike =
    wilson(lost.length, asked).low >= leastShare &&
    lost.length <= mostShare * asked &&
    told.every(({ asks }) => asks.every(each => isLost(each) || each.fate === 'ok')) &&
    isLostAlone(told) &&
    isOfNoMode(told) &&
    lateOf(ports, lost) <= 0.2 * lost.length &&
    told.every(({ asks }) => isByChance(asks))
  return isAlike ? { target, lost, asked, modes: modesOf(told), ...meanwhile } : undefined
}

const isLost = ({ fate }: Question): boolean => fate === 'timeout'

function lateOf(ports: readonly ProbeHistory[], lost: readonly Question[]): number {
  const late = new Set(ports.flatMap(port => [...lateAnswers(port).keys()]))
  return lost.filter(each => late.has(each)).length
}

/** An order shows in so many of the newest. */
const newest = 256

/** Neither in blocks, as in an outage, nor in turn, as of a dead server under round robin, nor always. */
const isByChance = (asks: readonly Question[]): boolean => {
  const outcomes = asks.slice(-newest).map(isLost)
  return rhythmOf(outcomes, doubt) === 'mixed' || outcomes.length < leastLost
}

/**
 * Of ports that ask on: where each question is lost for itself, a loss is followed by another as often as anything is. Who
 * comes and goes is lost for whole stretches between answers.
 */
function isLostAlone(told: readonly Told[]): boolean {
  const pinned = told.filter(({ port }) => port.of.mode === 'pinned')
  const stretches = pinned.flatMap(({ asks }) => lostBetween(asks))
  const several = stretches.filter(length => length > 1).length
  const all = pinned.flatMap(({ asks }) => asks)
  const share = all.filter(isLost).length / Math.max(1, all.length)
  return stretches.length - several >= leastAlone && binomialAtLeast(several, stretches.length, share) > unlike
}

/** How many were lost, each time, between two that were answered. */
function lostBetween(asks: readonly Question[]): readonly number[] {
  const heard = asks.flatMap((each, i) => (isLost(each) ? [] : [i]))
  return heard.slice(1).flatMap((at, i) => (at - (heard[i] ?? at) > 1 ? [at - (heard[i] ?? at) - 1] : []))
}

interface Told {
  readonly port: ProbeHistory
  readonly asks: readonly Question[]
}

/** A port that asks on keeps to one server and one entry; where both lose alike, neither is what loses. */
function isOfNoMode(told: readonly Told[]): boolean {
  return told.every(({ asks }) => {
    const others = told.filter(each => each.asks !== asks).flatMap(each => each.asks)
    const lost = asks.filter(isLost).length
    const all = lost + others.filter(isLost).length
    const population = asks.length + others.length
    const more = hypergeometricAtLeast(lost, asks.length, all, population)
    const fewer = hypergeometricAtLeast(all - lost, others.length, all, population)
    return Math.min(more, fewer) * told.length > unlike
  })
}

function modesOf(told: readonly Told[]): Lossy['modes'] {
  return [...Map.groupBy(told, ({ port }) => (port.of.mode === 'pinned' ? 'one port' : 'new ports'))].map(
    ([mode, those]) => ({
      mode,
      lost: those.reduce((sum, { asks }) => sum + asks.filter(isLost).length, 0),
      asked: those.reduce((sum, { asks }) => sum + asks.length, 0),
    }),
  )
}
