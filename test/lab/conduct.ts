import { setTimeout as sleep } from 'node:timers/promises'
import { type Event, readEvent } from './events.ts'
import { hasIpvs } from './needs.ts'
import { isInconclusive } from './inconclusive.ts'
import { hasRoom } from './room.ts'
import { inSandbox } from './sandbox.ts'
import type { Mode } from './seen/incident.ts'

/** One scenario in one mode. */
export interface Job {
  readonly scenario: string
  readonly mode: Mode
}

export interface Conduct {
  /** Runs on this machine at once, at most: fewer while it is busy. */
  readonly parallel: number
  /** Incidents go to `results`/SCENARIO-MODE. */
  readonly results?: string
  readonly unstaged?: boolean
  /** longhold judges what it sees. */
  readonly diagnosed?: boolean
  readonly capture?: boolean
  /** The cluster stays until Enter is pressed. */
  readonly linger?: boolean
  readonly onEvent: (event: Event) => void
  readonly signal: AbortSignal
}

/** Runs jobs in sandboxes, several at once, in their order; then, in a guest, those this kernel cannot do. Whatever happens to a run, its `ends` comes. */
export async function conduct(jobs: readonly Job[], how: Conduct): Promise<void> {
  const elsewhere = jobs.filter(({ mode }) => mode === 'ipvs' && !hasIpvs())
  const waiting = jobs.filter(job => !elsewhere.includes(job))
  let running = 0
  const mayStart = () => running < atLeast || hasRoom()
  const one = async () => {
    while (waiting.length > 0 && !how.signal.aborted) {
      const job = mayStart() ? waiting.shift() : undefined
      if (!job) await sleep(500)
      else {
        running++
        await conclusively(job, how).finally(() => running--)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(how.parallel, waiting.length) }, one))
  if (elsewhere.length > 0 && !how.signal.aborted) await inTheGuest(elsewhere, how)
}

/** Once more where it failed because the machine stood still. What is not staged has to fail, and is believed at once. */
async function conclusively(job: Job, how: Conduct, tries = 1): Promise<void> {
  let stalledMs: number | undefined
  let why = ''
  await inItsSandbox(job, {
    ...how,
    onEvent(event) {
      if (event.event === 'judges' && !event.holds) why ||= `${event.witness}: ${event.says}`
      if (how.unstaged || how.linger || how.signal.aborted || !isInconclusive(event, tries)) return how.onEvent(event)
      stalledMs = event.stalledMs ?? 0
      how.onEvent({ ...job, event: 'again', ms: event.ms, stalledMs, why: why || (event.reason ?? '') })
    },
  })
  if (stalledMs !== undefined) await conclusively(job, how, tries + 1)
}

/** So many go on whatever the machine has to do besides. */
const atLeast = 2

/** This very program, as it was started: in the guest it is one file. */
const lab = process.argv[1] ?? ''

async function inItsSandbox({ scenario, mode }: Job, how: Conduct): Promise<void> {
  let pid = 0
  const onEvent = (event: Event) => {
    how.onEvent(event)
    if (how.linger && event.event === 'ends') how.onEvent({ scenario, mode, ...standing(pid, event.ms) })
  }
  const heard = listener([{ scenario, mode }], { ...how, onEvent })
  const options = [
    ...(how.unstaged ? ['--unstaged'] : []),
    ...(how.diagnosed ? ['--diagnose'] : []),
    ...(how.capture ? ['--capture'] : []),
    ...(how.linger ? ['--linger'] : []),
    ...(how.results === undefined ? [] : ['--results', `${how.results}/${scenario}-${mode}`]),
  ]
  const code = await inSandbox([lab, 'perform', scenario, '--mode', mode, ...options], {
    signal: how.signal,
    stdin: how.linger ? 'inherit' : 'ignore',
    onLine: heard.onLine,
    onStart: started => (pid = started),
  })
  heard.over(`the run ended without a word (exit code ${code})`)
}

const standing = (pid: number, ms: number) =>
  ({
    event: 'tells',
    kind: 'says',
    text: `The cluster stands until you press Enter. To look around: nsenter --target ${pid} --mount --net ip netns exec client bash`,
    ms,
  }) as const

/** The very same lab, in a guest: one boot for all of them. */
async function inTheGuest(jobs: readonly Job[], how: Conduct): Promise<void> {
  const { runInGuest } = await import('./guest/guest.ts') // only who needs it pays for it
  const heard = listener(jobs, { ...how, onEvent: event => how.onEvent(placed(event, how.results)) })
  const options = [
    ...(how.unstaged ? ['--unstaged'] : []),
    ...(how.diagnosed ? ['--diagnose'] : []),
    ...(how.capture ? ['--keep'] : []),
    ...(how.results === undefined ? [] : ['--results', '/results']),
  ]
  const names = jobs.map(({ scenario }) => scenario)
  // Two processors, emulated: longhold's own processes fill both, where it judges what it sees.
  const parallel = how.diagnosed ? '1' : '2'
  const why = await runInGuest({
    args: ['all', ...names, '--mode', 'ipvs', '--json', '--parallel', parallel, ...options],
    onLine: heard.onLine,
    ...(how.results !== undefined && { results: how.results }),
    signal: how.signal,
    say: text => jobs[0] && how.onEvent({ ...jobs[0], event: 'tells', kind: 'says', text, ms: heard.ms() }),
  }).then(
    code => `the guest ended without a word (exit code ${code})`,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  heard.over(why)
}

/** An incident of the guest is where it was copied to. */
const placed = (event: Event, results = '/results'): Event =>
  event.event === 'ends' && event.incident !== undefined
    ? { ...event, incident: event.incident.replace('/results', results) }
    : event

/** Passes events on, and sees to it that each job's last word comes. */
function listener(jobs: readonly Job[], { onEvent, signal }: Conduct) {
  const began = performance.now()
  const open = [...jobs]
  const noise: string[] = []
  const ms = () => Math.round(performance.now() - began)
  return {
    ms,
    onLine(line: string) {
      const event = readEvent(line)
      if (event) onEvent(event)
      else noise.push(line)
      if (event?.event !== 'ends') return
      const index = open.findIndex(job => job.scenario === event.scenario && job.mode === event.mode)
      if (index >= 0) open.splice(index, 1)
    },
    over(why: string) {
      if (signal.aborted) return
      const reason = [why, ...noise.slice(-5)].join('\n')
      for (const job of open) onEvent({ ...job, event: 'ends', passed: false, ms: ms(), reason })
    },
  }
}
