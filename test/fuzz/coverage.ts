import { type Profiler, Session } from 'node:inspector/promises'

/** What ran since the last look. */
export interface Ran {
  /** How often blocks of code were entered in all: steps that a machine under load counts as an idle one does. */
  readonly steps: number
  /** The same for each function, by its place. */
  readonly functions: ReadonlyMap<string, number>
  /** The blocks of ours, and of the decoder of DNS, that were entered. */
  readonly blocks: readonly string[]
}

/** Says what ran since it was last called. Counts code that is loaded after this call only. */
export async function coverage(): Promise<() => Promise<Ran>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return async () => {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const parsers = result.filter(({ url }) => url.startsWith('file:') && !url.includes('/test/'))
    const functions = new Map(parsers.flatMap(stepsIn))
    const steps = [...functions.values()].reduce((sum, each) => sum + each, 0)
    return { steps, functions, blocks: parsers.filter(isOurs).flatMap(blocksIn) }
  }
}

const isOurs = ({ url }: Profiler.ScriptCoverage): boolean => url.includes('/src/') || url.includes('/dns-packet/')

const stepsIn = ({ url, functions }: Profiler.ScriptCoverage): [place: string, steps: number][] =>
  functions.map(({ functionName, ranges }) => [
    `${url}:${functionName}:${ranges[0]?.startOffset ?? 0}`,
    ranges.reduce((sum, { count }) => sum + count, 0),
  ])

const blocksIn = ({ url, functions }: Profiler.ScriptCoverage): string[] =>
  functions.flatMap(({ ranges }) =>
    ranges.filter(({ count }) => count > 0).map(({ startOffset, endOffset }) => `${url}:${startOffset}-${endOffset}`),
  )
