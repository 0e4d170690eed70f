import type { Command, Config, ProbeConfig } from '../config/schema.ts'
import type { Series, Side } from '../outcome/observation.ts'
import { Problem } from '../outcome/problem.ts'
import { kinds } from '../probes/index.ts'
import type { Half, World } from '../probes/kind.ts'
import type { Share } from '../probes/share.ts'

/** One half that a configuration asks for, not yet begun. */
export interface Part {
  /** As `/readyz` names it: `server tcp-hold`, `tcp-hold no-keepalive`. */
  readonly name: string
  readonly side: Side
  /** Everything that is set on it: another setting makes it another part. */
  readonly settings: string
  /** What it will tell of, and for what reasons it turns bytes away. */
  readonly series: readonly Series[]
  /** The entry under `probes:`, where several processes may take a share of it each. */
  readonly shared?: ProbeConfig
  begin(world: World, share?: Share): Promise<Half>
}

/** The halves of a configuration, those that answer first, so that a pair's own client finds them. */
export function partsOf(config: Pick<Config, 'server' | 'probes'>, command: Command): readonly Part[] {
  return [...(command === 'client' ? [] : answering(config)), ...(command === 'server' ? [] : asking(config))]
}

function answering({ server }: Pick<Config, 'server'>): Part[] {
  return kinds.flatMap(kind => {
    const settings = server[kind.name]
    if (!kind.server || settings === undefined || settings === 'off') return []
    const { start, rejections } = kind.server
    const series = rejections.map(reason => ({ kind: kind.name, reason }))
    return [
      {
        name: `server ${kind.name}`,
        side: 'server',
        settings: JSON.stringify(settings),
        series,
        begin: world => start(settings, world),
      },
    ]
  })
}

function asking({ probes }: Pick<Config, 'probes'>): Part[] {
  return probes.map(({ kind: name, ...settings }) => {
    const kind = kinds.find(each => each.name === name)
    if (!kind) throw new Problem(`probe ${settings.name}: there is no kind "${name}".`, 2)
    return {
      name: `${name} ${settings.name}`,
      side: 'client',
      settings: JSON.stringify(settings),
      series: kind.series(settings),
      ...(kind.isShared && { shared: { kind: name, ...settings } }),
      begin: (world, share) => kind.client(settings, world, share),
    }
  })
}
