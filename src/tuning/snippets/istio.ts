import { defineTarget } from './target.ts'

export const istio = defineTarget({
  name: 'istio',
  title: 'Istio',
  language: 'yaml',
  text: ({ setting: { idleS, intervalS, count } }) => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: keepalive
spec:
  host: my-service.default.svc.cluster.local
  trafficPolicy:
    connectionPool:
      tcp:
        tcpKeepalive:
          time: ${idleS}s
          interval: ${intervalS}s
          probes: ${count}
`,
  notes: () => [
    'It is for connections from the sidecar to the service; for all of the mesh: meshConfig.tcpKeepalive, with the same three.',
    'The sidecar’s own idle timeout, 1 h by default (connectionPool.tcp.idleTimeout), counts data, not probes.',
    'Towards clients, and for the user timeout, an EnvoyFilter is needed (--for envoy).',
  ],
})
