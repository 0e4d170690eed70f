import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Command, Config } from '../config/schema.ts'
import { type Ledger, ledger as newLedger } from '../ledger/ledger.ts'
import type { Log } from '../log.ts'
import type { Identity } from '../outcome/identity.ts'
import type { Observation, Side, Sink, Told } from '../outcome/observation.ts'
import type { ConnectionRow, Half, World } from '../probes/kind.ts'
import { openJournal } from '../record/journal/journal.ts'
import type { Journal, JournalStatus } from '../record/journal/writer.ts'
import { recorder as newRecorder } from '../record/recorder.ts'
import { currentOf, type Snapshot } from '../record/snapshot.ts'
import { wheel as newWheel } from '../schedule/wheel.ts'
import { diagnostician } from '../diagnosis/diagnose.ts'
import { crowds } from './crowds.ts'
import { type Investigation, investigate } from './investigate.ts'
import { noise as newNoise } from './noise.ts'
import { keepNurserySmall } from './nursery.ts'
import { partsOf } from './parts.ts'
import { type Environment, witnesses } from './witnesses.ts'

/** A running client, server or pair. Everything people see is read from here; nothing here knows who reads. */
export interface Engine {
  readonly command: Command
  readonly version: string
  readonly identity: Identity
  /** What it listens on, as `host:port`. */
  readonly listens: readonly string[]
  /** The server side's account; a client has none. */
  readonly ledger?: Ledger
  snapshot(): Snapshot
  connections(): Iterable<ConnectionRow>
  ready(): { readonly ready: boolean; readonly parts: readonly { readonly name: string; readonly ready: boolean }[] }
  noise(): {
    readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
    readonly stalls: number
    readonly clockJumps: number
  }
  /** Absent when no journal is written. */
  journal?(): JournalStatus
  /** Hands every observation from now on to `sink`, until the returned function is called. */
  subscribe(sink: Sink): () => void
  /** Judges once more, at once: what is still open and what came last. */
  conclude(): Promise<void>
  /** Says goodbye on every connection, waits for the drain time at most, and closes the journal. */
  stop(): Promise<void>
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
  keepNurserySmall()
  const identity: Identity = { ...config.identity, instance: randomBytes(8).toString('hex') }
  const ledger = newLedger(config.ledger.history)
  const recorder = newRecorder()
  const subscribers = new Set<Sink>()
  const halves: { readonly name: string; readonly side: Side; readonly half: Half }[] = []
  const disturbances = newNoise(clock, tell)
  const wheel = newWheel(clock, { onTick: disturbances.tick })
  const strangers = crowds(clock, tell)
  const world: World = { clock, wheel, random: Math.random, log, identity, ledger, tell: strangers.tell }
  const parts = partsOf(config, command)
  const judge = diagnostician()
  let journal: Journal | undefined
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

  async function stop(): Promise<void> {
    await investigation?.stop()
    // The client half first: a server that said goodbye to our own client would make it look for another.
    for (const side of ['client', 'server'] as const)
      await Promise.all(halves.filter(each => each.side === side).map(({ half }) => half.stop(config.drain)))
    wheel.stop()
    strangers.stop()
    await journal?.close()
  }

  try {
    if (config.journal !== 'off') {
      const { dir, maxBytes, interval } = config.journal
      journal = await openJournal({ dir, maxBytes, intervalMs: interval, clock, log, recorder })
    }
    tell({ type: 'began', side: command, identity, version })
    for (const { series } of parts) for (const each of series) tell({ type: 'declared', series: each })
    for (const { name, side, begin } of parts) halves.push({ name, side, half: await begin(world) })
    if (config.evidence !== 'off' && command !== 'server')
      investigation = investigate({
        clock,
        witnesses: witnesses({
          config: config.evidence,
          ...(command === 'pair' &&
            config.web !== 'off' && { own: { instance: identity.instance, at: config.web.listen } }),
          env,
          clock,
          log,
        }),
        everyMs: config.evidence.every,
        tell,
        isOpen: () => judge.open.length > 0,
      })
  } catch (error) {
    await stop()
    throw error
  }

  return {
    command,
    version,
    identity,
    listens: halves.flatMap(({ half }) => half.listens),
    ...(command !== 'client' && { ledger }),
    snapshot: () => currentOf(recorder.snapshot({ at: clock.now(), steady: clock.steady() })),
    *connections() {
      for (const { half } of halves) yield* half.connections()
    },
    ready() {
      const each = halves.map(({ name, half }) => ({ name, ready: half.ready() }))
      return { ready: each.every(({ ready }) => ready), parts: each }
    },
    noise: () => ({ loopDelayMs: disturbances.loopDelay(), ...disturbances.counts() }),
    ...(journal && { journal: journal.status }),
    subscribe(sink) {
      subscribers.add(sink)
      return () => subscribers.delete(sink)
    },
    conclude: async () => investigation?.conclude(),
    stop,
  }
}
