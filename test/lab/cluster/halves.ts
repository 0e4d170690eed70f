import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../../../src/ledger/ledger.ts'
import type { Side } from '../../../src/outcome/observation.ts'
import { get } from './inside.ts'
import { nodeOf, type Place } from './places.ts'
import { type Running, startOn } from './processes.ts'

/** A longhold process in a pod, journal on. */
export interface Half extends Running {
  readonly place: Place
  readonly half: Side
  /** Where its journal is. */
  readonly journal: string
  /** Everything its ledger holds; a client has none. */
  ledger(): Promise<readonly Account[]>
}

/** A pod can be client and server at once. */
const webPort = { client: 8081, server: 8080 } as const

const launcher = fileURLToPath(new URL('../../../bin/longhold.js', import.meta.url))

/** Starts a half and resolves when it is ready; rejects with what it printed when it ends first. */
export async function startHalf(place: Place, half: Side, folder: string, settings: object): Promise<Half> {
  const dir = join(folder, `${place}-${half}`)
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'longhold.yaml')
  const journal = join(dir, 'journal')
  writeFileSync(
    config,
    JSON.stringify(
      {
        identity: { pod: place, node: nodeOf(place) ?? place },
        web: { listen: `0.0.0.0:${webPort[half]}` },
        journal: { dir: journal },
        ...settings,
      },
      null,
      1,
    ),
  )
  const running = startOn(place, [process.execPath, launcher, half, '--config', config])
  let isOver = false
  void running.exited.then(() => (isOver = true))
  while (!(await isReady(place, webPort[half]))) {
    if (isOver) throw new Error(`longhold ${half} in ${place} does not start: ${running.printed()}`)
    await sleep(50)
  }
  return {
    ...running,
    place,
    half,
    journal,
    async ledger() {
      if (half === 'client' || isOver) return []
      const { text } = await get(place, '/api/ledger?limit=1000', webPort[half])
      return (JSON.parse(text) as { accounts: Account[] }).accounts
    },
  }
}

/** A client is ready once it runs, connected or not: what cannot connect may be the very thing that is staged. */
async function isReady(place: Place, port: number): Promise<boolean> {
  return get(place, '/healthz', port).then(
    ({ status }) => status === 200,
    () => false,
  )
}
