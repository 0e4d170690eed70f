import { Argument, Command, InvalidArgumentError } from 'commander'
import type { Benchmark } from './benchmark.ts'
import { detection } from './detection.ts'
import { dns } from './dns/dns.ts'
import { growth } from './growth/growth.ts'
import { hostile } from './hostile/hostile.ts'
import { held } from './held/held.ts'
import { describeMachine, machine } from './machine.ts'
import { type Finding, isMet } from './measure.ts'
import { missingFor } from './needs.ts'
import { observing } from './observing.ts'
import { page } from './page.ts'
import { scale } from './scale/scale.ts'
import { printed } from './table.ts'
import { writeInto } from './document.ts'

const benchmarks: readonly Benchmark[] = [held, detection, dns, observing, growth, hostile, page, scale]

interface Options {
  readonly quick: boolean
  readonly rounds: number
  readonly json: boolean
  readonly write?: string
}

const program = new Command('bench')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .description('Measures longhold against the floor and says whether it reaches its aims.')
  .addArgument(new Argument('[names...]', 'which, by default all').choices(benchmarks.map(({ name }) => name)))
  .option('--quick', 'fewer connections, shorter, noisier: to see that it works', false)
  .option('--rounds <count>', 'how often each is measured, in turn', atLeastOne, 3)
  .option('--json', 'print JSON', false)
  .option('--write <file>', 'put the tables into a document as well, in place of what it has of these benchmarks')
  .addHelpText('after', `\nBenchmarks:\n${benchmarks.map(({ name, summary }) => `  ${name}: ${summary}`).join('\n')}`)
  .action(run)

async function run(names: readonly string[], { quick, rounds, json, write }: Options): Promise<void> {
  const chosen = benchmarks.filter(({ name }) => names.length === 0 || names.includes(name))
  const missing = chosen.map(missingFor).filter(each => each !== undefined)
  if (missing.length > 0) return complain(missing.join('\n'))
  const here = machine()
  const began = performance.now()
  const say = (line: string) => process.stderr.write(`[${Math.round((performance.now() - began) / 1000)} s] ${line}\n`)
  if (!json) process.stdout.write(`${describeMachine(here)}\n`)
  const findings: Finding[] = []
  for (const benchmark of chosen) {
    const found = await benchmark.run({ quick, rounds }, say)
    findings.push(...found)
    if (!json) process.stdout.write(`\n${found.map(printed).join('\n\n')}\n`)
    if (write !== undefined) writeInto(write, benchmark.name, here, found)
  }
  if (json) process.stdout.write(`${JSON.stringify({ machine: here, quick, rounds, findings }, undefined, 2)}\n`)
  if (!quick && !findings.every(({ aims }) => aims.every(isMet))) process.exitCode = 1
}

function complain(sentence: string): void {
  process.stderr.write(`bench: ${sentence}\n`)
  process.exitCode = 2
}

function atLeastOne(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('expected a whole number from 1')
  return count
}

try {
  await program.parseAsync()
} catch (error) {
  complain(error instanceof Error ? error.message : String(error))
}
