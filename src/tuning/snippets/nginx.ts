import { defineTarget } from './target.ts'

export const nginx = defineTarget({
  name: 'nginx',
  title: 'nginx',
  language: 'nginx',
  text: ({ setting: { idleS, intervalS, count } }) => `# in http {}
server {
    listen 8080 so_keepalive=${idleS}s:${intervalS}s:${count};  # towards clients

    location / {
        proxy_pass http://127.0.0.1:9000;
        proxy_socket_keepalive on;  # towards the upstream, with the kernel's times
    }
}
`,
  notes: () => [
    'Towards upstreams nginx takes no times: set the sysctls of its pod or host as well (--for kubernetes, sysctl). The same two directives are there in stream {}.',
    'It cannot set the user timeout. Its own keepalive_timeout and proxy_timeout count data, not probes.',
  ],
})
