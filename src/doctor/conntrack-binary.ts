import { cleanUpOf } from '../evidence/kube-proxy/clean-up.ts'
import { kubeProxy } from '../evidence/kube-proxy/facts.ts'
import { defineCheck, ok, unknown, untold, wrong } from './check.ts'

/** Up to 1.31, kube-proxy cleans up with the program `conntrack`, and only complains in its log where that is missing. */
export const conntrackBinary = defineCheck({
  name: 'conntrack-binary',
  judge(node) {
    const proxy = node.now(kubeProxy)
    if (!proxy) return untold(node, kubeProxy)
    const { version, conntrackBinary: has, running, reachable } = proxy
    if (running === false && !reachable) return ok('no kube-proxy runs here')
    const by = version === undefined ? undefined : cleanUpOf(version)?.by
    if (by === 'netlink') return ok(`kube-proxy ${version} asks the kernel itself, and needs no conntrack program`)
    if (has === true) return ok('kube-proxy finds the conntrack program')
    const who = version === undefined ? 'kube-proxy (its version cannot be told)' : `kube-proxy ${version}`
    if (has === undefined) return unknown(`whether ${who} finds the conntrack program cannot be seen`)
    if (by === undefined) return unknown(`${who} finds no conntrack program; up to 1.31 it needs one`, fix)
    return wrong(`${who} finds no conntrack program: UDP entries of endpoints that are gone are never cleaned up`, fix)
  },
})

const fix = [
  'apt-get install conntrack   # or conntrack-tools, on the node or in the image that kube-proxy runs from',
  '# or kube-proxy 1.32 and later, which needs none',
]
