import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { wholeNumber } from '../../src/cli/typed.ts'
import { Problem } from '../../src/outcome/problem.ts'
import { seeded } from '../../src/stats/distribution/random.ts'
import { freePort } from '../free-port.ts'
import { inSandbox } from '../lab/sandbox.ts'
import type { Cut } from './cuts.ts'
import { type Killed, killAgainAndAgain } from './kills.ts'
import type { Soaked } from './soak/soak.ts'

// `npm run endurance -- kills --times 200`: what takes too long for the test command. Progress goes to stderr, the summary to stdout.

const program = new Command('endurance')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .description('what longhold has to live through')
  .showHelpAfterError()

program
  .command('kills')
  .description('kill -9 under load, again and again on one journal: nothing acknowledged is lost')
  .option('--times <n>', 'kills', wholeNumber('--times', 1), 200)
  .option('--seed <n>', 'of the moments', wholeNumber('--seed', 0), Date.now() % 1_000_000)
  .action(async ({ times, seed }: { times: number; seed: number }) => {
    const dir = mkdtempSync(join(tmpdir(), 'longhold-kills-'))
    const ports = { hold: await freePort(), http: await freePort(), web: await freePort() }
    const told = await killAgainAndAgain({ dir, ports, kills: times, random: seeded(seed), onKill: progress(times) })
    rmSync(dir, { recursive: true, force: true })
    conclude({ seed, ...told })
  })

program
  .command('cuts')
  .description('cut the power under a journal on a real ext4 (root): nothing that was said to be on the disk is lost')
  .option('--times <n>', 'cuts', wholeNumber('--times', 1), 20)
  .action(async ({ times }: { times: number }) => {
    const cuts = fileURLToPath(new URL('cuts.ts', import.meta.url))
    const over = new AbortController()
    process.once('SIGINT', () => over.abort())
    const said: string[] = []
    const code = await inSandbox([cuts, `${times}`], { onLine: line => said.push(line), signal: over.signal })
    if (code !== 0) process.exit(code)
    conclude(JSON.parse(said.at(-1) ?? '') as Cut)
  })

program
  .command('soak')
  .description('one fault after the other (root): nothing leaks, nothing is lost, no verdict is wrong')
  .option('--minutes <n>', 'how long, and at least until each fault was there', wholeNumber('--minutes', 1), 75)
  .option('--connections <n>', 'held by the client', wholeNumber('--connections', 10), 10_000)
  .option('--seed <n>', 'of whom it hits', wholeNumber('--seed', 0), Date.now() % 1_000_000)
  .action(async ({ minutes, connections, seed }: Readonly<Record<'minutes' | 'connections' | 'seed', number>>) => {
    const soak = fileURLToPath(new URL('soak/soak.ts', import.meta.url))
    const over = new AbortController()
    process.once('SIGINT', () => over.abort())
    const said: string[] = []
    const code = await inSandbox([soak, `${minutes}`, `${connections}`, `${seed}`], {
      onLine: line => said.push(line),
      signal: over.signal,
    })
    if (code !== 0) process.exit(code)
    conclude(JSON.parse(said.at(-1) ?? '') as Soaked)
  })

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof Problem)) throw error
  process.stderr.write(`endurance: ${error.message}\n`)
  process.exitCode = error.exitCode
}

function progress(times: number): (done: number) => void {
  return done => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${times}${done === times ? '\n' : ''}`)
    else if (done % 20 === 0) process.stderr.write(`${done} of ${times}\n`)
  }
}

function conclude(told: (Killed & { readonly seed: number }) | Cut | Soaked): void {
  process.stdout.write(`${JSON.stringify(told, null, 1)}\n`)
  process.exitCode = told.flaws.length === 0 ? 0 : 1
}
