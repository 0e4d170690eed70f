import { type Metric, one, plain, type Sample } from './definition.ts'

/** Metrics of this process: what it is, what it turned away, and how much its own noise may have blurred. */
export const processMetrics: readonly Metric[] = [
  plain(
    'gauge',
    'longhold_build_info',
    '1, labelled with the versions that run.',
    ['version', 'node_version'],
    ({ source }) => [one(1, { version: source.version, node_version: process.version })],
  ),
  plain('gauge', 'longhold_ready', '1 for each part of the process that does its job.', ['part'], ({ source }) =>
    source.ready().parts.map(({ name, ready }) => one(Number(ready), { part: name })),
  ),
  plain(
    'counter',
    'longhold_rejected_total',
    'Connections and bytes the server turned away, and why.',
    ['kind', 'reason'],
    now => now.snapshot.rejected.map(({ kind, reason, count }) => one(count, { kind, reason })),
  ),
  plain(
    'gauge',
    'longhold_ledger_open_connections',
    "Connections open in the server's own account.",
    [],
    ({ source }) => (source.ledger ? [one(source.ledger.openCount)] : []),
  ),
  plain(
    'gauge',
    'longhold_event_loop_delay_seconds',
    'How late the event loop was lately: that of the process with the latest.',
    ['stat'],
    ({ source }) => Object.entries(source.noise().loopDelayMs).map(([stat, ms]) => one(ms / 1000, { stat })),
  ),
  plain(
    'counter',
    'longhold_event_loop_stalls_total',
    'Stalls long enough to make samples suspect, of all processes.',
    [],
    ({ source }) => [one(source.noise().stalls)],
  ),
  plain('counter', 'longhold_clock_jumps_total', 'Times the wall clock jumped.', [], ({ source }) => [
    one(source.noise().clockJumps),
  ]),
  plain(
    'gauge',
    'longhold_config_last_reload_successful',
    '1 when what runs is what the configuration file says, 0 when there is a mistake in it.',
    [],
    ({ source }) => known(source.configuration?.(), ({ mistake }) => Number(mistake === undefined)),
  ),
  plain(
    'gauge',
    'longhold_config_last_reload_success_timestamp_seconds',
    'Since when the configuration runs, Unix time.',
    [],
    ({ source }) => known(source.configuration?.(), ({ loadedAt }) => loadedAt / 1000),
  ),
  plain(
    'gauge',
    'longhold_tls_not_after_timestamp_seconds',
    'When the certificate in force ends, or the last of the authorities that are believed, Unix time: of the web port, and of what servers and agent are asked with.',
    ['use', 'what'],
    ({ source }) => (source.certificates?.() ?? []).map(({ use, what, at }) => one(at / 1000, { use, what })),
  ),
  plain('gauge', 'longhold_journal_bytes', 'Size of the journal on disk.', [], ({ source }) =>
    known(source.journal?.(), ({ bytes }) => bytes),
  ),
  plain('gauge', 'longhold_journal_stopped', '1 when the journal gave up, such as on a full disk.', [], ({ source }) =>
    known(source.journal?.(), ({ stopped }) => Number(stopped !== undefined)),
  ),
]

/** No sample where there is nothing to tell of. */
function known<T>(state: T | undefined, read: (state: T) => number): Sample[] {
  return state === undefined ? [] : [one(read(state))]
}
