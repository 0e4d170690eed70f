import type { Snapshot } from '../record/snapshot.ts'
import { isFault } from '../record/snapshot.ts'

/** The snapshot in one log line: a few numbers for each cohort and each series of questions. */
export function totals({ cohorts, probes, disturbed }: Snapshot): object {
  return {
    cohorts: cohorts.map(({ side, kind, cohort, path, open, exchanges, exposureMs, ends, zombies }) => ({
      side,
      kind,
      cohort,
      path,
      open,
      exchanges,
      exposureS: Math.round(exposureMs / 1000),
      faults: ends.filter(isFault).reduce((sum, { count }) => sum + count, 0),
      zombies,
    })),
    probes: probes.map(({ kind, probe, server, mode, asked, fates }) => ({
      kind,
      probe,
      server,
      mode,
      asked,
      ok: fates.ok,
      timeout: fates.timeout,
    })),
    disturbed,
  }
}
