import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { Problem } from '../../src/outcome/problem.ts'
import { missingForGuest } from './guest/needs.ts'
import { isInstalled } from './installed.ts'
import type { Mode } from './seen/incident.ts'

const run = promisify(execFile)

/** Problem, with what to do, when this machine cannot run these modes. Nothing is ever skipped in silence. */
export async function refuseWithout(wanted: readonly Mode[]): Promise<void> {
  if (process.platform !== 'linux') throw new Problem(`this is ${process.platform}: failures are staged on Linux only`)
  if (process.getuid?.() !== 0) throw new Problem('only root can make network namespaces: run it as root')
  const missing = Object.entries(tools).filter(([tool]) => !isInstalled(tool))
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ')
    throw new Problem(
      `${missing.map(([tool]) => `"${tool}"`).join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing: run "npm run test:packages", or install ${packages}`,
    )
  }
  const missingThere = wanted.includes('ipvs') && !hasIpvs() ? missingForGuest() : undefined
  if (missingThere !== undefined) throw new Problem(missingThere)
  await run('unshare', ['--mount', '--pid', '--net', '--fork', '--mount-proc', 'true']).catch(() => {
    throw new Problem(
      'this machine does not let root make namespaces (unshare failed): a container needs CAP_SYS_ADMIN',
    )
  })
  await run('unshare', [
    '--net',
    'sh',
    '-c',
    'iptables -t nat -S && nft list ruleset && test -r /proc/net/stat/nf_conntrack',
  ]).catch(() => {
    throw new Problem('this kernel lacks nf_conntrack, NAT or nftables (CONFIG_NF_CONNTRACK, NF_NAT, NF_TABLES)')
  })
}

/** Whether this kernel does IPVS; where it does not, a guest's kernel has to. */
export const hasIpvs = (): boolean => existsSync('/proc/net/ip_vs')

/** Tools, and the Debian packages that bring them. */
const tools = {
  unshare: 'util-linux',
  setpriv: 'util-linux',
  nsenter: 'util-linux',
  mount: 'mount',
  ip: 'iproute2',
  sysctl: 'procps',
  iptables: 'iptables',
  nft: 'nftables',
  conntrack: 'conntrack',
  nsd: 'nsd',
  tcpdump: 'tcpdump',
} as const
