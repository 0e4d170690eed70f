import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { type Admits, admitsAll, admitsToken, admitsTokenIn } from '../http/token.ts'
import { startAgent } from '../agent/agent.ts'
import { isEverywhere, ownAddresses } from '../agent/warden.ts'
import { type Clock, realClock } from '../clock.ts'
import { machineAt } from '../evidence/machine.ts'
import { Problem } from '../outcome/problem.ts'
import type { Readings } from '../outcome/evidence.ts'
import { type Address, formatAddress, parseAddress } from '../settings/address.ts'
import { deadlineOption } from './deadline-option.ts'
import { ending } from './ending.ts'
import { jsonLog } from './json-log.ts'
import { logStream } from './log-stream.ts'
import { type TlsOptions, tlsOf, withTls } from './tls-options.ts'
import { version as readVersion } from './version.ts'

const levels = ['debug', 'info', 'warn', 'error']

/** `longhold agent`: tells clients on this node what only the node can see. */
export function agent(): Command {
  const made = new Command('agent')
    .description('serve evidence of this node, read-only, to clients on it')
    .addOption(new Option('--listen <address>', `where, ${usual} by default`).env('LONGHOLD_AGENT_LISTEN'))
    .addOption(new Option('--listen-everywhere', 'let --listen be 0.0.0.0 or [::]: whoever reaches the port may ask'))
    .addOption(new Option('--token-file <file>', 'the token who asks has to show').env('LONGHOLD_AGENT_TOKEN_FILE'))
    .addOption(
      new Option('--root <dir>', 'where /proc and /sys of the node are').env('LONGHOLD_AGENT_ROOT').default('/'),
    )
    .addOption(new Option('--node <name>', 'the name of this node').env('LONGHOLD_NODE'))
    .addOption(deadlineOption().env('LONGHOLD_AGENT_DEADLINE'))
    .addOption(
      new Option('--log-level <level>', 'what is logged').env('LONGHOLD_LOG_LEVEL').choices(levels).default('info'),
    )
    .addHelpText('after', help)
    .action(runAgent)
  return withTls(made, tls, 'LONGHOLD_AGENT_TLS')
}

const tls = { cert: 'the certificate that is shown: HTTPS', ca: 'who asks has to show a certificate of these' }

interface Options extends TlsOptions {
  readonly listen?: string
  readonly listenEverywhere?: true
  readonly tokenFile?: string
  readonly root: string
  readonly node?: string
  readonly deadline: number
  readonly logLevel: string
}

/** Serves until a signal; exits with 0. */
async function runAgent(options: Options): Promise<void> {
  const clock = realClock
  const end = ending(undefined, clock)
  const { env } = process
  const listen = listenOn(options, env)
  const admits = await admission(options.tokenFile, env['LONGHOLD_AGENT_TOKEN'], clock)
  const node = options.node || hostname()
  const version = readVersion()
  const stream = logStream(end.now)
  const log = jsonLog(options.logLevel, { node }, stream)
  const certificates = await certificatesFor(options, { clock, log })
  process.on('uncaughtException', error => {
    log.fatal({ err: error }, 'longhold agent has a bug and stops')
    process.exit(1)
  })
  const machine = machineAt(options.root, clock)
  const running = await startAgent({
    listen,
    admits,
    certificates,
    node,
    version,
    machine,
    deadlineMs: options.deadline,
    addressesOfNode: ownAddresses,
    clock,
    log,
  })
  const absent = absencesIn(await running.look())
  log.info(
    { version, listens: running.listens, token: admits !== admitsAll, tls: certificates !== undefined, absent },
    'longhold agent runs',
  )
  log.info({ reason: await end.reason }, 'stopping')
  await running.close()
  await Promise.race([stream.flushed(), clock.sleep(1000)])
  process.exit(0) // whatever still has a timer: everything of ours is closed, and the output is written
}

/** Authorities alone are no HTTPS: who believes that they guard the port is to know. */
async function certificatesFor(options: Options, world: Parameters<typeof tlsOf>[1]) {
  if (options.tlsCa && !options.tlsCert)
    throw new Problem('--tls-ca: expected --tls-cert and --tls-key beside it, found neither', 2)
  return tlsOf(options, world)
}

const usual = '127.0.0.1:7002'

function listenOn({ listen, listenEverywhere }: Options, { LONGHOLD_NODE_IP: ip }: NodeJS.ProcessEnv): Address {
  const [text, from] = listen
    ? [listen, '--listen or LONGHOLD_AGENT_LISTEN']
    : ip
      ? [ip, 'LONGHOLD_NODE_IP']
      : [usual, '']
  const address = parseAddress(text, 7002)
  if (!address || isIP(address.host) === 0)
    throw new Problem(`${from}: expected an IP address of this node such as ${usual}, found ${JSON.stringify(text)}`, 2)
  if (isEverywhere(address.host) && !listenEverywhere)
    throw new Problem(
      `${from}: ${formatAddress(address)} lets whoever reaches this node ask; listen on the node's own address, or say --listen-everywhere`,
      2,
    )
  return address
}

function admission(file: string | undefined, token: string | undefined, clock: Clock): Promise<Admits> | Admits {
  if (file) return admitsTokenIn(file, clock)
  return token ? admitsToken(token, 'LONGHOLD_AGENT_TOKEN') : admitsAll
}

/** Which sources have nothing to tell, and why: what this process is not allowed to is to be seen at its start. */
const absencesIn = (readings: Readings): Record<string, string> =>
  Object.fromEntries(
    Object.entries(readings).flatMap(([name, reading]) => ('absent' in reading ? [[name, reading.absent]] : [])),
  )

const help = `
It only reads, and tells a client of that client's own flows. It needs the node's network (hostNetwork); as root with CAP_NET_ADMIN and the
programs conntrack, iptables-save or nft, and ipvsadm it sees most. With less it runs all the same: its first line names what is absent, and why.

LONGHOLD_NODE_IP, where a pod gets it, is where it listens (port 7002). LONGHOLD_AGENT_TOKEN is the token itself. Clients find it with
longhold client --agent 10.0.0.7.

Examples:
  longhold agent                                       for clients that share the node's network
  longhold agent --listen 10.0.0.7 --token-file /etc/longhold/token
  longhold agent --listen 10.0.0.7 --tls-cert tls.crt --tls-key tls.key --tls-ca ca.crt
  longhold agent --root /host                          /proc and /sys of the host are mounted there
  curl -s 'http://127.0.0.1:7002/evidence?costly=no'
  curl -s 'http://127.0.0.1:7002/evidence?flow=tcp,10.244.1.10:40000,10.96.0.10:53'`
