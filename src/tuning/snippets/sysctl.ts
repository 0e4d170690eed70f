import { defineTarget } from './target.ts'

/** The lines of sysctl.conf(5), for whoever turns keepalive on and sets no times of its own. */
export const sysctl = defineTarget({
  name: 'sysctl',
  title: 'sysctl of a host',
  language: 'sysctl',
  text: ({ setting: { idleS, intervalS, count } }) => `# /etc/sysctl.d/90-keepalive.conf, then: sysctl --system
net.ipv4.tcp_keepalive_time = ${idleS}
net.ipv4.tcp_keepalive_intvl = ${intervalS}
net.ipv4.tcp_keepalive_probes = ${count}
`,
  notes: () => [
    'It applies to sockets with SO_KEEPALIVE that set no times themselves, at once; IPv6 included.',
    'Pods have a network namespace of their own, which begins with the kernel’s 7200 s, whatever the host has.',
    'There is no sysctl for the user timeout.',
  ],
})
