import type { Attempt } from '../attempts.ts'

/** `hosts`: the dead backends' addresses, where they are known. */
export function remedy(called: readonly Attempt[], hosts: readonly string[]): readonly string[] {
  const remotes = new Map(called.flatMap(({ proto, symptom }) => (symptom?.flow ? [[symptom.flow.remote, proto]] : [])))
  if (hosts.length === 0)
    return [
      '# Find the endpoint that no pod has: compare the two.',
      'kubectl get endpointslices --all-namespaces -o wide',
      'kubectl get pods --all-namespaces -o wide',
    ]
  return hosts.flatMap(host => [
    `# Does a pod have ${host}? Then it is not ready to serve, and wants a readiness probe; restart it.`,
    `kubectl get pods --all-namespaces -o wide --field-selector=status.podIP=${host}`,
    `# Is it still an endpoint? Then whoever keeps the EndpointSlice has to take it out.`,
    `kubectl get endpointslices --all-namespaces -o wide | grep -w '${host}'`,
    '# Neither? Then kube-proxy on this node is behind: restart it. In IPVS mode the server can be taken out by hand:',
    ...[...remotes].map(([remote, proto]) => `ipvsadm -d -${proto === 'udp' ? 'u' : 't'} ${remote} -r ${host}:PORT`),
    '# Ports that went on asking it keep their entry until it is deleted:',
    `conntrack -D -p udp --reply-src ${host}`,
  ])
}
