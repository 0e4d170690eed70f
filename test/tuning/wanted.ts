import { advise } from '../../src/tuning/advice/advise.ts'
import { targets } from '../../src/tuning/snippets/index.ts'
import type { Wanted } from '../../src/tuning/snippets/target.ts'

const lb = { name: 'lb', lowS: 350, highS: 350, refreshed: true, ending: 'reset', source: 'a test' } as const

const advised = (timeoutS: number, more: object = {}): Wanted => {
  const { setting } = advise([{ ...lb, lowS: timeoutS }], { losses: 2, ...more })
  if (!setting) throw new Error(`nothing to advise for ${timeoutS} s`)
  return { setting, timeoutS }
}

/** What a load balancer asks for: 115 s, 25 s, 3, 190 s. Numbers that no program has by itself. */
export const usual = advised(350)

/** From the least to the most that a snippet may be made of. */
export const every: readonly Wanted[] = [
  usual,
  advised(2, { losses: 0 }),
  advised(350, { detectS: 60 }),
  { ...advised(86_400), timeoutS: undefined },
  advised(2_000_000, { packetsPerDay: 1 }),
]

export function textOf(name: string, wanted: Wanted = usual): string {
  const target = targets.find(each => each.name === name)
  if (!target) throw new Error(`there is no target ${name}`)
  return target.text(wanted)
}
