import type { Server } from '../servers.ts'

export const remedy = ({ pod, node }: Server, wasCut: boolean): readonly string[] => [
  '# What ended it? Out of memory, a failed liveness probe, an eviction, a node that died.',
  `kubectl describe pod --all-namespaces | grep -A20 -w '${pod}'`,
  `kubectl get events --all-namespaces --field-selector involvedObject.name=${pod}`,
  ...(node === undefined || node === '' ? [] : [`kubectl describe node ${node}`]),
  ...(wasCut
    ? ['# Let it say goodbye: handle SIGTERM, and give it time (terminationGracePeriodSeconds).']
    : [
        '# Who does not speak finds out by keepalive only. Set it on both sides; three probes of 10 s find a dead peer in a minute and a half:',
        '# TCP_KEEPIDLE=60 TCP_KEEPINTVL=10 TCP_KEEPCNT=3, in Node.js socket.setKeepAlive(true, 60_000, 10_000, 3)',
        '# Who speaks waits for its retransmissions, 15 minutes by default: a deadline of its own, or TCP_USER_TIMEOUT, ends that.',
      ]),
]
