import { Absent, defineSource, type Machine } from '../source.ts'
import { cpu } from './facts.ts'
import { foldersOf, pressureOf, type Throttling, throttlingOf } from './parse.ts'

export const cpuSource = defineSource({
  facts: cpu,
  of: 'machine',
  about: 'machine',
  costly: false,
  async read(machine) {
    const [throttling, pressure10] = await Promise.all([
      throttlingHere(machine),
      machine.file('proc/pressure/cpu').then(pressureOf, () => undefined),
    ])
    const found = { ...throttling, ...(pressure10 === undefined ? {} : { pressure10 }) }
    if (Object.keys(found).length === 0) throw new Absent('no cpu.stat of this process, and no proc/pressure/cpu')
    return found
  },
})

async function throttlingHere(machine: Machine): Promise<Throttling> {
  const folders = await machine.file('proc/self/cgroup').then(foldersOf, () => [])
  for (const folder of folders) {
    const stat = await machine.file(`sys/fs/cgroup${folder}/cpu.stat`).catch(() => undefined)
    if (stat !== undefined) return throttlingOf(stat)
  }
  return {}
}
