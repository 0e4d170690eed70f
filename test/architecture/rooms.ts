/**
 * Who may import whom. A room is a folder, or a single file, directly under `src/`. A room imports only rooms above it
 * in this list. Pure rooms touch no file, socket, clock, randomness or process.
 */
export interface Room {
  readonly name: string
  /** `true`, or the sub-folders and files that are not. */
  readonly pure: boolean | { readonly but: readonly string[] }
}

export const rooms: readonly Room[] = [
  { name: 'outcome', pure: true },
  { name: 'clock.ts', pure: false },
  { name: 'log.ts', pure: true },
  { name: 'stats', pure: true },
  { name: 'settings', pure: true },
  { name: 'survival', pure: true },
  { name: 'kernel', pure: false },
  { name: 'wire', pure: true },
  { name: 'schedule', pure: false },
  { name: 'resolve.ts', pure: false },
  { name: 'listen.ts', pure: false },
  { name: 'secrets', pure: false },
  { name: 'http', pure: false },
  { name: 'datagram', pure: false },
  { name: 'ledger', pure: true },
  { name: 'probes', pure: false },
  { name: 'evidence', pure: false },
  { name: 'agent', pure: false },
  { name: 'diagnosis', pure: true },
  { name: 'doctor', pure: true },
  { name: 'tuning', pure: true },
  { name: 'search', pure: false },
  { name: 'record', pure: { but: ['record/journal/'] } },
  { name: 'compare', pure: true },
  {
    name: 'config',
    pure: {
      but: ['config/read-file.ts', 'config/defaults.ts', 'config/write-schema.ts', 'config/load.ts', 'config/files.ts'],
    },
  },
  { name: 'engine', pure: false },
  { name: 'notices', pure: false },
  { name: 'handbook', pure: { but: ['handbook/page.ts'] } },
  { name: 'web', pure: false },
  { name: 'cli', pure: false },
]
