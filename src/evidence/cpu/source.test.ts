import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plantedRoot } from '../../../test/planted-root.ts'
import { realClock } from '../../clock.ts'
import { machineAt } from '../machine.ts'
import { Absent, type Ask } from '../source.ts'
import { cpu } from './facts.ts'
import { cpuSource } from './source.ts'

const nobody: Ask = { flows: [], accounts: [] }
const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8')

async function readIn(files: Readonly<Record<string, string>>) {
  using planted = plantedRoot(files)
  return cpu.schema.parse(await cpuSource.read(planted.machine, nobody))
}

const v2 = fixture('linux-6.1-v2-cpu.stat')
const v1 = fixture('linux-6.1-v1-cpu.stat')

test.each<[string, Readonly<Record<string, string>>, object]>([
  [
    'v2, on the host',
    {
      'proc/self/cgroup': fixture('linux-6.1-v2-cgroup'),
      'sys/fs/cgroup/kubepods.slice/one.scope/cpu.stat': v2,
      'sys/fs/cgroup/cpu.stat': fixture('linux-6.1-v2-root-cpu.stat'),
      'proc/pressure/cpu': fixture('linux-6.1-pressure'),
    },
    { throttledPeriods: 164, throttledUs: 14_631_755, pressure10: 72.37 },
  ],
  [
    'v2, in a pod',
    { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.stat': v2 },
    { throttledPeriods: 164, throttledUs: 14_631_755 },
  ],
  [
    'v1, on the host',
    { 'proc/self/cgroup': fixture('linux-6.1-v1-cgroup'), 'sys/fs/cgroup/cpu,cpuacct/kubepods/pod1/cpu.stat': v1 },
    { throttledPeriods: 240, throttledUs: 21_604_435 },
  ],
  [
    'v1, in a pod: what is mounted is its own',
    { 'proc/self/cgroup': fixture('linux-4.15-v1-cgroup'), 'sys/fs/cgroup/cpu,cpuacct/cpu.stat': v1 },
    { throttledPeriods: 240, throttledUs: 21_604_435 },
  ],
  [
    'a hybrid: v1 has the controller',
    {
      'proc/self/cgroup': fixture('linux-6.18-hybrid-cgroup'),
      'sys/fs/cgroup/cpu/cpu.stat': v1,
      'sys/fs/cgroup/unified/cpu.stat': fixture('linux-6.18-hybrid-unified-cpu.stat'),
    },
    { throttledPeriods: 240, throttledUs: 21_604_435 },
  ],
  [
    'a hybrid: v2 has it',
    { 'proc/self/cgroup': '1:name=systemd:/a\n0::/b\n', 'sys/fs/cgroup/unified/b/cpu.stat': v2 },
    { throttledPeriods: 164, throttledUs: 14_631_755 },
  ],
  ['pressure alone', { 'proc/pressure/cpu': fixture('linux-6.1-pressure') }, { pressure10: 72.37 }],
  [
    'no group to be seen',
    {
      'proc/self/cgroup': '0::/../x\n',
      'sys/fs/cgroup/x/cpu.stat': v2,
      'proc/pressure/cpu': fixture('linux-6.1-pressure'),
    },
    { pressure10: 72.37 },
  ],
])('%s', async (_, files, expected) => expect(await readIn(files)).toEqual(expected))

test.each<[string, Readonly<Record<string, string>>]>([
  ['no cgroups and no pressure', {}],
  [
    'garbage',
    { 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.stat': 'usage_usec 1\n', 'proc/pressure/cpu': 'none\n' },
  ],
])('with %s it is absent', async (_, files) => {
  await expect(readIn(files)).rejects.toMatchObject({
    name: 'AbsentError',
    message: 'no cpu.stat of this process, and no proc/pressure/cpu',
  })
})

test('this machine tells what it can', async () => {
  const machine = machineAt('/', realClock)(new AbortController().signal)
  const facts = await cpuSource.read(machine, nobody).catch((error: unknown) => error)
  if (facts instanceof Absent) return // neither cgroups nor pressure: a sandbox
  for (const value of Object.values(cpu.schema.parse(facts))) expect(value).toBeGreaterThanOrEqual(0)
})
