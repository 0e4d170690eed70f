import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '../../../src/ledger/ledger.ts'
import type { Side } from '../../../src/outcome/observation.ts'
import { get } from './inside.ts'
import { type Running, startOn } from './processes.ts'

/** A longhold process in a pod, journal on. */
export interface Half extends Running {
  readonly half: Side
  /** Where its journal is. */
  readonly journal: string
  /** Everything its ledger holds; a client has none. */
  ledger(): Promise<readonly Account[]>
}

const launcher = fileURLToPath(new URL('../../../bin/longhold.js', import.meta.url))

/** Starts a half and resolves when it is ready; rejects with what it printed when it ends first. */
export async function startHalf(host: string, half: Side, folder: string, settings: object): Promise<Half> {
  const dir = join(folder, `${host}-${half}`)
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'longhold.yaml')
  const journal = join(dir, 'journal')
  writeFileSync(
    config,
    JSON.stringify(
      { identity: { pod: host, node: `node-of-${host}` }, journal: { dir: journal }, ...settings },
      null,
      1,
    ),
  )
  const running = startOn(host, [process.execPath, launcher, half, '--config', config])
  let isOver = false
  void running.exited.then(() => (isOver = true))
  while (!(await isReady(host))) {
    if (isOver) throw new Error(`longhold ${half} in ${host} does not start: ${running.printed()}`)
    await sleep(50)
  }
  return {
    ...running,
    half,
    journal,
    async ledger() {
      if (half === 'client' || isOver) return []
      const { text } = await get(host, '/api/ledger?limit=1000')
      return (JSON.parse(text) as { accounts: Account[] }).accounts
    },
  }
}

/** A client is ready once it runs, connected or not: what cannot connect may be the very thing that is staged. */
async function isReady(host: string): Promise<boolean> {
  return get(host, '/healthz').then(
    ({ status }) => status === 200,
    () => false,
  )
}
