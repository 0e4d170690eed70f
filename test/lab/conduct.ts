import { fileURLToPath } from 'node:url'
import { type Event, readEvent } from './events.ts'
import { inSandbox } from './sandbox.ts'
import type { Mode } from './seen/incident.ts'

/** One scenario in one mode. */
export interface Job {
  readonly scenario: string
  readonly mode: Mode
}

export interface Conduct {
  /** Runs of this machine at once. */
  readonly parallel: number
  /** Incidents go to `results`/SCENARIO-MODE. */
  readonly results?: string
  readonly unstaged?: boolean
  readonly capture?: boolean
  /** The cluster stays until Enter is pressed. */
  readonly linger?: boolean
  readonly onEvent: (event: Event) => void
  readonly signal: AbortSignal
}

const lab = fileURLToPath(new URL('./lab.ts', import.meta.url))

/** Runs jobs in sandboxes, several at once, in their order. Whatever happens to a run, its `ends` comes. */
export async function conduct(jobs: readonly Job[], how: Conduct): Promise<void> {
  const waiting = [...jobs]
  const one = async () => {
    for (let job = waiting.shift(); job && !how.signal.aborted; job = waiting.shift()) await play(job, how)
  }
  await Promise.all(Array.from({ length: Math.min(how.parallel, jobs.length) }, one))
}

async function play(
  { scenario, mode }: Job,
  { results, unstaged, capture, linger, onEvent, signal }: Conduct,
): Promise<void> {
  const began = performance.now()
  let ended = false
  const noise: string[] = []
  const options = [
    ...(unstaged ? ['--unstaged'] : []),
    ...(capture ? ['--capture'] : []),
    ...(linger ? ['--linger'] : []),
    ...(results === undefined ? [] : ['--results', `${results}/${scenario}-${mode}`]),
  ]
  const code = await inSandbox([lab, 'perform', scenario, '--mode', mode, ...options], {
    signal,
    stdin: linger ? 'inherit' : 'ignore',
    onLine(line) {
      const event = readEvent(line)
      if (event) onEvent(event)
      else noise.push(line)
      if (event?.event === 'ends') ended = true
    },
  })
  if (ended || signal.aborted) return
  const reason = `the run ended without a word (exit code ${code})${noise.length > 0 ? `: ${noise.slice(-5).join('\n')}` : ''}`
  onEvent({ scenario, mode, event: 'ends', passed: false, ms: Math.round(performance.now() - began), reason })
}
