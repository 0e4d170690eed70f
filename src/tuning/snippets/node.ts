import { defineTarget } from './target.ts'

export const node = defineTarget({
  name: 'node',
  title: 'Node.js',
  language: 'javascript',
  text: ({
    setting: { idleS, intervalS, count },
  }) => `/** Give it every socket: of net.connect() and tls.connect(), of a server's 'connection' event. */
export function keepAlive(socket) {
  // on, idle ms, interval ms, count: Node.js 24.19 and 26.4, and later
  socket.setKeepAlive(true, ${idleS * 1000}, ${intervalS * 1000}, ${count})
}
`,
  notes: ({ setting: { idleS } }) => [
    `Older versions, 20, 22 and 25 among them, take the idle time and then set an interval of 1 s and 10 probes, whatever the sysctls say: a dead peer is noticed after ${idleS + 10} s.`,
    'Node.js cannot set the user timeout: give every exchange a deadline of its own.',
    `An HTTP agent sets its idle sockets anew, to 1 s unless it is told, with an interval of 1 s and 10 probes: new http.Agent({ keepAlive: true, keepAliveMsecs: ${idleS * 1000} }).`,
  ],
})
