import { claimable } from '../../datagram/port.ts'
import { cannotListen } from '../../listen.ts'
import { classify } from '../../outcome/classify.ts'
import type { OfProbe } from '../../outcome/observation.ts'
import { systemResolve } from '../../resolve.ts'
import { beat } from '../../schedule/beat.ts'
import { startDelay } from '../../schedule/spread.ts'
import type { Half, World } from '../kind.ts'
import { fresh, pinned } from './ask.ts'
import type { Echo } from './settings.ts'
import { targetOf } from './target.ts'

/** One series for each address and port mode. */
export const seriesOf = ({ name, to, ports }: Echo): OfProbe[] =>
  to.flatMap((_, position) =>
    ports.map(mode => ({ side: 'client', kind: 'udp-echo', probe: name, server: `${position + 1}`, mode }) as const),
  )

/** Asks every address in every port mode, each at its own time. Rejects with a Problem when the pinned port is taken. */
export async function askEchoes(echo: Echo, world: World): Promise<Half> {
  const { name, to, ports, every, timeout, pinnedPort, size } = echo
  if (pinnedPort !== undefined && ports.includes('pinned')) await claim(to.length, pinnedPort, name)
  const resolve = systemResolve(world.clock)
  const series = seriesOf(echo)
  const spreadMs = Math.min(every, 1000)
  let asked = 0
  let stopped = false

  const stops = series.flatMap((of, index) => {
    const position = Number(of.server) - 1
    const address = to[position]
    if (!address) return []
    const tell = world.tell.bind(world)
    const asking = { of, size, tell, token: world.token, clock: world.clock, wheel: world.wheel, timeoutMs: timeout }
    const line =
      of.mode === 'fresh' ? fresh(asking) : pinned(asking, pinnedPort === undefined ? 0 : pinnedPort + position)
    const target = targetOf(address, world, resolve)
    const ask = () =>
      target().then(
        addresses => {
          if (!stopped) line.ask(addresses)
        },
        (error: unknown) => {
          if (!stopped) tell({ type: 'asked', ...of, ...classify(error), phase: 'send', tookUs: 0 })
        },
      )
    const silence = beat(world.clock, { everyMs: every, delayMs: startDelay(index, series.length, spreadMs) }, () => {
      asked += 1
      void ask()
    })
    return [
      () => {
        silence()
        return line.stop()
      },
    ]
  })

  return {
    listens: [],
    ready: () => asked >= series.length,
    connections: () => [],
    async stop() {
      stopped = true
      await Promise.all(stops.map(stop => stop()))
    },
  }
}

/** The pinned ports are one for each address, in a row. */
async function claim(count: number, first: number, name: string): Promise<void> {
  for (const port of Array.from({ length: count }, (_, index) => first + index))
    await claimable(port).catch((error: unknown) => {
      throw cannotListen(error, { host: '0.0.0.0', port }, `pinnedPort of the probe ${name}`)
    })
}
