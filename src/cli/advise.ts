import { Command, Option } from 'commander'
import { agentReadings } from '../agent/asking.ts'
import { tokenIn } from '../http/token.ts'
import { realClock } from '../clock.ts'
import { Problem } from '../outcome/problem.ts'
import { parseAddress } from '../settings/address.ts'
import { type Advice, advise as adviseOn } from '../tuning/advice/advise.ts'
import { type Break, breaksOf } from '../tuning/advice/breaks.ts'
import { type NodeTimers, timersOf } from '../tuning/advice/from-node.ts'
import { kernelDefault } from '../tuning/advice/setting.ts'
import { agentPeer, type AgentTlsOptions, withAgentTls } from './agent-tls.ts'
import { adviceJson, listJson } from './advise-json.ts'
import { hopsTyped, type PathOptions } from './advise-path.ts'
import { type Advised, adviceText, listText } from './advise-text.ts'
import { currentTyped, targetsTyped, type WishOptions, wishesTyped } from './advise-wishes.ts'
import { paintFor } from './paint.ts'
import { print } from './print.ts'
import { duration, wholeNumber } from './typed.ts'

/** `longhold advise`: which keepalive survives a path, what it costs, what breaks without it, and settings to paste. */
export function advise(): Command {
  const made = new Command('advise')
    .description('which keepalive survives a path: settings to paste, why, what they cost, and what breaks now')
    .addOption(new Option('--measured <timeout>', 'what was measured, such as 350s or 880s..905s'))
    .addOption(new Option('--search <file>', 'what longhold search --json printed'))
    .addOption(new Option('--agent <host[:port]>', 'ask the agent of a node for its timers'))
    .addOption(new Option('--agent-token <token>', 'the token that agent wants').env('LONGHOLD_AGENT_TOKEN'))
    .addOption(new Option('--token-file <file>', 'the same, in a file').env('LONGHOLD_AGENT_TOKEN_FILE'))
    .addOption(
      new Option('--conntrack <timeout>', 'nf_conntrack_tcp_timeout_established of the nodes').argParser(
        duration('--conntrack'),
      ),
    )
    .addOption(new Option('--ipvs <timeout>', 'the TCP timeout of IPVS').argParser(duration('--ipvs')))
    .addOption(
      new Option('--lb <timeout>', 'the idle timeout of a load balancer, gateway or firewall').argParser(
        duration('--lb'),
      ),
    )
    .addOption(new Option('--preset <name[=timeout]>', 'a hop with a known timeout, see --list').argParser(collect))
    .addOption(new Option('--current <keepalive>', 'what is set now: 7200s/75s/9, off or kernel'))
    .addOption(
      new Option('--detect <duration>', 'a dead peer is to be noticed within').argParser(duration('--detect', 1000)),
    )
    .addOption(
      new Option('--losses <n>', 'so many probes in a row may get lost')
        .argParser(wholeNumber('--losses', 0, 10))
        .default(2),
    )
    .addOption(
      new Option('--packets-per-day <n>', 'an idle connection may take so many').argParser(
        wholeNumber('--packets-per-day', 1, 1_000_000),
      ),
    )
    .addOption(new Option('--for <targets>', 'what to print settings for: node,go or all (default: kubernetes,sysctl)'))
    .addOption(new Option('--list', 'what there are settings for, and the presets'))
    .addOption(new Option('--json', 'for programs'))
    .addHelpText('after', help)
    .action(answer)
  return withAgentTls(made)
}

const collect = (each: string, before: readonly string[] = []): readonly string[] => [...before, each]

interface Options extends PathOptions, WishOptions, AgentTlsOptions {
  readonly agent?: string
  readonly agentToken?: string
  readonly tokenFile?: string
  readonly current?: string
  readonly for?: string
  readonly list?: true
  readonly json?: true
}

async function answer(options: Options): Promise<void> {
  const { stdout } = process
  const look = stdout.isTTY ? { width: stdout.columns || 80, paint: paintFor(stdout) } : {}
  if (options.list) return print(options.json ? text(listJson()) : listText(look))
  const advised = await adviceFor(options)
  const exitCode = exitCodeOf(advised.advice, advised.isCurrentKnown ? advised.breaks : [])
  print(options.json ? text({ exitCode, ...adviceJson(advised) }) : adviceText(advised, look))
  process.exitCode = exitCode
}

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

async function adviceFor(options: Options): Promise<Advised> {
  const wishes = wishesTyped(options)
  const targets = targetsTyped(options.for)
  const typed = options.current === undefined ? undefined : currentTyped(options.current)
  const byHand = await hopsTyped(options)
  const node = options.agent === undefined ? undefined : await timersAt(options.agent, options)
  const hops = [...byHand, ...(node?.hops ?? [])]
  if (hops.length === 0 && wishes.detectS === undefined && wishes.packetsPerDay === undefined)
    throw new Problem(
      node
        ? `the agent tells of no timer: ${node.untold.join('; ')}`
        : 'nothing is known of the path: say --measured 880s..905s, --preset aws-nlb, --ipvs 900s, --agent 10.0.0.7 or the like (longhold advise --help)',
      node ? 1 : 2,
    )
  const current = typed ?? node?.current ?? kernelDefault
  return {
    hops,
    wishes,
    advice: adviseOn(hops, wishes),
    current,
    whose: typed
      ? 'what is set now'
      : node?.current
        ? 'the node’s own; a pod begins with 7200s/75s/9'
        : 'the kernel’s own, where nobody sets another',
    isCurrentKnown: typed !== undefined,
    breaks: breaksOf(current, hops, wishes),
    untold: node?.untold ?? [],
    targets,
  }
}

async function timersAt(agent: string, options: Options): Promise<NodeTimers> {
  const at = parseAddress(agent.replace(/^http:\/\//, '').replace(/\/$/, ''), 7002)
  if (!at) throw new Problem(`--agent: expected an address such as 10.0.0.1:7002, found ${JSON.stringify(agent)}`, 2)
  const { agentToken, tokenFile } = options
  const token = tokenFile ? await tokenIn(tokenFile) : agentToken
  const asked = { at, token, tls: await agentPeer(options, realClock) }
  const nobody = { flows: [], accounts: [] }
  const readings = await agentReadings(asked, nobody, { clock: realClock, costly: true })
  return timersOf(readings, realClock.now())
}

/** 3: what is set now does not survive; 4: something that was wished for cannot be had. */
function exitCodeOf({ conflicts }: Advice, breaks: readonly Break[]): number {
  if (breaks.some(({ level }) => level === 'kills')) return 3
  return conflicts.length > 0 ? 4 : 0
}

const help = `
A path is everything between both ends that forgets idle connections: say all that you know of it. The shortest timeout counts.
Keepalive at either end keeps all of them awake; what ends TCP itself (a proxy) counts data alone, and is named.

Exit codes:
  0  a setting that survives the path and fulfils every wish
  1  the agent cannot be asked, or tells of no timer
  2  a mistake in what was written
  3  --current does not survive the path
  4  something that was wished for cannot be had: what is nearest is said

Examples:
  longhold advise --measured 880s..905s                    what longhold search found
  longhold advise --preset aws-nlb --preset kube-proxy-ipvs --for node,postgresql
  longhold advise --agent 10.0.0.7 --lb 350s               the timers of a node, and one of the way to it
  longhold advise --ipvs 900s --current 7200s/75s/9        is that enough? (exit code 3: no)
  longhold advise --lb 350s --detect 60s --losses 1 --packets-per-day 5000
  longhold advise --preset gcp --json | jq .advice
  longhold advise --list                                   presets, and what there are settings for`
