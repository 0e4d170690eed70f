import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { type Clock, realClock } from '../clock.ts'
import { Problem } from '../outcome/problem.ts'
import { systemResolve } from '../resolve.ts'
import { awake } from '../search/awake.ts'
import { limiter } from '../search/limiter.ts'
import type { Protocol, Speaker } from '../search/protocol.ts'
import { type SharedToken, sharedToken } from '../secrets/shared-token.ts'
import { keeper, readSaved } from '../search/saved.ts'
import { search as searchPath } from '../search/search.ts'
import { protocolOf } from '../search/target.ts'
import { type Finding, findingOf } from '../tuning/finding.ts'
import { ending } from './ending.ts'
import { paintFor } from './paint.ts'
import { print } from './print.ts'
import { help } from './search-help.ts'
import { progressLine } from './search-progress.ts'
import { searchText } from './search-text.ts'
import { stderrLog } from './stderr-log.ts'
import { duration, percentage, wholeNumber } from './typed.ts'

interface Options {
  readonly speaker?: Speaker | 'both'
  readonly min: number
  readonly max: number
  readonly precision?: number
  readonly each?: number
  readonly rate: number
  readonly connections?: number
  readonly deadline: number
  readonly keepalive: boolean
  readonly udpStream?: true
  readonly say?: string
  readonly resume?: string
  readonly tokenFile?: string
  readonly json?: true
}

/** `longhold search TARGET`: the idle timeout of a path, measured from outside. */
export function search(): Command {
  return new Command('search')
    .description('measure after how long a silence a path forgets a connection')
    .argument('<target>', 'host[:7000] of a longhold server, udp://, http://, redis://, postgres:// or tcp://')
    .addOption(new Option('--speaker <who>', 'who breaks the silence').choices(['client', 'server', 'both']))
    .option('--min <duration>', 'the shortest silence', silence('--min'), 1000)
    .option('--max <duration>', 'the longest silence', silence('--max'), 7_500_000)
    .option('--precision <percent>', 'bounds no further apart than this', percentage('--precision', 0.5))
    .option(
      '--each <n>',
      'connections for each silence (default: 8, of UDP 16; 2 where there is little room)',
      wholeNumber('--each', 1, 1000),
    )
    .option(
      '--connections <n>',
      'connections at most (default: 4000; 40 for PostgreSQL)',
      wholeNumber('--connections', 8, 18_000),
    )
    .option('--rate <n>', 'connects a second at most', wholeNumber('--rate', 1, 100_000), 2000)
    .option('--deadline <duration>', 'for connecting, and for an answer', silence('--deadline'), 5000)
    .option('--no-keepalive', 'do not try whether keepalive probes refresh the path')
    .option('--udp-stream', 'UDP: talk for two seconds first, so that conntrack takes the flow for a stream')
    .option('--say <text>', 'tcp://: what the service answers with a line; \\r \\n \\0 \\xff are understood')
    .addOption(
      new Option('--token-file <file>', 'the token a longhold server wants proven').env('LONGHOLD_AUTH_TOKEN_FILE'),
    )
    .option('--resume <file>', 'keep what is known in this file, and go on from it')
    .option('--json', 'for programs')
    .addHelpText('after', help)
    .action(answer)
}

async function answer(target: string, options: Options): Promise<void> {
  const clock = realClock
  const identity = { pod: hostname(), node: '-', ip: '-', instance: randomBytes(8).toString('hex') }
  const token = options.tokenFile === undefined ? undefined : await tokenIn(options.tokenFile, clock)
  const protocol = protocolOf(target, {
    clock,
    resolve: systemResolve(clock),
    identity,
    say: options.say,
    udpStream: options.udpStream === true,
    token,
  })
  const speakers = speakersOf(options, protocol)
  if (options.min >= options.max)
    throw new Problem(`--min: expected less than --max (${options.max} ms), found ${options.min} ms`, 2)
  const saved = options.resume === undefined ? {} : readSaved(options.resume, protocol.target)
  const stopping = new AbortController()
  const end = ending(undefined, clock)
  let interrupted: string | undefined
  void end.reason.then(reason => {
    interrupted = reason
    stopping.abort()
  })
  const progress = progressLine(process.stderr, clock)
  const keep = keeper(options.resume, protocol.target, saved, clock.steady)
  const connections = options.connections ?? protocol.room ?? 4000
  const each = options.each ?? usualEach(protocol, connections)
  const ratio = 1 + (options.precision ?? 0.15)
  const climbed = await searchPath(
    {
      speakers,
      fromMs: options.min,
      toMs: options.max,
      ratio,
      again: options.precision !== undefined,
      each,
      // Sentinels, and those that send probes, are some more.
      most: Math.max(each * 2, Math.floor((connections * 0.8) / speakers.length)),
      deadlineMs: options.deadline,
      keepalive: options.keepalive && protocol.transport === 'tcp',
      known: saved,
    },
    {
      protocol,
      clock,
      limiter: limiter(clock, { perSecond: options.rate }),
      awake: awake(clock),
      signal: stopping.signal,
      onProgress: progress.show,
      onTrials: keep.note,
    },
  ).finally(() => {
    progress.end()
    token?.close()
  })
  keep.write()
  const findings = climbed.map(each => findingOf({ ...each, protocol: protocol.name, transport: protocol.transport }))
  const exitCode = interrupted === undefined ? exitCodeOf(findings) : 130
  const { stdout } = process
  const look = { width: stdout.columns || 100, ...(stdout.isTTY && { paint: paintFor(stdout) }) }
  print(
    options.json
      ? `${JSON.stringify({ target: protocol.target, protocol: protocol.name, exitCode, timeout: tightest(findings), findings }, null, 2)}\n`
      : searchText({ target: protocol.target, protocol: protocol.name }, findings, look),
  )
  process.exitCode = exitCode
}

const tokenIn = (file: string, clock: Clock): Promise<SharedToken> =>
  sharedToken({ setting: '--token-file', file }, { clock, log: stderrLog })

/** A forgotten UDP flow that reaches the same server again by luck looks alive: it takes more of them. */
function usualEach({ transport }: Protocol, connections: number): number {
  if (connections < 400) return 2
  return transport === 'udp' ? 16 : 8
}

function speakersOf({ speaker }: Options, protocol: Protocol): readonly Speaker[] {
  if (speaker === undefined || speaker === 'both') return protocol.speakers
  if (!protocol.speakers.includes(speaker))
    throw new Problem(
      `--speaker: only a longhold server can speak first; ${protocol.target} is asked as ${protocol.name}`,
      2,
    )
  return [speaker]
}

/** What the strictest direction found. */
const tightest = (findings: readonly Finding[]): Finding['timeout'] =>
  findings.flatMap(({ timeout }) => (timeout ? [timeout] : [])).toSorted((a, b) => a.highSeconds - b.highSeconds)[0] ??
  null

function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some(({ timeout }) => timeout)) return 0
  return findings.some(({ state }) => state === 'disturbed') ? 4 : 3
}

const silence = (option: string) => duration(option, 50, 7 * 86_400_000)
