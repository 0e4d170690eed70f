import type { Setting } from '../advice/setting.ts'

/** What a snippet is made of. */
export interface Wanted {
  readonly setting: Setting
  /** The shortest timeout on the path, s; `undefined` where none is known. */
  readonly timeoutS: number | undefined
}

/** Languages a snippet may be written in. */
export type Language =
  | 'sysctl'
  | 'yaml'
  | 'javascript'
  | 'go'
  | 'java'
  | 'properties'
  | 'python'
  | 'nginx'
  | 'haproxy'
  | 'ini'
  | 'conf'

/** Something people set keepalive in. */
export interface Target {
  readonly name: string
  readonly title: string
  readonly language: Language
  /** Settings to paste, ending in a newline. */
  text(wanted: Wanted): string
  /** What it does not set, and what else has to be known, a sentence each. */
  notes(wanted: Wanted): readonly string[]
}

export const defineTarget = (target: Target): Target => target
