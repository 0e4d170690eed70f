import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Command, Config } from '../config/schema.ts'
import { type Ledger, ledger as newLedger } from '../ledger/ledger.ts'
import { type Look, looking } from '../evidence/look.ts'
import type { Asked } from '../evidence/ledger/source.ts'
import type { Statement } from '../evidence/ledger/statement.ts'
import type { Log } from '../log.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Observation, Sink, Told } from '../outcome/observation.ts'
import type { Next, World } from '../probes/kind.ts'
import { listed, type RowsAsked } from '../probes/listed.ts'
import type { Shown } from '../record/history/history.ts'
import type { Span } from '../record/history/spans.ts'
import { openJournal } from '../record/journal/journal.ts'
import type { Journal, JournalStatus } from '../record/journal/writer.ts'
import { recorder as newRecorder } from '../record/recorder.ts'
import { currentOf, type Snapshot } from '../record/snapshot.ts'
import { wheel as newWheel } from '../schedule/wheel.ts'
import { diagnostician } from '../diagnosis/diagnose.ts'
import { crowds } from './crowds.ts'
import { halves as newHalves, type Replaced } from './halves.ts'
import { type Investigation, investigate } from './investigate.ts'
import { noise as newNoise } from './noise.ts'
import { flowsOf, liveRows } from './live-flows.ts'
import { nextStartOf } from './next-start.ts'
import { keepNurserySmall } from './nursery.ts'
import { partsOf } from './parts.ts'
import { type Rows, rowsOf } from './processes/rows.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { type Asking, type Environment, witnesses } from './witnesses.ts'

/** A running client, server or pair. Everything people see is read from here; nothing here knows who reads. */
export interface Engine {
  readonly command: Command
  readonly version: string
  readonly identity: Identity
  /** What it listens on, as `host:port`. */
  readonly listens: readonly string[]
  /** The server side's account; a client has none. */
  readonly ledger?: Ledger
  /** Asks the server of a connection for its account. Absent where no evidence is read. */
  statement?(asked: Asked): Promise<Statement>
  /** Reads all evidence there is, for a person. Absent where none is read. */
  look?(): Promise<Look>
  snapshot(): Snapshot
  /** Held connections that are asked for, of all processes. */
  connections(asked: RowsAsked): Promise<Rows>
  /** Of each cohort with somebody silent, the exchange that is due first. */
  next(): readonly Next[]
  history(span: Span): Shown
  ready(): { readonly ready: boolean; readonly parts: readonly { readonly name: string; readonly ready: boolean }[] }
  noise(): {
    readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
    readonly stalls: number
    readonly clockJumps: number
  }
  /** Absent when no journal is written. */
  journal?(): JournalStatus
  readonly secrets: Omit<Secrets, 'close'>
  /** Hands every observation from now on to `sink`, until the returned function is called. */
  subscribe(sink: Sink): () => void
  /**
   * Goes on with another configuration: parts of it that did not change keep their connections. Rejects with a Problem when the
   * machine cannot do all of it; what it can is done.
   */
  reload(config: Config): Promise<Reloaded>
  /** Judges once more, at once: what is still open and what came last. */
  conclude(): Promise<void>
  /** Says goodbye on every connection, waits for the drain time at most, and closes the journal. */
  stop(): Promise<void>
}

/** What a reload changed. */
export interface Reloaded extends Replaced {
  /** Sections of the configuration that changed, and count from the next start on. */
  readonly nextStart: readonly string[]
}

export interface Job {
  readonly config: Config
  readonly command: Command
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** Where a pod reads who and where it is; absent: nowhere. */
  readonly env?: Environment
}

