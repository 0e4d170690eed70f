import { styleText } from 'node:util'
import type { Tone } from '../record/tables/table.ts'
import type { Paint } from '../record/tables/text.ts'

const styles = { good: 'green', warn: 'yellow', bad: 'red', dim: 'dim' } as const satisfies Record<Tone, string>

/** Colours for a stream that can show them; none for a pipe, or where NO_COLOR is set. */
export const paintFor =
  (stream: NodeJS.WritableStream): Paint =>
  (text, tone) =>
    styleText(styles[tone], text, { stream })
