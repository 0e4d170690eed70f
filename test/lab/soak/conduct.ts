import { type Event, readEvent } from '../events.ts'
import { hasIpvs } from '../needs.ts'
import { inSandbox } from '../sandbox.ts'
import type { Mode } from '../seen/incident.ts'
import type { Soak } from './plan.ts'

export interface SoakJob extends Soak {
  readonly mode: Mode
  /** Where incidents go, and where this one goes in there. */
  readonly results: string
  readonly folder: string
  readonly onEvent: (event: Event) => void
  readonly signal: AbortSignal
}

/** This very program, as it was started: in the guest it is one file. */
const lab = process.argv[1] ?? ''

/** Runs a soak in a sandbox, or in a guest where this kernel cannot do it. Resolves to whether its proofs held; `undefined`: it left no incident. */
export async function conductSoak(job: SoakJob): Promise<boolean | undefined> {
  const { forMs, rollouts, mode, folder, onEvent, signal } = job
  const noise: string[] = []
  let proved: boolean | undefined
  const onLine = (line: string) => {
    const event = readEvent(line)
    if (event === undefined) noise.push(line)
    else onEvent(event)
    if (event?.event === 'ends' && event.incident !== undefined) proved = event.passed
  }
  const options = ['--for', `${forMs}ms`, '--rollouts', String(rollouts), '--mode', mode]
  const code =
    mode === 'ipvs' && !hasIpvs()
      ? await inTheGuest(['soak', ...options, '--json', '--results', '/results'], job, onLine)
      : await inSandbox([lab, 'soaking', ...options, '--results', folder], { onLine, signal })
  if (proved === undefined && !signal.aborted) {
    const reason = [`it ended without an incident (exit code ${code})`, ...noise.slice(-5)].join('\n')
    onEvent({ scenario: 'soak', mode, event: 'ends', passed: false, ms: 0, reason })
  }
  return proved
}

/** The guest is slow: whatever is not waiting takes up to ten times as long there. */
async function inTheGuest(args: readonly string[], job: SoakJob, onLine: (line: string) => void): Promise<number> {
  const { runInGuest } = await import('../guest/guest.ts') // only who needs it pays for it
  const { forMs, mode, results, onEvent, signal } = job
  const say = (text: string) => onEvent({ scenario: 'soak', mode, event: 'tells', kind: 'says', text, ms: 0 })
  return runInGuest({ args, onLine, results, signal, say, timeoutMs: 2 * forMs + 1_200_000 })
}
