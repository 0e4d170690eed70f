import { z } from 'zod'

/** The API server's no, from the status of an answer or from an ERROR event: they are the same object. */
export class Refusal extends Error {
  override readonly name = 'RefusalError'
  readonly code: number
  /** What it asked us to wait, ms. */
  readonly retryAfterMs: number | undefined

  constructor(code: number, says: string, retryAfterMs?: number) {
    super(`the API server says ${code}: ${says}`)
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

/** Waits above this, ms, are a mistake of whoever asks for them. */
const longestWaitMs = 300_000

const status = z.object({
  code: z.int().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).nullish(),
})

/** From the `Status` object, or from whatever stands in its place: a proxy in between answers in plain text. */
export function refusalOf(
  object: unknown,
  { code, retryAfter, text }: { readonly code?: number; readonly retryAfter?: string; readonly text?: string } = {},
): Refusal {
  const said = status.safeParse(object).data
  const seconds = Number(retryAfter ?? said?.details?.retryAfterSeconds ?? Number.NaN)
  const wait = seconds > 0 ? Math.min(seconds * 1000, longestWaitMs) : undefined
  const words = said?.message ?? said?.reason ?? text ?? ''
  return new Refusal(code ?? said?.code ?? 500, printable(words), wait)
}

const printable = (text: string): string =>
  text
    .trim()
    .slice(0, 300)
    .replace(/[^\x20-\x7e]/g, '?')
