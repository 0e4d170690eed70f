import { defineTarget } from './target.ts'

/** Safe sysctls: any pod may set them, under Pod Security baseline and restricted as well. */
export const kubernetes = defineTarget({
  name: 'kubernetes',
  title: 'Kubernetes, in the spec of a pod',
  language: 'yaml',
  text: ({
    setting: { idleS, intervalS, count },
  }) => `# in the pod's spec (of a Deployment: spec.template.spec), not in a container's
securityContext:
  sysctls:
    - name: net.ipv4.tcp_keepalive_time
      value: "${idleS}"
    - name: net.ipv4.tcp_keepalive_intvl
      value: "${intervalS}"
    - name: net.ipv4.tcp_keepalive_probes
      value: "${count}"
`,
  notes: () => [
    'These three are safe sysctls from Kubernetes 1.29 on; before, kubelet needs --allowed-unsafe-sysctls. A pod with hostNetwork may not set them.',
    'They apply to sockets with SO_KEEPALIVE that set no times themselves: Node.js and Go do set their own.',
    'The pod is made anew. There is no sysctl for the user timeout.',
  ],
})
