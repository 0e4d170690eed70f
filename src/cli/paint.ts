import { styleText } from 'node:util'
import type { Tone } from '../record/tables/table.ts'
import type { Paint } from '../record/tables/text.ts'
import type { Style } from './prose.ts'

const styles = { good: 'green', warn: 'yellow', bad: 'red', dim: 'dim' } as const satisfies Record<Tone, string>

/** Colours for a stream that can show them; none for a pipe, or where NO_COLOR is set. */
export const paintFor =
  (stream: NodeJS.WritableStream): Paint =>
  (text, tone) =>
    styleText(styles[tone], text, { stream })

const looks = { heading: 'bold', code: 'cyan', strong: 'bold' } as const

/** The same for words of a page. */
export const styleFor =
  (stream: NodeJS.WritableStream): Style =>
  (text, what) =>
    styleText(looks[what], text, { stream })
