import type { Clock } from '../clock.ts'
import type { Access } from '../evidence/kubernetes/access/access.ts'
import { reasonOf } from '../evidence/reason.ts'
import type { Log } from '../log.ts'
import type { Sink } from '../outcome/observation.ts'
import { verdictNews } from '../record/verdict-news.ts'
import { type Event, eventOf, type OwnPod, refusalOf } from './event.ts'
import { type Postbox, postbox } from './post.ts'

export interface NoticesJob {
  readonly find: () => Promise<Access>
  readonly pod: Pick<OwnPod, 'name' | 'uid'>
  readonly clock: Clock
  readonly log: Log
}

/** Kubernetes Events on our own pod, one when a verdict opens and one when it closes, and one for a configuration that does not run. */
export interface Notices {
  readonly sink: Sink
  /** Tells that the configuration file has a mistake. */
  refuse(mistake: string): void
  /** Waits for what is still to be posted, for a few seconds at most. */
  close(): Promise<void>
}

/** Events that wait for the API server: beyond it the newest are left out, for the log and the page have them. */
const mostWaiting = 32
const tries = 3
/** Before it is tried again, ms; doubled each time. */
const pauseMs = 1000
/** How long a stop waits, ms. */
const patienceMs = 3000

export function notices({ find, pod, clock, log }: NoticesJob): Notices {
  let waiting = 0
  let last = Promise.resolve()
  let known: { readonly box: Postbox; readonly namespace: string } | undefined
  let complained = ''

  async function reach() {
    if (known) return known
    const access = await find()
    known = { box: postbox(access, clock), namespace: access.namespace ?? 'default' }
    return known
  }

  /** One after the other; nothing more while too many wait. */
  function post(made: (pod: OwnPod) => Event): void {
    if (waiting >= mostWaiting) return
    waiting += 1
    last = last.then(() => send(made)).finally(() => (waiting -= 1))
  }

  async function send(made: (pod: OwnPod) => Event): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        const { box, namespace } = await reach()
        await box.post(made({ ...pod, namespace }), namespace)
        complained = ''
        return
      } catch (error) {
        await forget()
        if (attempt === tries) return complain(reasonOf(error))
        await clock.sleep(pauseMs * 2 ** (attempt - 1))
      }
  }

  /** Credentials may have moved or been renewed. */
  async function forget(): Promise<void> {
    const { box } = known ?? {}
    known = undefined
    await box?.close().catch(() => {}) // it is gone either way
  }

  /** Once for each reason: whoever may not post may not the next time. */
  function complain(why: string): void {
    if (why !== complained)
      log.warn(`no Event could be posted: ${why}. It takes "create" on "events" in API group "events.k8s.io"`)
    complained = why
  }

  return {
    sink: verdictNews((verdict, at) => post(own => eventOf(verdict, own, at))),
    refuse: mistake => post(own => refusalOf(mistake, own, clock.now())),
    async close() {
      await Promise.race([last, clock.sleep(patienceMs)])
      await forget()
    },
  }
}
