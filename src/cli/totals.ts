import type { Snapshot } from '../record/snapshot.ts'
import { isFault } from '../record/snapshot.ts'

/** The snapshot in one log line: what is wrong, and a few numbers for each cohort and each series of questions. */
export function totals({ cohorts, probes, disturbed, verdicts }: Snapshot): object {
  return {
    verdicts: verdicts.filter(({ state }) => state === 'open').map(({ id }) => id),
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
