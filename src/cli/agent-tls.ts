import type { Command } from 'commander'
import type { Clock } from '../clock.ts'
import { Problem } from '../outcome/problem.ts'
import { type Peer, peerOf } from '../secrets/peer.ts'
import { stderrLog } from './stderr-log.ts'
import { type TlsOptions, tlsOf, withTls } from './tls-options.ts'

/** How an agent is asked that talks TLS. */
export interface AgentTlsOptions extends TlsOptions {
  readonly tlsName: string
}

/** For commands that ask an agent and end. */
export const withAgentTls = (command: Command): Command =>
  withTls(command, words, 'LONGHOLD_EVIDENCE_TLS').option(
    '--tls-name <name>',
    'the name its certificate has to bear',
    'longhold-agent',
  )

const words = {
  cert: 'the certificate to ask that agent with',
  ca: 'ask it over HTTPS: its certificate is signed by one of these',
}

/** The agent as the flags say it is known; `undefined` where it is asked over plain HTTP. */
export async function agentPeer(options: AgentTlsOptions, clock: Clock): Promise<Peer | undefined> {
  if (options.tlsCert && !options.tlsCa) throw new Problem('--tls-cert: expected --tls-ca beside it, found nothing', 2)
  return peerOf(options.tlsName, await tlsOf(options, { clock, log: stderrLog }))
}
