import type { Verdict } from '../outcome/verdict.ts'
import { isLoud } from '../record/verdict-news.ts'

/** The pod that an Event is about: our own. */
export interface OwnPod {
  readonly namespace: string
  readonly name: string
  /** Without it `kubectl describe pod` does not show the Event; `kubectl get events` does. */
  readonly uid?: string
}

/** An Event of events.k8s.io/v1, as it is posted. */
export type Event = Readonly<Record<string, unknown>>

/** What the API allows in a note, bytes. */
const mostNote = 1024

/** Tells of a verdict that opened or closed. */
export const eventOf = (verdict: Verdict, pod: OwnPod, at: number): Event =>
  event(pod, at, {
    action: 'Diagnose',
    reason: reasonOf(verdict),
    type: isLoud(verdict) ? 'Warning' : 'Normal',
    note: cut(noteOf(verdict), mostNote),
  })

/** Tells of a configuration that does not run, and why. */
export const refusalOf = (mistake: string, pod: OwnPod, at: number): Event =>
  event(pod, at, {
    action: 'Configure',
    reason: 'ConfigurationRefused',
    type: 'Warning',
    note: cut(`what ran goes on, since: ${mistake}`, mostNote),
  })

function event(
  { namespace, name, uid }: OwnPod,
  at: number,
  told: {
    readonly action: string
    readonly reason: string
    readonly type: 'Warning' | 'Normal'
    readonly note: string
  },
): Event {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${name.slice(0, 200)}.`, namespace },
    eventTime: new Date(at).toISOString().replace('Z', '000Z'), // MicroTime
    reportingController: 'longhold.io/client',
    reportingInstance: name.slice(0, 128),
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, ...(uid !== undefined && { uid }) },
    ...told,
  }
}

function reasonOf({ state, supersededBy }: Verdict): string {
  if (state === 'open') return 'VerdictOpened'
  return supersededBy === undefined ? 'VerdictClosed' : 'VerdictSuperseded'
}

function noteOf({ id, name, says, state, supersededBy, remedy }: Verdict): string {
  if (supersededBy !== undefined) return `${id}: ${supersededBy} explains the same better`
  if (state === 'closed') return `${id}: the symptom is gone`
  const [first] = remedy.filter(line => !line.startsWith('#'))
  const page = ` (longhold explain ${name} says more)`
  return `${cut(`${name}: ${says}${first === undefined ? '' : ` First of all: ${first}`}`, mostNote - page.length)}${page}`
}

/** At most so many bytes, and no half character. Where to read more is never cut off. */
function cut(note: string, most: number): string {
  const bytes = Buffer.from(note)
  if (bytes.length <= most) return note
  return `${bytes.toString('utf8', 0, most - 8).replace(/\ufffd+$/, '')}…`
}
