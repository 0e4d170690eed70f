import { snapshotJson } from '../record/json.ts'
import type { WebSource } from './source.ts'

/** `/api/status`: who runs, how noisy we are ourselves, and all of the snapshot. */
export function status(source: WebSource, uptimeS: number) {
  const snapshot = source.snapshot()
  return {
    version: source.version,
    nodeVersion: process.version,
    command: source.command,
    identity: snapshot.run?.identity,
    uptimeS: Math.round(uptimeS),
    runs: snapshot.runs,
    ...source.ready(),
    noise: source.noise(),
    processes: source.processes(),
    configuration: source.configuration?.(),
    journal: source.journal?.(),
    ledger: source.ledger && { open: source.ledger.openCount },
    ...snapshotJson(snapshot),
  }
}
