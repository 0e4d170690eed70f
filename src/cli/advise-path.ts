import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { nearest } from '../config/nearest.ts'
import { Problem } from '../outcome/problem.ts'
import type { Hop } from '../tuning/advice/hop.ts'
import { presetNamed, presets } from '../tuning/presets.ts'
import { duration } from './typed.ts'

/** What the path of `longhold advise` is made of, as it was typed; numbers are milliseconds. */
export interface PathOptions {
  readonly measured?: string
  readonly search?: string
  readonly conntrack?: number
  readonly ipvs?: number
  readonly lb?: number
  readonly preset?: readonly string[]
}

/** The hops that were measured or are known by hand. Throws a Problem that names the option, what it takes, and what it got. */
export async function hopsTyped(options: PathOptions): Promise<readonly Hop[]> {
  const { measured, search, conntrack, ipvs, lb, preset = [] } = options
  return [
    ...(measured === undefined ? [] : [measuredHop(measured)]),
    ...(search === undefined ? [] : [await searchedHop(search)]),
    ...(conntrack === undefined ? [] : [byHand('conntrack', '--conntrack', conntrack, 'reset')]),
    ...(ipvs === undefined ? [] : [byHand('ipvs', '--ipvs', ipvs, 'reset')]),
    ...(lb === undefined ? [] : [byHand('lb', '--lb', lb, 'unknown')]),
    ...preset.map(presetHop),
  ]
}

const byHand = (name: string, option: string, ms: number, ending: Hop['ending']): Hop => {
  const s = ms / 1000
  return { name, lowS: s, highS: s, refreshed: true, ending, source: option }
}

const measured = (lowS: number, highS: number, source: string): Hop => ({
  name: 'measured',
  lowS,
  highS,
  refreshed: true,
  ending: 'unknown',
  source,
})

function measuredHop(text: string): Hop {
  const [low = '', high = low, ...more] = text.split('..')
  const [lowMs, highMs] = [low, high].map(duration('--measured')) as [number, number]
  if (more.length > 0 || lowMs > highMs)
    throw new Problem(
      `--measured: expected a duration or two, the shorter first, such as 350s or 880s..905s, found ${JSON.stringify(text)}`,
      2,
    )
  return measured(lowMs / 1000, highMs / 1000, '--measured')
}

/** What of the JSON of `longhold search` is needed: `timeout`, and of `findings` what is told of keepalive and of how it ends. */
const searched = z.object({
  protocol: z.string().optional(),
  timeout: z
    .object({ lowSeconds: z.number().min(0), highSeconds: z.number().positive() })
    .refine(({ lowSeconds, highSeconds }) => lowSeconds <= highSeconds, { error: 'lowSeconds not above highSeconds' })
    .nullable(),
  findings: z
    .array(
      z.object({
        timeout: z.object({ lowSeconds: z.number().min(0) }).nullish(),
        ends: z.string().nullish(),
        how: z.record(z.string(), z.number()).optional(),
        keepaliveRefreshes: z.boolean().nullish(),
      }),
    )
    .default([]),
})

async function searchedHop(file: string): Promise<Hop> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Problem(`--search: cannot read ${file} (${error instanceof Error ? error.message : String(error)})`, 2)
  })
  const read = searched.safeParse(json(text))
  const what = `--search: ${file}: expected what longhold search --json prints`
  if (!read.success) {
    const [issue] = read.error.issues
    throw new Problem(
      `${what}, found at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'something else'}`,
      2,
    )
  }
  const { protocol, timeout, findings } = read.data
  if (!timeout) throw new Problem(`${what} with a timeout, found none: that search had no result`, 2)
  const lowest = Math.min(timeout.lowSeconds, ...findings.flatMap(each => each.timeout?.lowSeconds ?? []))
  return {
    ...measured(lowest > 0 ? lowest : timeout.highSeconds / unsurvived, timeout.highSeconds, file),
    // UDP has no keepalive: there it is the application that speaks.
    refreshed: !protocol?.startsWith('udp') && !findings.some(each => each.keepaliveRefreshes === false),
    ending: endingOf(findings),
  }
}

/** Where no silence at all was survived: so much less than what was too long is a careful guess. */
const unsurvived = 2

function endingOf(findings: z.output<typeof searched>['findings']): Hop['ending'] {
  const seen = new Set(findings.flatMap(({ how = {} }) => Object.keys(how)))
  const isCut = findings.some(({ ends }) => ends === 'at the moment of expiry')
  if (seen.has('closed')) return 'closed'
  if (seen.has('reset')) return isCut ? 'reset-both' : 'reset'
  return seen.has('unanswered') ? 'silent' : 'unknown'
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `aws-nlb`, or `aws-nlb=6000s` where its timeout was changed. */
function presetHop(text: string): Hop {
  const [name = '', changed] = text.split('=', 2)
  const preset = presetNamed(name)
  if (!preset) {
    const names = presets.map(each => each.name)
    const meant = nearest(name, names) ?? names.find(each => name.length >= 3 && each.includes(name))
    const help = meant === undefined ? 'longhold advise --list names all' : `did you mean ${meant}?`
    throw new Problem(`--preset: there is no preset ${JSON.stringify(name)}: ${help}`, 2)
  }
  const s = changed === undefined ? preset.timeoutS : duration(`--preset ${name}`)(changed) / 1000
  const { refreshed, ending, title, source } = preset
  return { name, lowS: s, highS: s, refreshed, ending, source: title, page: source }
}
