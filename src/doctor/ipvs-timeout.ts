import { ipvs } from '../evidence/ipvs/facts.ts'
import { defineCheck, ok, unknown, willBite } from './check.ts'
import { judgeIpvs } from './proxying.ts'
import { settingOf } from './settings.ts'

const keepalive = 'net.ipv4.tcp_keepalive_time'
/** Of the kernel, s. */
const usual = 900

/** IPVS has its own timer, whatever conntrack's says, and resets whoever speaks after it. */
export const ipvsTimeout = defineCheck({
  name: 'ipvs-timeout',
  judge: node =>
    judgeIpvs(node, () => {
      const idle = settingOf(node, keepalive)
      const tcp = node.now(ipvs)?.timeouts?.tcp
      const fix = [
        ...(idle === undefined ? [] : [`ipvsadm --set ${idle + 600} 0 0`]),
        `# kube-proxy sets it at its start: ipvs: {tcpTimeout: ${(idle ?? 7200) + 600}s}`,
        `# or keepalive well below it, in the application or as a sysctl of the pod: ${keepalive}=${Math.floor((tcp ?? usual) / 3)}`,
      ]
      if (tcp === undefined)
        return unknown(
          `the timeouts of IPVS cannot be read (ipvsadm, CAP_NET_ADMIN); it is ${usual} s where nobody set it`,
          fix,
        )
      const says = `IPVS forgets an idle connection after ${tcp} s`
      if (idle === undefined) return unknown(`${says}; when the default keepalive begins cannot be read`, fix)
      if (tcp > idle) return ok(`${says}, the default keepalive begins after ${idle} s`)
      return willBite(
        `${says}, long before the default keepalive begins (${idle} s): whoever speaks then is reset`,
        fix,
      )
    }),
})
