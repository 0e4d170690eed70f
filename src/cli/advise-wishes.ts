import { nearest } from '../config/nearest.ts'
import { Problem } from '../outcome/problem.ts'
import { parseDuration } from '../settings/duration.ts'
import type { Wishes } from '../tuning/advice/advise.ts'
import { kernelDefault, type Setting } from '../tuning/advice/setting.ts'
import { targets } from '../tuning/snippets/index.ts'
import type { Target } from '../tuning/snippets/target.ts'

/** What is wanted of a keepalive, as it was typed. */
export interface WishOptions {
  /** Milliseconds. */
  readonly detect?: number
  readonly losses: number
  readonly packetsPerDay?: number
}

export const wishesTyped = ({ detect, losses, packetsPerDay }: WishOptions): Wishes => ({
  losses,
  ...(detect !== undefined && { detectS: detect / 1000 }),
  ...(packetsPerDay !== undefined && { packetsPerDay }),
})

/** `7200s/75s/9`, with a fourth part for the user timeout, `off`, or `kernel`. */
export function currentTyped(text: string): Setting | 'off' {
  if (text === 'off') return 'off'
  if (text === 'kernel') return kernelDefault
  const [idle = '', interval = '', count = '', userTimeout = '0s', ...more] = text.split('/')
  const [idleMs, intervalMs, userTimeoutMs] = [idle, interval, userTimeout].map(
    each => parseDuration(each) ?? Number.NaN,
  ) as [number, number, number]
  const isWhole = [idleMs, intervalMs].every(ms => ms >= 1000 && ms % 1000 === 0)
  if (more.length > 0 || !isWhole || !/^[1-9]\d{0,5}$/.test(count) || !(userTimeoutMs >= 0))
    throw new Problem(
      `--current: expected idle/interval/count, such as 7200s/75s/9 or, with a user timeout, 60s/10s/3/90s; off or kernel; found ${JSON.stringify(text)}`,
      2,
    )
  return { idleS: idleMs / 1000, intervalS: intervalMs / 1000, count: Number(count), userTimeoutMs }
}

/** What is printed where nobody asks for more. */
const usual = 'kubernetes,sysctl'

/** Targets by their names, in the order asked for; `all` are all. */
export function targetsTyped(text = usual): readonly Target[] {
  if (text === 'all') return targets
  const names = targets.map(({ name }) => name)
  return text.split(',').map(name => {
    const target = targets.find(each => each.name === name.trim())
    if (target) return target
    const meant = nearest(name, names) ?? names.find(each => name.length >= 3 && each.includes(name))
    const help = meant === undefined ? 'longhold advise --list names all' : `did you mean ${meant}?`
    throw new Problem(`--for: there are no settings for ${JSON.stringify(name)}: ${help}`, 2)
  })
}
