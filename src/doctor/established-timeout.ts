import { defineCheck, ok, willBite } from './check.ts'
import { judgeSetting, set, settingOf } from './settings.ts'

const name = 'net.netfilter.nf_conntrack_tcp_timeout_established'
const keepalive = 'net.ipv4.tcp_keepalive_time'

/** A host that trusts the kernel's keepalive sends its first probe after conntrack has forgotten the connection. */
export const establishedTimeout = defineCheck({
  name: 'established-timeout',
  judge: node =>
    judgeSetting(node, name, timeout => {
      const idle = settingOf(node, keepalive)
      if (idle === undefined) return ok(`conntrack forgets an idle connection after ${timeout} s`)
      const says = `conntrack forgets an idle connection after ${timeout} s`
      if (timeout > idle) return ok(`${says}, the default keepalive begins after ${idle} s`)
      return willBite(
        `${says}, before the default keepalive begins (${idle} s): the first probe is the packet that kills`,
        [
          ...set(name, 86_400),
          '# kube-proxy sets it at its start: conntrack: {tcpEstablishedTimeout: 24h0m0s}',
          `# or keepalive well below it, in the application or as a sysctl of the pod: ${keepalive}=${Math.floor(timeout / 3)}`,
        ],
      )
    }),
})
