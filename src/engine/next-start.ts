import type { Config } from '../config/schema.ts'

/** What is set once, when a process starts. */
const fixed: readonly (keyof Config)[] = [
  'identity',
  'processes',
  'log',
  'web',
  'auth',
  'journal',
  'ledger',
  'evidence',
]

/** Sections in which what is wanted differs from what the process was started with. */
export const nextStartOf = (wanted: Config, config: Config): readonly (keyof Config)[] =>
  fixed.filter(section => JSON.stringify(wanted[section]) !== JSON.stringify(config[section]))
