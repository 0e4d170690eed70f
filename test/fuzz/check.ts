import type { Ran } from './coverage.ts'
import { grown } from './mutate.ts'
import type { Target } from './targets.ts'

/** What a result may take besides what the input accounts for, characters of JSON. */
const freeCharacters = 8 * 1024

/** What is wrong with how a target takes these bytes; `undefined` when nothing is. */
export async function flawOf({ read, throws, expands = 8 }: Target, bytes: Buffer): Promise<string | undefined> {
  try {
    const { length } = JSON.stringify(await read(bytes)) ?? ''
    const most = freeCharacters + expands * bytes.length
    return length > most ? `a result of ${length} characters of ${bytes.length} bytes` : undefined
  } catch (error) {
    if (throws && error instanceof throws) return undefined
    return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join('\n') : String(error)
  }
}

/** Lengths that are compared, bytes: the second is twice the first. */
export const stepLengths = [3 * 1024, 6 * 1024] as const
/** A parser that goes through its input a few times, and one that is done sooner for the longer one, pass; a quadratic one takes four times. */
const mostGrowth = 3
/** What a parser may do at any length; sorting and hashing show as growth only above it. */
const freeSteps = 20_000

/** A section of the input, repeated to two lengths: how many steps each takes. */
export async function growthOf(
  { read }: Target,
  bytes: Buffer,
  [from, to]: readonly [number, number],
  ran: () => Promise<Ran>,
): Promise<string | undefined> {
  const steps: number[] = []
  for (const length of stepLengths) {
    const long = grown(bytes, from, to, length)
    await ran()
    try {
      await read(long)
    } catch {} // what may be thrown is for flawOf() to say
    steps.push((await ran()).steps)
  }
  const [less = 0, more = 0] = steps
  return more > mostGrowth * less + freeSteps
    ? `${less} steps for ${stepLengths[0]} bytes, ${more} for twice that`
    : undefined
}

/** The same for all targets at once, function by function: a look at the coverage costs as much for one as for all. */
export async function growthsOf(
  cases: readonly { readonly target: Target; readonly bytes: Buffer; readonly section: readonly [number, number] }[],
  ran: () => Promise<Ran>,
): Promise<readonly string[]> {
  const looks: Ran[] = []
  await ran()
  for (const length of stepLengths) {
    for (const { target, bytes, section } of cases) await flawOf(target, grown(bytes, ...section, length))
    looks.push(await ran())
  }
  const [less, more] = looks
  return [...(more?.functions ?? [])].flatMap(([place, steps]) => {
    const before = less?.functions.get(place) ?? 0
    return steps > mostGrowth * before + freeSteps ? [`${place}: ${before} steps, ${steps} for twice the input`] : []
  })
}

const cpuLengths = [32 * 1024, 64 * 1024] as const
/** Below this, ms, growth is noise. */
const leastCpuMs = 60

/** The same by the processor's time, which counts what regular expressions do; for hours of fuzzing, not for a test. */
export async function cpuGrowthOf(
  { read }: Target,
  bytes: Buffer,
  [from, to]: readonly [number, number],
): Promise<string | undefined> {
  const [less, more] = cpuLengths.map(length => grown(bytes, from, to, length))
  const time = async (input: Buffer | undefined): Promise<number> => {
    const began = process.cpuUsage()
    try {
      await read(input ?? bytes)
    } catch {} // as above
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1000
  }
  let worst = { less: 0, more: Infinity }
  for (let round = 0; round < 3; round++) {
    const [first, second] = [await time(less), await time(more)]
    if (second < leastCpuMs || second < mostGrowth * first) return undefined
    if (second < worst.more) worst = { less: first, more: second }
  }
  return `${Math.round(worst.less)} ms of CPU for ${cpuLengths[0]} bytes, ${Math.round(worst.more)} for twice that`
}
