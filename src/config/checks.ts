import { formatDuration } from '../settings/duration.ts'
import type { Keepalive } from '../settings/keepalive.ts'
import { type Draft, isDraft } from './draft.ts'
import type { Mistake } from './mistake.ts'
import type { Config } from './schema.ts'

/** What no schema of one entry can see: names are labels and table rows, so no two probes share one. */
export function checksOf({ probes }: Draft): Mistake[] {
  if (!Array.isArray(probes)) return []
  const names = probes.map((probe: unknown) =>
    isDraft(probe) && typeof probe.name === 'string' ? probe.name : undefined,
  )
  return names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (name === undefined || first === index) return []
    return [
      {
        path: ['probes', index, 'name'],
        sentence: `expected a name of its own, found ${JSON.stringify(name)}, which probes[${first}] has already`,
      },
    ]
  })
}

/** What will work, but hardly as meant. */
export function warningsOf({ probes, server }: Config): Mistake[] {
  const entries = [
    ...probes.map((probe, index) => ({ path: ['probes', index], settings: probe as unknown })),
    ...Object.entries(server).map(([name, settings]) => ({ path: ['server', name], settings })),
  ]
  return entries.flatMap(({ path, settings }) => {
    if (!isDraft(settings) || !isDraft(settings.keepalive) || typeof settings.userTimeout !== 'number') return []
    const { idle, interval, count } = settings.keepalive as Exclude<Keepalive, 'off'> // decoded by its schema
    const byCount = idle + interval * count
    if (settings.userTimeout === 0 || settings.userTimeout === byCount) return []
    return [
      {
        path: [...path, 'userTimeout'],
        sentence: `with a user timeout the kernel ignores keepalive's count: a dead peer is noticed after about ${formatDuration(Math.max(settings.userTimeout, idle))}, not ${formatDuration(byCount)}`,
      },
    ]
  })
}
