import type { Facts } from '../evidence/facts.ts'

/** `wrong`: connections suffer now. `will bite`: they will, when the time comes. `unknown`: nobody could tell. */
export const levels = ['wrong', 'will bite', 'unknown', 'ok'] as const
export type Level = (typeof levels)[number]

/** What a check has to say of a node. */
export interface Finding {
  readonly level: Level
  /** One sentence with the numbers; for `unknown` why nobody could tell. */
  readonly says: string
  /** Commands and settings, one a line; a line that begins with `#` is a comment. */
  readonly fix: readonly string[]
}

/** One look at one thing of a node. Pure. */
export interface Check {
  readonly name: string
  judge(node: Node): Finding
}

/** What was read of a node: twice, a second apart, for what counts. */
export interface Node {
  /** Epoch ms of the second reading. */
  readonly at: number
  /** What a source told last; `undefined` where it told nothing. */
  now<T>(facts: Facts<T>): T | undefined
  /** What it told a second before. */
  before<T>(facts: Facts<T>): T | undefined
  /** Why it told nothing. */
  why(facts: Facts<unknown>): string
}

export const defineCheck = (check: Check): Check => check

export const wrong = (says: string, fix: readonly string[]): Finding => ({ level: 'wrong', says, fix })
export const willBite = (says: string, fix: readonly string[]): Finding => ({ level: 'will bite', says, fix })
export const unknown = (says: string, fix: readonly string[] = []): Finding => ({ level: 'unknown', says, fix })
export const ok = (says: string): Finding => ({ level: 'ok', says, fix: [] })

/** For what could not be judged because a source told nothing. */
export const untold = (node: Node, facts: Facts<unknown>): Finding => {
  const why = node.why(facts)
  return unknown(why.startsWith(`${facts.name}: `) ? why : `${facts.name}: ${why}`)
}
