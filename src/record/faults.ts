import type { Asked, Ended, Stamp } from '../outcome/observation.ts'
import { endings, placeOf } from './endings.ts'
import { type Fault, isFault } from './snapshot.ts'

/** How many faults are kept. */
export const mostFaults = 200

/** The line to keep of an end or an answer that was somebody's fault; `undefined` when it was nobody's. */
export function faultOf(news: (Ended | Asked) & Stamp): Fault | undefined {
  return news.type === 'ended' ? faultyEnd(news) : faultyAnswer(news)
}

function faultyEnd(news: Ended & Stamp): Fault | undefined {
  const ending = endings[placeOf(news)] ?? news
  if (!isFault(ending)) return undefined
  const { at, side, kind, cohort, code, suspect, id, idleMs, exchanges, zombie, peer, tcpInfo } = news
  return {
    at,
    side,
    kind,
    name: cohort,
    ...ending,
    code,
    suspect: suspect === true,
    ...(id !== undefined && { id, idleMs, exchanges, zombie }),
    ...(peer && { by: peer.pod }),
    ...(tcpInfo && { tcpInfo }),
  }
}

function faultyAnswer(news: Asked & Stamp): Fault | undefined {
  const { at, side, kind, probe, fate, phase, code, suspect, by } = news
  if (!isFault({ fate, planned: false })) return undefined
  const fault = { at, side, kind, name: probe, fate, phase, code, planned: false, suspect: suspect === true }
  return by === undefined ? fault : { ...fault, by }
}
