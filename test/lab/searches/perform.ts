import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Finding } from '../../../src/tuning/finding.ts'
import { cluster } from '../cluster/cluster.ts'
import { runOn } from '../cluster/processes.ts'
import type { Mode } from '../seen/incident.ts'
import { followAdvice, type Survival } from './advised.ts'
import { adviceFlaws, flawsOf } from './check.ts'
import type { Path } from './paths.ts'

/** One search of a path with a timeout it was not told. */
export interface Searched {
  readonly path: string
  readonly mode: Mode
  readonly seconds: number
  readonly flaws: readonly string[]
  readonly findings: readonly Finding[]
  readonly survival?: Survival
}

const launcher = fileURLToPath(new URL('../../../bin/longhold.js', import.meta.url))
const folder = '/run/lab'

/** Builds the path in the sandbox we are in, and searches it from the client's pod. */
export async function performSearch(path: Path, mode: Mode, seconds: number, precision: number): Promise<Searched> {
  mkdirSync(folder, { recursive: true })
  const made = await cluster({
    mode,
    cluster: path.cluster(seconds),
    probes: [],
    diagnosed: false,
    staged: true,
    folder,
    says: () => {},
  })
  const words = [
    'search',
    path.target,
    '--json',
    '--min',
    '2s',
    '--max',
    '90s',
    '--precision',
    `${precision * 100}%`,
    ...path.args,
  ]
  const { stdout, stderr, code } = await runOn('client', [process.execPath, launcher, ...words], {
    allow: [1, 2, 3, 4],
  })
  if (code === 1 || code === 2) throw new Error(`longhold ${words.join(' ')}: ${stderr}`)
  const { findings } = JSON.parse(stdout) as { findings: Finding[] }
  const deadlineSeconds = path.args.includes('--deadline') ? 10 : 5
  const flaws = flawsOf(path, findings, { seconds, precision, deadlineSeconds })
  const tightest = findings.filter(({ timeout }) => timeout !== null).at(-1)
  const survival = path.keepalive && tightest ? await followAdvice(made, tightest, path) : undefined
  return {
    path: path.name,
    mode,
    seconds,
    flaws: [...flaws, ...adviceFlaws(survival)],
    findings,
    ...(survival && { survival }),
  }
}
