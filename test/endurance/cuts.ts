import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { settle } from '../lab/sandbox.ts'
import { countLines } from './lines.ts'
import { startLoad } from './load.ts'

// In a sandbox of the lab: a pair writes its journal to a real ext4 on a file of ours. Again and again the power is cut: the process is
// stopped where it is, the file is copied as the disk would be found (what the kernel still holds in memory is not in it), and the
// next run gets the copy. The argument says how often; prints what became of it as one line of JSON.

/** What so many cuts came to. */
export interface Cut {
  readonly cuts: number
  /** Observations that were said to be on the disk. */
  readonly synced: number
  /** Observations that the kernel had, and a cut took along. */
  readonly lost: number
  readonly flaws: readonly string[]
}

const cuts = Number(process.argv[2] ?? 1)
const ports = { hold: 7000, http: 7001, web: 8080 } // this network is our own
const [disk, copy, mounted] = ['/run/disk', '/run/copy', '/run/mounted']
const journal = join(mounted, 'load', 'journal')
const flaws: string[] = []
let [synced, lost] = [0, 0]

await settle()
mkdirSync(mounted)
execFileSync('truncate', ['--size', '256M', disk])
execFileSync('mkfs.ext4', ['-q', '-F', disk])
mount()
for (let cut = 1; cut <= cuts; cut++) {
  const load = await startLoad(join(mounted, 'load'), ports)
  const { runs } = await load.status()
  if (runs < 1 || runs > cut) flaws.push(`cut ${cut}: ${runs} runs are known`)
  // Once something was synced: a cut before that may take all of the run along.
  while ((await load.status()).journal.synced === 0) await sleep(50)
  await sleep(Math.random() * 6000)
  const said = (await load.status()).journal
  load.child.kill('SIGSTOP')
  copyFileSync(disk, copy)
  await load.kill()
  execFileSync('umount', [mounted])
  copyFileSync(copy, disk)
  rmSync(copy)
  mount()
  const found = countLines(journal).byRun.at(-1) ?? 0
  synced += said.synced
  lost += Math.max(0, said.written - found)
  if (found < said.synced) flaws.push(`cut ${cut}: ${said.synced} were said to be on the disk, ${found} are`)
}
const load = await startLoad(join(mounted, 'load'), ports)
const { runs } = await load.status()
if (runs !== cuts + 1) flaws.push(`after ${cuts} cuts ${runs} runs are known`)
await load.kill()
const told: Cut = { cuts, synced, lost, flaws }
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0))

function mount(): void {
  execFileSync('mount', ['-o', 'loop', disk, mounted])
}
