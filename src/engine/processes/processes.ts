import { setImmediate } from 'node:timers/promises'
import { type Clock, steadyOrigin } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Identity } from '../../outcome/identity.ts'
import type { Ended, Observation } from '../../outcome/observation.ts'
import type { ListedRow } from '../../probes/listed.ts'
import type { Page } from '../../probes/paging.ts'
import { backoff } from '../../schedule/spread.ts'
import type { Auth } from '../../settings/secrets.ts'
import type { Part } from '../parts.ts'
import { type Exit, type Link, link } from './link.ts'
import type { Vital } from './message.ts'
import { openThere } from './open-there.ts'
import type { Answering } from './rows.ts'
import { type SharedParts, sharing, type Workers } from './sharing.ts'

/** The processes beside this one that hold a share of the connections. */
export interface Processes {
  /** Resolves when each can be asked, or had time enough to come up. */
  readonly up: Promise<unknown>
  /** The part as it is with several processes: those that hold connections are shared out. */
  shared(part: Part): Part
  /** Who can be asked for connections. */
  readonly answering: readonly Answering[]
  /** Those that run and have said how they are. */
  readonly workers: readonly WorkerState[]
  /** How often one of them was begun anew. */
  readonly restarts: number
  /** Of those that are gone: what they counted while they lived. */
  readonly former: { readonly cpuS: number; readonly stalls: number }
  /** Resolves when none is left, and the end of everything they had open is told. */
  close(): Promise<void>
}

export interface ProcessesJob {
  /** This one included. */
  readonly count: number
  readonly identity: Identity
  /** They read the same files themselves. */
  readonly auth: Auth
  readonly clock: Clock
  readonly log: Log
  /** Hears what the `nth` process observed. */
  hear(nth: number, observation: Observation): void
  /** Hears what became of a connection whose process, the `nth`, is gone. */
  tell(ended: Ended, nth: number): void
  /** The `nth` process is gone. */
  forget(nth: number): void
}

/** A worker and how it is. */
export interface WorkerState extends Pick<Vital, 'loopDelayMs' | 'stalls' | 'usage'> {
  readonly pid: number
  /** Held connections that are open. */
  readonly connections: number
}

/** What coming up may take before we go on without, ms. */
const upMs = 15_000
/** What a page of its connections may take, ms. */
const listMs = 1500
/** Before one that went is begun anew. One that lived that long begins anew as soon as the first did, ms. */
const again = { baseMs: 1000, capMs: 30_000 }
/** Ends told before the event loop gets its turn. */
const stride = 250

export function processes({ count, identity, auth, clock, log, hear, tell, forget }: ProcessesJob): Processes {
  const origin = steadyOrigin()
  const parts: SharedParts = new Map()
  const seats = Array.from({ length: count - 1 }, (_, before) => seat(before + 1))
  const former = { cpuS: 0, stalls: 0 }
  let [restarts, lastPart, closing] = [0, 0, false]

  /** One of the workers, whichever process it is in at the time. */
  function seat(nth: number) {
    const open = openThere()
    let [failures, beganAt, worker, mourning] = [0, clock.steady(), begin(), Promise.resolve()]
    let disarm: (() => void) | undefined

    function begin(): Link {
      const heard = (observations: readonly Observation[]): void => {
        for (const observation of observations) {
          open.hear(observation)
          hear(nth, observation)
        }
      }
      const made = link({ being: { share: { nth, of: count }, origin, identity, auth }, clock, log, hear: heard })
      void made.up.then(() => {
        // It came while parts were at work already. All are asked for at once: what is ended or begun from now on comes after.
        for (const [part, probe] of parts) void made.ask({ do: 'begin', part, probe }, upMs).then(report)
      })
      void made.gone.then(exit => (mourning = after(made, exit)))
      return made
    }

    function report(answer: Awaited<ReturnType<Link['ask']>>): void {
      if (typeof answer === 'object' && 'mistake' in answer)
        log.error({ process: nth, pid: worker.pid }, `a share of the connections is not held: ${answer.mistake}`)
    }

    async function after({ pid, vital }: Link, exit: Exit): Promise<void> {
      former.cpuS += vital?.usage.cpuS ?? 0
      former.stalls += vital?.stalls ?? 0
      if (!closing) {
        if (clock.steady() - beganAt > again.capMs) failures = 0
        const inMs = Math.round(backoff(failures++, again, Math.random))
        log.error({ pid, ...exit, connections: open.size, againInMs: inMs }, 'a process that held connections is gone')
        disarm = clock.alarm(inMs, () => {
          restarts += 1
          beganAt = clock.steady()
          worker = begin()
        })
      }
      forget(nth)
      let told = 0
      for (const ended of open.endAll(clock.steady)) {
        tell(ended, nth)
        if (++told % stride === 0) await setImmediate()
      }
    }

    return {
      open,
      get worker() {
        return worker
      },
      async answer(asked: Parameters<Answering>[0]): Promise<Page<ListedRow> | undefined> {
        if (!worker.isHeard) return undefined
        const answer = await worker.ask({ do: 'list', asked }, listMs)
        return typeof answer === 'object' && 'value' in answer ? (answer.value as Page<ListedRow>) : undefined // what `listed` made there
      },
      async close() {
        disarm?.()
        await worker.close()
        await mourning
      },
    }
  }

  const workers: Workers = {
    count,
    askAll: (task, withinMs) =>
      Promise.all(seats.filter(({ worker }) => worker.isUp).map(({ worker }) => worker.ask(task, withinMs))),
    vitals: part =>
      seats.map(({ worker }) => (worker.isHeard ? worker.vital?.parts.find(each => each.part === part) : undefined)),
    steady: clock.steady,
  }

  return {
    up: within(upMs, clock, Promise.all(seats.map(({ worker }) => worker.up))),
    shared: part => sharing(part, ++lastPart, parts, workers),
    answering: seats.map(({ answer }) => answer),
    get workers() {
      return seats.flatMap(({ worker, open }): WorkerState[] => {
        const { isHeard, pid, vital } = worker
        if (!isHeard || pid === undefined || !vital) return []
        const { loopDelayMs, stalls, usage } = vital
        return [{ pid, connections: open.size, loopDelayMs, stalls, usage }]
      })
    },
    get restarts() {
      return restarts
    },
    former,
    async close() {
      closing = true
      await Promise.all(seats.map(each => each.close()))
    },
  }
}

/** Resolves when that does, and after `ms` at the latest. */
async function within(ms: number, clock: Clock, that: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const disarm = clock.alarm(ms, late.resolve)
  await Promise.race([that, late.promise])
  disarm()
}
