import { Command, Option } from 'commander'
import { wholeNumber } from '../../../src/cli/typed.ts'
import { Problem } from '../../../src/outcome/problem.ts'
import { hasIpvs, refuseWithout } from '../needs.ts'
import { print } from '../print.ts'
import { inSandbox, settle } from '../sandbox.ts'
import { performSearch, type Searched } from '../searches/perform.ts'
import { type Path, paths } from '../searches/paths.ts'
import { type Mode, modes } from '../seen/incident.ts'
import { untilStopped } from '../stopping.ts'

interface Options {
  readonly mode?: Mode
  readonly runs: number
  readonly parallel: number
  readonly json?: true
  readonly seconds?: number
}

/** `lab search`: paths with timeouts nobody is told, and whether `longhold search` finds them. */
export function searching(): Command {
  return new Command('search')
    .description('let "longhold search" find timeouts of 3 to 60 s that it is not told, on each sort of path')
    .argument('[names...]', `only these: ${paths.map(({ name }) => name).join(', ')}`)
    .addOption(new Option('--mode <mode>', 'only this mode').choices(modes))
    .option('--runs <n>', 'each so many times', wholeNumber('--runs', 1), 1)
    .option('--parallel <n>', 'at once', wholeNumber('--parallel', 1), 3)
    .option('--seconds <n>', 'this timeout, not one drawn by lot', wholeNumber('--seconds', 1))
    .option('--json', 'one line a search, for programs')
    .action(go)
}

/** The bounds may be so far apart. */
const precision = 0.05

interface Job {
  readonly path: Path
  readonly mode: Mode
  readonly seconds: number
}

async function go(names: readonly string[], options: Options): Promise<void> {
  const jobs = jobsOf(names, options)
  await refuseWithout([...new Set(jobs.map(({ mode }) => mode))])
  using stopping = untilStopped()
  const waiting = jobs.filter(({ mode }) => mode !== 'ipvs' || hasIpvs())
  const guests = jobs.filter(job => !waiting.includes(job))
  let [done, failed] = [0, 0]
  const hear = (line: string) => {
    if (!line.startsWith('{')) return print(`${line}\n`)
    const searched = JSON.parse(line) as Searched
    done += 1
    if (searched.flaws.length > 0) failed += 1
    print(options.json ? `${line}\n` : told(searched, done, jobs.length))
  }
  const one = async () => {
    for (let job = waiting.shift(); job && !stopping.signal.aborted; job = waiting.shift())
      await inSandbox(
        [process.argv[1] ?? '', 'searching', job.path.name, '--mode', job.mode, '--seconds', String(job.seconds)],
        { onLine: hear, signal: stopping.signal },
      )
  }
  await Promise.all(Array.from({ length: options.parallel }, one))
  if (guests.length > 0 && !stopping.signal.aborted) {
    const { runInGuest } = await import('../guest/guest.ts') // only who needs it pays for it
    const words = guests.flatMap(({ path, seconds }) => ['--one', `${path.name}:${seconds}`])
    await runInGuest({
      args: ['searching-all', ...words],
      onLine: hear,
      signal: stopping.signal,
      say: text => print(options.json ? '' : `  ${text}\n`),
      timeoutMs: guests.length * 240_000 + 600_000,
    })
  }
  if (!options.json) print(`\n${done - failed} of ${jobs.length} found as they should\n`)
  process.exitCode = stopping.exitCode ?? (failed === 0 && done === jobs.length ? 0 : 1)
}

function told({ path, mode, seconds, flaws, findings, survival }: Searched, done: number, all: number): string {
  const words = findings.map(({ speaker, timeout, tookSeconds }) =>
    timeout
      ? `${speaker} first ${timeout.lowSeconds} to ${timeout.highSeconds} s in ${tookSeconds} s`
      : `${speaker} first nothing in ${tookSeconds} s`,
  )
  if (survival)
    words.push(
      `keepalive after ${survival.advisedIdleSeconds} s: ${survival.advisedDied} of ${survival.each} died, after ${survival.worseIdleSeconds} s: ${survival.worseDied}`,
    )
  return `${flaws.length === 0 ? '✔' : '✘'} ${done}/${all} ${path} (${mode}) ${seconds} s: ${words.join('; ')}${flaws.map(flaw => `\n    ${flaw}`).join('')}\n`
}

/** Timeouts from 3 to 60 s, drawn so that each length is as likely as its double. In the slow guest none below 8 s. */
const drawn = (mode: Mode): number => {
  const least = mode === 'ipvs' ? 8 : 3
  return Math.round(least * (60 / least) ** Math.random())
}

function jobsOf(names: readonly string[], { mode, runs, seconds }: Options): Job[] {
  for (const name of names) pathOf(name)
  const chosen = paths.filter(({ name }) => names.length === 0 || names.includes(name))
  const each = chosen.flatMap(path =>
    path.modes.filter(one => mode === undefined || one === mode).map(one => ({ path, mode: one })),
  )
  return Array.from({ length: runs }, () => each.map(job => ({ ...job, seconds: seconds ?? drawn(job.mode) }))).flat()
}

/** `lab searching`: one search here and now. `search` calls it, in a sandbox. */
export const searchingHere = (): Command =>
  new Command('searching')
    .argument('<name>')
    .requiredOption('--mode <mode>')
    .requiredOption('--seconds <n>', '', wholeNumber('--seconds', 1))
    .action(async (name: string, { mode, seconds }: { mode: Mode; seconds: number }) => {
      await settle()
      const searched = await performSearch(pathOf(name), mode, seconds, precision)
      print(`${JSON.stringify(searched)}\n`)
      process.exit(searched.flaws.length === 0 ? 0 : 1) // takes whatever still runs in the sandbox along
    })

/** `lab searching-all`: several, one after the other, each in its sandbox. In the guest. */
export const searchingAll = (): Command =>
  new Command('searching-all')
    .option('--one <name:seconds>', '', (word: string, all: string[]) => [...all, word], [] as string[])
    .action(async ({ one }: { one: readonly string[] }) => {
      for (const word of one) {
        const [name = '', seconds = ''] = word.split(':')
        await inSandbox([process.argv[1] ?? '', 'searching', name, '--mode', 'ipvs', '--seconds', seconds], {
          onLine: line => print(`${line}\n`),
          signal: new AbortController().signal,
        })
      }
    })

function pathOf(name: string): Path {
  const found = paths.find(each => each.name === name)
  if (!found)
    throw new Problem(`no path is called ${JSON.stringify(name)}: ${paths.map(each => each.name).join(', ')}`, 2)
  return found
}
