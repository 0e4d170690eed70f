import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { processesFor } from '../config/files.ts'
import type { Command, Config } from '../config/schema.ts'
import { type Ledger, ledger as newLedger } from '../ledger/ledger.ts'
import { type Look, looking } from '../evidence/look.ts'
import type { Asked } from '../evidence/ledger/source.ts'
import type { Statement } from '../evidence/ledger/statement.ts'
import { fileLimit } from '../kernel/native.ts'
import type { Log } from '../log.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Sink } from '../outcome/observation.ts'
import type { Next, World } from '../probes/kind.ts'
import { kinds } from '../probes/index.ts'
import { listed, type RowsAsked } from '../probes/listed.ts'
import type { Shown } from '../record/history/history.ts'
import type { Span } from '../record/history/spans.ts'
import { openJournal } from '../record/journal/journal.ts'
import type { Journal, JournalStatus } from '../record/journal/writer.ts'
import { currentOf, type Snapshot } from '../record/snapshot.ts'
import { wheel as newWheel } from '../schedule/wheel.ts'
import { crowds } from './crowds.ts'
import { halves as newHalves, type Replaced } from './halves.ts'
import { type Investigation, investigate } from './investigate.ts'
import { flowsOf, liveRows } from './live-flows.ts'
import { nextStartOf } from './next-start.ts'
import { keepNurserySmall } from './nursery.ts'
import { partsOf } from './parts.ts'
import { type Processes, processes } from './processes/processes.ts'
import { type Rows, rowsOf } from './processes/rows.ts'
import { type Running, together } from './processes/together.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { telling } from './telling.ts'
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
  /** The worst event loop of all processes, and their stalls together. */
  noise(): {
    readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
    readonly stalls: number
    readonly clockJumps: number
  }
  /** This process, and those that share its connections. */
  processes(): Running
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
  const heard = telling(clock)
  const { recorder, noise, tell } = heard
  const wanted = processesFor(kinds, config, fileLimit())
  let drainMs = config.drain
  const wheel = newWheel(clock, { onTick: noise.tick })
  const strangers = crowds(clock, tell)
  const world: World = { clock, wheel, random: Math.random, log, identity, ledger, token, tell: strangers.tell }
  const halves = newHalves(world)
  let others: Processes | undefined
  let journal: Journal | undefined
  let asking: Asking | undefined
  let investigation: Investigation | undefined

  const parts = (of: Config) => partsOf(of, command).map(part => others?.shared(part) ?? part)

  async function reload(next: Config): Promise<Reloaded> {
    const nextStart = nextStartOf(next, config)
    const replaced = await halves.replace(parts(next), drainMs)
    drainMs = next.drain
    return { ...replaced, nextStart }
  }

  async function stop(): Promise<void> {
    await investigation?.stop()
    await halves.stop(drainMs)
    await others?.close()
    wheel.stop()
    strangers.stop()
    await journal?.close()
    secrets.close()
  }

  try {
    if (wanted > 1) others = processes({ ...heard, count: wanted, identity, auth: config.auth, clock, log })
    if (config.journal !== 'off') {
      const { dir, maxBytes, interval } = config.journal
      journal = await openJournal({ dir, maxBytes, intervalMs: interval, clock: heard.clock, log, recorder })
      heard.subscribe(journal.sink)
    }
    tell({ type: 'began', side: command, identity, version })
    await others?.up
    await halves.begin(parts(config))
    if (config.evidence !== 'off' && command !== 'server') {
      const own = command === 'pair' && config.web !== 'off' && { at: config.web.listen, instance: identity.instance }
      const tokenFile = config.web === 'off' ? undefined : config.web.tokenFile
      const guard = { tokenFile, tls: secrets.evidence }
      asking = witnesses({ config: config.evidence, ...(own && { own }), ...guard, env, clock, log })
      const isOpen = heard.hasOpenVerdict
      investigation = investigate({ clock, witnesses: asking, everyMs: config.evidence.every, tell, isOpen })
      heard.subscribe(investigation.hear)
    }
  } catch (error) {
    await stop()
    throw error
  }

  function* own() {
    for (const { half } of halves.all) yield* half.connections()
  }

  const connections = (asked: RowsAsked) => rowsOf(asked, [each => listed(own(), each), ...(others?.answering ?? [])])
  const now = () => ({ at: clock.now(), steady: heard.clock.steady() })

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
    snapshot: () => currentOf(recorder.snapshot(now())),
    connections,
    next: () => halves.all.flatMap(({ half }) => half.next?.() ?? []),
    history: span => recorder.history(span, now()),
    ready() {
      const each = halves.all.map(({ part, half }) => ({ name: part.name, ready: half.ready() }))
      return { ready: each.every(({ ready }) => ready), parts: each }
    },
    ...together(noise, { wanted, open: heard.open, others: () => others }),
    ...(journal && { journal: journal.status }),
    secrets,
    subscribe: heard.subscribe,
    reload,
    conclude: async () => investigation?.conclude(),
    stop,
  }
}
