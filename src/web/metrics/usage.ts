import type { Usage } from '../../kernel/usage.ts'
import { type Metric, type Now, one, plain, type Sample } from './definition.ts'

/**
 * What the processes of a client take of their machine, all together. The `process_` and `nodejs_` ones carry prom-client's names but are read
 * by us: its default collectors list every handle and every file (25 ms at 18,000 connections, against 0.05 ms), and start an event-loop monitor
 * and a GC observer that nothing stops.
 */
export const usageMetrics: readonly Metric[] = [
  plain(
    'gauge',
    'longhold_processes',
    'Processes that hold connections, this one included: those that run, and answer.',
    [],
    ({ source }) => [one(source.processes().each.length)],
  ),
  plain(
    'counter',
    'longhold_process_restarts_total',
    'Processes that were gone and were begun anew, with connections that ended for that reason and no other.',
    [],
    ({ source }) => [one(source.processes().restarts)],
  ),
  plain('counter', 'process_cpu_seconds_total', 'User and system CPU time, of all processes.', [], now => [
    one(now.source.processes().formerCpuS + sum(now, ({ cpuS }) => cpuS)),
  ]),
  plain('gauge', 'process_start_time_seconds', 'When the process began, Unix time.', [], ({ startedAtS }) => [
    one(startedAtS),
  ]),
  plain('gauge', 'process_resident_memory_bytes', 'Resident memory, of all processes.', [], now => [
    one(sum(now, ({ residentBytes }) => residentBytes)),
  ]),
  plain(
    'gauge',
    'process_open_fds',
    'Open files and sockets, of all processes (on Linux 6.2 and newer).',
    [],
    openFiles,
  ),
  plain('gauge', 'process_max_fds', 'How many files and sockets all processes together may open.', [], now => [
    one(sum(now, ({ maxFiles }) => maxFiles)),
  ]),
  plain('gauge', 'nodejs_heap_size_used_bytes', 'JavaScript heap in use, of all processes.', [], now => [
    one(sum(now, ({ heapUsedBytes }) => heapUsedBytes)),
  ]),
  plain(
    'gauge',
    'nodejs_external_memory_bytes',
    'Memory of buffers outside the JavaScript heap, of all processes.',
    [],
    now => [one(sum(now, ({ externalBytes }) => externalBytes))],
  ),
]

const sum = ({ source }: Now, read: (usage: Usage) => number): number =>
  source.processes().each.reduce((so, { usage }) => so + read(usage), 0)

/** No sample where they cannot be counted. */
function openFiles(now: Now): Sample[] {
  const isKnown = now.source.processes().each.every(({ usage }) => usage.openFiles !== undefined)
  return isKnown ? [one(sum(now, ({ openFiles: files }) => files ?? 0))] : []
}
