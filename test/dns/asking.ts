import type { Asked, Strayed } from '../../src/outcome/observation.ts'
import { dns } from '../../src/probes/dns/kind.ts'
import { type TestWorld, testWorld } from '../world.ts'

/** A running dns probe and what it has told so far. */
export interface Asking extends AsyncDisposable {
  readonly world: TestWorld
  asked(mode?: string): Asked[]
  strayed(): Strayed[]
  stop(): Promise<void>
}

export async function asking(settings: object): Promise<Asking> {
  const world = testWorld()
  const half = await dns.client(
    dns.settings.parse({ name: 'dns', names: ['web.example.test'], every: '200ms', ...settings }),
    world,
  )
  const stop = () => half.stop(0)
  return {
    world,
    asked: mode => world.told.filter(told => told.type === 'asked').filter(told => !mode || told.mode === mode),
    strayed: () => world.told.filter(told => told.type === 'strayed'),
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      world[Symbol.dispose]()
    },
  }
}
