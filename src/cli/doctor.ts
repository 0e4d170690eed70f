import { Command, Option } from 'commander'
import { agentDeadlineMs, agentReadings } from '../agent/asking.ts'
import { type Clock, realClock } from '../clock.ts'
import type { Level } from '../doctor/check.ts'
import { examine, worstOf } from '../doctor/examine.ts'
import { sources } from '../evidence/index.ts'
import { machineAt } from '../evidence/machine.ts'
import { readSources } from '../evidence/read.ts'
import type { Readings } from '../outcome/evidence.ts'
import { Problem } from '../outcome/problem.ts'
import { parseAddress } from '../settings/address.ts'
import { deadlineOption } from './deadline-option.ts'
import { doctorText } from './doctor-text.ts'
import { paintFor } from './paint.ts'
import { print } from './print.ts'
import { agentPeer, type AgentTlsOptions, withAgentTls } from './agent-tls.ts'

/** `longhold doctor`: one pass over a node: what is wrong now, and what will bite later. It only reads. */
export function doctor(): Command {
  const made = new Command('doctor')
    .description('look over this node: what is wrong now, what will bite later, and what to do')
    .addOption(
      new Option('--root <dir>', 'where /proc and /sys of the node are').env('LONGHOLD_AGENT_ROOT').default('/'),
    )
    .addOption(
      new Option('--agent <host[:port]>', 'ask the agent of a node in place of this machine').conflicts('root'),
    )
    .addOption(new Option('--agent-token <token>', 'the token that agent wants').env('LONGHOLD_AGENT_TOKEN'))
    .addOption(new Option('--token-file <file>', 'the same, in a file').env('LONGHOLD_AGENT_TOKEN_FILE'))
    .addOption(deadlineOption())
    .addOption(new Option('--json', 'for programs'))
    .addHelpText('after', help)
    .action(answer)
  return withAgentTls(made)
}

interface Options extends AgentTlsOptions {
  readonly root: string
  readonly agent?: string
  readonly agentToken?: string
  readonly tokenFile?: string
  readonly deadline: number
  readonly json?: true
}

/** What counts is read twice, so far apart, ms. */
const apartMs = 1000

async function answer(options: Options): Promise<void> {
  const clock = realClock
  const read = await readerOf(options, clock)
  const first = await read()
  await clock.sleep(apartMs)
  const second = await read()
  refuseNothing(second)
  const results = examine(first, second, clock.now())
  const exitCode = exitCodes[worstOf(results) ?? 'ok']
  const { stdout } = process
  const look = stdout.isTTY ? { width: stdout.columns || 80, paint: paintFor(stdout) } : {}
  print(
    options.json ? `${JSON.stringify({ atMs: clock.now(), exitCode, results }, null, 2)}\n` : doctorText(results, look),
  )
  process.exitCode = exitCode
}

const exitCodes: Readonly<Record<Level, number>> = { wrong: 3, 'will bite': 4, unknown: 0, ok: 0 }

const nobody = { flows: [], accounts: [] }

/** Reads every source that tells of a machine, the costly ones as well. */
async function readerOf(options: Options, clock: Clock): Promise<() => Promise<Readings>> {
  const { root, agent, agentToken: token, tokenFile, deadline } = options
  if (agent === undefined) {
    const ofMachine = sources.filter(each => each.of === 'machine' && each.about === 'machine')
    return () => readSources(ofMachine, nobody, { clock, machineUntil: machineAt(root, clock) }, deadline)
  }
  const at = parseAddress(agent, 7002)
  if (!at) throw new Problem(`--agent: expected an address such as 10.0.0.1:7002, found ${JSON.stringify(agent)}`, 2)
  const peer = await agentPeer(options, clock)
  return () =>
    agentReadings({ at, token, tokenFile, tls: peer }, nobody, {
      clock,
      costly: true,
      deadlineMs: agentDeadlineMs(deadline),
    })
}

/** A doctor who saw nothing has nothing to say. */
function refuseNothing(readings: Readings): void {
  const each = Object.values(readings)
  if (each.some(reading => 'value' in reading)) return
  const why = each.flatMap(reading => ('absent' in reading ? [reading.absent] : []))[0] ?? 'there is no source'
  throw new Problem(`nothing of this node could be read: ${why}`)
}

const help = `
Run it on the node, with its network: rules and counters are those of the network namespace it runs in. As root it sees most; what it
may not read is unknown, with the reason. It changes nothing: what to do is printed, not done.

Exit codes:
  0  nothing is wrong, as far as could be read
  1  nothing could be read
  2  a mistake in what was written
  3  something is wrong: connections suffer now
  4  something will bite: they will, when the time comes

Examples:
  longhold doctor                          this machine
  longhold doctor --root /host             /proc and /sys of the host are mounted there (with hostNetwork)
  longhold doctor --agent 10.0.0.7         what its agent says of a node
  longhold doctor --json | jq -r '.results[] | select(.level != "ok") | "\\(.check): \\(.says)"'`
