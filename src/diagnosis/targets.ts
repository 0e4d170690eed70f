import type { Case } from './case.ts'
import type { ProbeHistory } from './history.ts'
import { perCase } from './per-case.ts'

/** One address of a server, as probes ask it from ports of every sort. */
export interface Target {
  /** `10.96.0.10:53`; where no flow ever named it, the probe and the position of the server in its list. */
  readonly called: string
  /** Each asks from one port for good. */
  readonly pinned: readonly ProbeHistory[]
  /** A new port for each question, or for each pair of them. */
  readonly fresh: readonly ProbeHistory[]
  /** Whole lookups of the same probes, and of others whom this address answered; they may have gone to other servers, too. */
  readonly lookups: readonly ProbeHistory[]
}

/** Several probes, and several positions in their lists, may ask the same address. */
export const targetsOf = perCase((of: Case): readonly Target[] => {
  const ports = of.probes.filter(({ of: { mode } }) => mode !== 'resolver')
  const units = Map.groupBy(ports, ({ of: { kind, probe, server } }) => `${kind}/${probe} ${server}`)
  const byCalled = Map.groupBy(units, ([unit, series]) => calledBy(series) ?? unit)
  return [...byCalled].map(([called, units]) => {
    const series = units.flatMap(([, series]) => series)
    const probes = new Set(series.map(({ of }) => `${of.kind} ${of.probe}`))
    return {
      called,
      pinned: series.filter(({ of: { mode } }) => mode === 'pinned'),
      fresh: series.filter(({ of: { mode } }) => mode !== 'pinned'),
      lookups: of.probes.filter(
        each =>
          each.of.mode === 'resolver' &&
          (probes.has(`${each.of.kind} ${each.of.probe}`) || [...each.asks].some(({ by }) => by === called)),
      ),
    }
  })
})

/** What the newest flow among them called. */
function calledBy(series: readonly ProbeHistory[]): string | undefined {
  const flows = series.flatMap(({ asks }) => [...asks].findLast(({ flow }) => flow) ?? [])
  return flows.toSorted((a, b) => b.at - a.at)[0]?.flow?.remote
}