/** Starts what the configuration says. Rejects with a Problem when the machine cannot do it, leaving nothing running. */
export async function start({ config, command, clock, log, version, env = {} }: Job): Promise<Engine> {
  const secrets = await openSecrets(config, command, { clock, log })
  const { token } = secrets
  keepNurserySmall()
  const identity: Identity = { ...config.identity, instance: randomBytes(8).toString('hex') }
  const ledger = newLedger(config.ledger.history)
  const recorder = newRecorder()
  const subscribers = new Set<Sink>()
  let drainMs = config.drain
  const disturbances = newNoise(clock, tell)
  const wheel = newWheel(clock, { onTick: disturbances.tick })
  const strangers = crowds(clock, tell)
  const world: World = { clock, wheel, random: Math.random, log, identity, ledger, token, tell: strangers.tell }
  const halves = newHalves(world)
  const judge = diagnostician()
  let journal: Journal | undefined
  let asking: Asking | undefined
  let investigation: Investigation | undefined

  /** Stamps what a probe tells, and hands it to the sinks. */
  function tell(told: Told): void {
    const now = { at: clock.now(), steady: clock.steady() }
    const measured = 'tookUs' in told ? now.steady - (told.tookUs ?? 0) / 1000 : now.steady
    const suspect = told.type !== 'disturbed' && disturbances.disturbedSince(measured, now)
    const stamped = { ...told, at: now.at, steady: now.steady } // by name: V8 is slow at a second spread
    const observation: Observation = suspect ? { ...stamped, suspect } : stamped
    recorder.fold(observation)
    journal?.sink(observation)
    for (const sink of subscribers) sink(observation)
    investigation?.hear(observation)
    for (const verdict of judge.fold(observation)) tell({ type: 'judged', verdict })
  }

  async function reload(wanted: Config): Promise<Reloaded> {
    const nextStart = nextStartOf(wanted, config)
    const replaced = await halves.replace(partsOf(wanted, command), drainMs)
    drainMs = wanted.drain
    return { ...replaced, nextStart }
  }

  async function stop(): Promise<void> {
    await investigation?.stop()
    await halves.stop(drainMs)
    wheel.stop()
    strangers.stop()
    await journal?.close()
    secrets.close()
  }

  try {
    if (config.journal !== 'off') {
      const { dir, maxBytes, interval } = config.journal
      journal = await openJournal({ dir, maxBytes, intervalMs: interval, clock, log, recorder })
    }
    tell({ type: 'began', side: command, identity, version })
    await halves.begin(partsOf(config, command))
    if (config.evidence !== 'off' && command !== 'server') {
      const own = command === 'pair' && config.web !== 'off' && { at: config.web.listen, instance: identity.instance }
      const tokenFile = config.web === 'off' ? undefined : config.web.tokenFile
      const guard = { tokenFile, tls: secrets.evidence }
      asking = witnesses({ config: config.evidence, ...(own && { own }), ...guard, env, clock, log })
      const isOpen = () => judge.open.length > 0
      investigation = investigate({ clock, witnesses: asking, everyMs: config.evidence.every, tell, isOpen })
    }
  } catch (error) {
    await stop()
    throw error
  }

  function* own() {
    for (const { half } of halves.all) yield* half.connections()
  }

  const connections = (asked: RowsAsked) => rowsOf(asked, [each => listed(own(), each)])

  const lookThrough = ({ ask }: Asking) =>
    looking(
      async thorough => ask({ flows: flowsOf((await connections(liveRows)).found), accounts: [] }, thorough),
      clock,
    )

  return {
    command,
    version,
    identity,
    get listens() {
      return halves.all.flatMap(({ half }) => half.listens)
    },
    ...(command !== 'client' && { ledger }),
    ...(asking && { statement: asking.statement, look: lookThrough(asking) }),
    snapshot: () => currentOf(recorder.snapshot({ at: clock.now(), steady: clock.steady() })),
    connections,
    next: () => halves.all.flatMap(({ half }) => half.next?.() ?? []),
    history: span => recorder.history(span, { at: clock.now(), steady: clock.steady() }),
    ready() {
      const each = halves.all.map(({ part, half }) => ({ name: part.name, ready: half.ready() }))
      return { ready: each.every(({ ready }) => ready), parts: each }
    },
    noise: () => ({ loopDelayMs: disturbances.loopDelay(), ...disturbances.counts() }),
    ...(journal && { journal: journal.status }),
    secrets,
    subscribe(sink) {
      subscribers.add(sink)
      return () => subscribers.delete(sink)
    },
    reload,
    conclude: async () => investigation?.conclude(),
    stop,
  }
}
