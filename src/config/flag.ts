import type { Kind } from '../probes/kind.ts'
import type { Draft } from './draft.ts'
import type { Form } from './forms.ts'
import type { Path } from './mistake.ts'
import type { Command } from './schema.ts'

/** A flag, or its environment variable, that changes settings wherever they came from. */
export interface Override {
  /** Without dashes: `web-port`. */
  readonly flag: string
  readonly env: string
  /** As `--help` shows it: `<host[:port]>`. */
  readonly value: string
  readonly summary: string
  readonly commands: readonly Command[]
  /** What the text has to look like, where the settings it ends up in would complain about more than was written. */
  readonly form: Form | undefined
  /** Writes into the draft and returns where it wrote: nowhere means that there was nothing to change. */
  readonly apply: (draft: Draft, text: string, kinds: readonly Kind[]) => Path[]
}

/** The variable is named like the flag. */
export function on(
  commands: readonly Command[],
  flag: string,
  value: string,
  summary: string,
  apply: Override['apply'],
  form?: Form,
): Override {
  return { flag, env: `LONGHOLD_${flag.toUpperCase().replaceAll('-', '_')}`, value, summary, commands, apply, form }
}
