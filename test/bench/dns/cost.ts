import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from '../measure.ts'
import { type Answered, finished, longhold } from '../subject.ts'

/** CPU of the whole process for each question that was answered, us. */
export interface Cost {
  readonly longhold: number
  readonly dnsperf: number
}

export const cost = async (port: number, seconds: number, dir: string): Promise<Cost> => ({
  longhold: await longholdUs(port, seconds),
  dnsperf: await dnsperfUs(port, seconds, dir),
})

/** Questions a second, where CPU is measured: so many that what a process costs anyway hardly counts. */
const fast = 2000

async function longholdUs(port: number, seconds: number): Promise<number> {
  const probes = Array.from({ length: fast / 10 }, (_, index) => ({
    kind: 'dns',
    name: `p${index}`,
    servers: [`127.0.0.1:${port}`],
    names: [`c${index}.bench.example.test`],
    ports: ['fresh'],
    every: '100ms',
  }))
  using client = longhold('client', { probes })
  await client.ask('report')
  await sleep(3000) // the code is compiled
  await client.ask('answers')
  const before = client.cpuUs()
  await sleep(seconds * 1000)
  const after = client.cpuUs()
  const { length } = await client.ask<Answered[]>('answers')
  if (length < fast * seconds * 0.8)
    throw new Error(`longhold: ${length} answers in ${seconds} s, expected ${fast * seconds}`)
  return (after - before) / length
}

async function dnsperfUs(port: number, seconds: number, dir: string): Promise<number> {
  const questions = join(dir, 'questions')
  writeFileSync(questions, Array.from({ length: 200 }, (_, index) => `c${index}.bench.example.test A\n`).join(''))
  const command = `dnsperf -s 127.0.0.1 -p ${port} -d ${questions} -l ${seconds} -Q ${fast} 2>&1`
  const said = await finished('bash', ['-c', `TIMEFORMAT='cpu %U %S'; { time ${command}; } 2>&1`])
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(said) ?? []
  const completed = /Queries completed:\s+(\d+)/.exec(said)?.[1]
  return ((Number(user) + Number(system)) * 1e6) / Number(completed)
}

export function costFinding(costs: readonly Cost[], seconds: number): Finding {
  const of = (who: keyof Cost) => ({
    what: 'CPU per question',
    unit: 'us',
    of: who,
    values: costs.map(each => each[who]),
  })
  return {
    title: `${fast} DNS questions a second for ${seconds} s, each from a new port (dnsperf: always the same)`,
    measures: [of('longhold'), of('dnsperf')],
    aims: [],
    notes: [
      'CPU of the whole process, user and kernel. longhold makes a socket for each question, as a resolver does, and records each in histograms.',
    ],
  }
}
