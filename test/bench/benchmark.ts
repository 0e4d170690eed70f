import type { Finding } from './measure.ts'

/** How much time to take. */
export interface Effort {
  readonly quick: boolean
  readonly rounds: number
}

/** Says what goes on, for people who wait. */
export type Say = (line: string) => void

/** One benchmark. Rejects with an Error that says in one sentence what stood in the way. */
export interface Benchmark {
  readonly name: string
  /** One line for `--help`. */
  readonly summary: string
  /** Commands it runs, each with the Debian package it comes from. */
  readonly needs: Readonly<Record<string, string>>
  run(effort: Effort, say: Say): Promise<readonly Finding[]>
}
