import { homedir } from 'node:os'
import { type Clock, realClock } from '../clock.ts'
import type { Command, Config } from '../config/schema.ts'
import { type Engine, start } from '../engine/engine.ts'
import { endsOf } from '../engine/secrets.ts'
import { findAccess } from '../evidence/kubernetes/access/find.ts'
import { type Notices, notices } from '../notices/notices.ts'
import { admitsTokenIn } from '../http/token.ts'
import { startWeb, type Web } from '../web/server.ts'
import type { WebSource } from '../web/source.ts'
import { conclude, roundIsOver } from './conclusion.ts'
import { ending } from './ending.ts'
import { lines } from './lines.ts'
import type { Output } from './output.ts'
import { type Reloading, reloading, type ReloadingJob } from './reloading.ts'
import { round } from './round.ts'
import { screen } from './screen.ts'
import { version as readVersion } from './version.ts'

export interface RunJob {
  readonly config: Config
  readonly command: Command
  /** Stop after so long, ms; absent: run until told to stop. */
  readonly forMs: number | undefined
  /** One round and a conclusion, then stop. */
  readonly once: boolean
  /** A live table, for people; JSON lines otherwise. */
  readonly table: boolean
  /** The file it came from, and how to read it again. */
  readonly source?: Pick<ReloadingJob, 'file' | 'load'> | undefined
}

/** Runs until a signal, the end of the time given or of the one round, or the loss of the output; stops cleanly and exits. */
export async function run({ config, command, forMs, once, table, source }: RunJob): Promise<void> {
  const clock = realClock
  const version = readVersion()
  let follower: Reloading | undefined
  // Who sits at a terminal that hangs up is gone; a process without one is told to look at its file.
  const end = ending(forMs, clock, table || !source ? undefined : () => void follower?.now())
  const output = (table ? screen : lines)({ config, command, clock, lost: end.now })
  const { log } = output
  process.on('uncaughtException', error => {
    output.close()
    log.fatal({ err: error }, 'longhold has a bug and stops')
    process.exit(1)
  })
  const engine = await start({ config, command, clock, log, version, env: process.env })
  const announced = announcing(engine, { config, command, log, clock })
  if (source && !once)
    follower = reloading({ ...source, engine, refused: mistake => announced?.refuse(mistake), clock, log })
  const web = await served(follower ? { ...engine, configuration: follower.state } : engine, { config, log, clock })
  const only = once ? round(engine, config, clock) : undefined
  void only?.over.then(() => end.now(roundIsOver))
  output.begin(engine, web?.listens ?? [], only?.progress)
  const reason = await end.reason
  const conclusion = only && (await conclude(engine, clock, reason))
  only?.close()
  follower?.close()
  log.info({ reason }, 'stopping: saying goodbye on every connection')
  await Promise.all([engine.stop(), web?.close(), announced?.close()])
  await output.end(engine, conclusion)
  process.exit(conclusion?.exitCode ?? 0) // whatever still has a timer: everything of ours is closed, and the output is written
}

/** Kubernetes Events, where they are wanted. */
function announcing(
  engine: Engine,
  { config, command, log, clock }: Pick<RunJob, 'config' | 'command'> & { log: Output['log']; clock: Clock },
): Notices | undefined {
  const { evidence, identity } = config
  if (evidence === 'off' || evidence.events === 'off' || command === 'server') return undefined
  const { env } = process
  const named = typeof evidence.kubernetes === 'object' ? evidence.kubernetes : {}
  const uid = env['LONGHOLD_POD_UID']
  const pod = { name: identity.pod, ...(uid && { uid }) }
  const made = notices({ find: () => findAccess({ env, home: homedir(), ...named }), pod, clock, log })
  engine.subscribe(made.sink)
  return made
}

async function served(
  source: Engine & Pick<WebSource, 'configuration'>,
  { config, log, clock }: { config: Config; log: Output['log']; clock: Clock },
): Promise<Web | undefined> {
  if (config.web === 'off') return undefined
  try {
    const { listen, tokenFile } = config.web
    const admits = tokenFile === undefined ? undefined : await admitsTokenIn(tokenFile, clock, 'web.tokenFile')
    const told = { ...source, certificates: () => endsOf(source.secrets) }
    const certificates = source.secrets.web
    return await startWeb({ listen, source: told, log, clock, certificates, ...(admits && { admits }) })
  } catch (error) {
    await source.stop()
    throw error
  }
}
