import type { Emptiness } from './emptiness.ts'

export function remedy(host: string, emptiness: readonly Emptiness[]): readonly string[] {
  const isKnown = emptiness.some(({ by }) => by === 'cluster')
  return [
    '# Which Service is it, and why has it no endpoint? Pods that are not ready, or a selector that fits none.',
    `kubectl get services --all-namespaces -o wide | grep -w '${host}'`,
    'kubectl get endpointslices --namespace NAMESPACE --selector kubernetes.io/service-name=NAME -o wide',
    'kubectl get pods --namespace NAMESPACE -o wide',
    ...(isKnown || emptiness.length === 0
      ? []
      : ['# It has some? Then kube-proxy on this node is behind. Its log says why; restart it.']),
  ]
}
