import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Command, Config } from '../config/schema.ts'
import type { Engine } from '../engine/engine.ts'
import type { Conclusion } from './conclusion.ts'

/** How a run is shown: a live table for people, JSON lines for machines. */
export interface Output {
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>
  /** The engine runs; `web` is what the web server listens on; `progress` says how far a single round is. */
  begin(engine: Engine, web: readonly string[], progress?: () => string): void
  /** The engine has stopped: says how it all ended, and what a single round found. Resolves when that is out, or nobody takes it. */
  end(engine: Engine, conclusion?: Conclusion): Promise<void>
  /** Gives the terminal back. */
  close(): void
}

export interface OutputJob {
  readonly config: Config
  readonly command: Command
  readonly clock: Clock
  /** Nobody reads us any more. */
  readonly lost: (reason: string) => void
}
