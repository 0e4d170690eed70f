import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { Problem } from '../outcome/problem.ts'
import type { Trial } from '../tuning/trial.ts'
import type { Speaker } from './protocol.ts'

const trial = z.intersection(
  z.object({ silenceMs: z.number().min(0), atMs: z.number() }),
  z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('survived') }),
    z.object({
      outcome: z.literal('died'),
      how: z.enum(['reset', 'unanswered', 'closed', 'unheard', 'elsewhere']),
    }),
    z.object({
      outcome: z.literal('cut'),
      how: z.enum(['reset', 'closed', 'gave-up']),
      said: z.string().optional(),
    }),
  ]),
)

const schema = z.object({
  longholdSearch: z.literal(1),
  target: z.string(),
  trials: z.object({ client: z.array(trial).optional(), server: z.array(trial).optional() }),
})

export type Saved = Partial<Readonly<Record<Speaker, readonly Trial[]>>>

/** What an earlier search of the same target left in `file`; nothing where there is none. Throws `Problem` on anything else. */
export function readSaved(file: string, target: string): Saved {
  if (!existsSync(file)) return {}
  const text = readFileSync(file, 'utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Problem(`--resume: ${file} is not JSON (${String(error)}): name a new file, or mend it`, 2)
  }
  const read = schema.safeParse(json)
  if (!read.success) {
    const [issue] = read.error.issues
    throw new Problem(
      `--resume: ${file}: expected what "longhold search --resume" wrote; at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'unknown'}`,
      2,
    )
  }
  if (read.data.target !== target)
    throw new Problem(`--resume: ${file} is about ${read.data.target}, not about ${target}: name another file`, 2)
  const { client, server } = read.data.trials
  return { ...(client && { client }), ...(server && { server }) }
}

/** Writes it whole or not at all: whoever is interrupted finds the file of before. Throws `Problem`. */
function writeSaved(file: string, target: string, trials: Saved): void {
  try {
    const draft = `${file}.part`
    writeFileSync(draft, `${JSON.stringify({ longholdSearch: 1, target, trials })}\n`)
    renameSync(draft, file)
  } catch (error) {
    throw new Problem(`--resume: ${file} cannot be written (${error instanceof Error ? error.message : String(error)})`)
  }
}

/** Between two writes, ms. */
const writeEveryMs = 2000

/** Keeps what is known of a target in `file`, if there is to be one: now and then, and when told to. */
export function keeper(file: string | undefined, target: string, before: Saved, now: () => number) {
  const all: { -readonly [Key in keyof Saved]: Saved[Key] } = { ...before }
  let writtenAt = -Infinity
  function write(): void {
    if (file === undefined) return
    writeSaved(file, target, all)
    writtenAt = now()
  }
  return {
    note(speaker: Speaker, trials: readonly Trial[]): void {
      all[speaker] = trials
      if (now() - writtenAt > writeEveryMs) write()
    },
    write,
  }
}
