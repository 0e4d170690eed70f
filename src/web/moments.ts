import type { ClockDifference } from '../evidence/ledger/statement.ts'
import type { KeptVerdict } from '../record/verdicts.ts'
import type { Tone } from '../record/tables/table.ts'
import { titleOf } from '../record/tables/verdicts.ts'
import { span } from '../record/tables/words.ts'
import { endTone, endWords } from './connection-words.ts'
import { explainPath } from './explain.ts'
import type { BothSides, ClientEnd, ClientSide, ServerSide } from './sides.ts'

/** Something that happened to a connection, or will. */
export interface Moment {
  /** Epoch ms, by our own clock as well as we know. */
  readonly at: number
  /** So far it may be off, ms; `undefined` where nobody knows by how much the other clock differs. */
  readonly errorMs: number | undefined
  readonly lane: 'client' | 'server' | 'verdict'
  readonly says: string
  readonly tone?: Tone
  readonly href?: string
  /** Its side is over with it. */
  readonly ends?: true
}

/** Everything that is known to have happened to a connection on either side, and what is due, in the order of time. */
export function moments(
  { client, server }: BothSides,
  verdicts: readonly KeptVerdict[],
  now: number,
): readonly Moment[] {
  const all = [
    ...(client ? [...ofClient(client, now), ...named(client, verdicts)] : []),
    ...(server.state === 'told' ? ofServer(server) : []),
  ]
  return all.toSorted((a, b) => a.at - b.at)
}

function ofClient(client: ClientSide, now: number): Moment[] {
  const { openedAt, exchanges = 0, held, end } = client
  const opened = openedAt === undefined ? [] : [mine(openedAt, 'opened')]
  if (end) return [...opened, ...lastDays(end, exchanges), { ...mine(end.at, ended(end), endTone(end)), ends: true }]
  if (!held) return opened
  const heardMs = held.kernel?.tcpInfo.lastAckRecvMs
  return [
    ...opened,
    ...(held.state === 'idle' && exchanges > 0 ? [mine(now - held.idleMs, `last exchange, number ${exchanges}`)] : []),
    ...(heardMs === undefined ? [] : [mine(now - heardMs, 'its kernel last heard from the other side (ACK)')]),
    ...(held.state === 'idle' ? [mine(now + held.nextMs, 'next exchange due')] : []),
    ...(held.state === 'exchange' ? [mine(now + held.nextMs, 'answer due')] : []),
  ]
}

const mine = (at: number, says: string, tone?: Tone): Moment => ({
  at,
  errorMs: 0,
  lane: 'client',
  says,
  ...(tone && { tone }),
})

/** The silence before an end, and the question that was not answered. */
function lastDays({ at, phase, idleMs = 0, askedMs }: ClientEnd, exchanges: number): Moment[] {
  const askedAt = phase === 'exchange' && askedMs !== undefined ? at - askedMs : undefined
  const silentTo = phase === 'idle' ? at : askedAt
  const since = exchanges > 0 ? `last exchange, number ${exchanges}` : 'the silence began'
  return [
    ...(silentTo !== undefined && idleMs > 0
      ? [mine(silentTo - idleMs, `${since}; silent for ${span(idleMs)} from here`)]
      : []),
    ...(askedAt === undefined ? [] : [mine(askedAt, 'the silence was broken: asked')]),
  ]
}

function ofServer({ account, here, clock }: Extract<ServerSide, { state: 'told' }>): Moment[] {
  const { openedAt, lastAt, exchanges, ending } = account
  const theirs = (at: number, says: string, tone?: Tone): Moment => ({
    at: at - (clock?.aheadMs ?? 0),
    errorMs: here ? 0 : clock?.errorMs,
    lane: 'server',
    says,
    ...(tone && { tone }),
  })
  return [
    theirs(openedAt, 'opened'),
    ...(lastAt > openedAt
      ? [theirs(lastAt, `last byte, after ${exchanges} ${exchanges === 1 ? 'exchange' : 'exchanges'}`)]
      : []),
    ...(ending ? [{ ...theirs(ending.at, ended(ending), endTone(ending)), ends: true as const }] : []),
  ]
}

const ended = (end: { fate: string; phase: string; planned: boolean; zombie: boolean; code: string }): string =>
  [`${endWords(end)}: ${end.code}`, end.zombie && 'the other side had long been gone'].filter(Boolean).join('; ')

/** Verdicts on the cohort whose symptoms this end is one of. */
function named({ kind, cohort, end }: ClientSide, verdicts: readonly KeptVerdict[]): Moment[] {
  if (!end) return []
  return verdicts
    .filter(
      ({ series, since, lastAt }) =>
        series.includes(`${kind}/${cohort}`) && since <= end.at + slackMs && end.at <= lastAt + slackMs,
    )
    .map(verdict => ({
      at: verdict.openedAt,
      errorMs: 0,
      lane: 'verdict',
      says: `${titleOf(verdict)}, ${verdict.confidence.level}: ${verdict.says}`,
      tone: verdict.planned ? 'dim' : 'bad',
      href: explainPath(verdict.name),
    }))
}

/** A symptom is told, then judged. */
const slackMs = 1000

/** How well two clocks can be compared, for who wonders. */
export function clockWords(server: ServerSide): string | undefined {
  if (server.state !== 'told' || server.here) return undefined
  return server.clock
    ? differs(server.clock)
    : 'The server is another process, and does not tell its clock: its times are its own, and may be off against the client’s by any amount.'
}

function differs({ aheadMs, errorMs }: ClockDifference): string {
  const [off, give] = [Math.abs(aheadMs), span(Math.ceil(errorMs))]
  const word =
    off <= errorMs ? 'agrees with ours' : `is ${span(Math.round(off))} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`
  return `The server is another process. Its clock ${word}, measured now to within ${give}: its times are shown by ours, and anything closer together than that may have come in either order.`
}
