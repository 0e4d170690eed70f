import { defineTarget } from './target.ts'

export const python = defineTarget({
  name: 'python',
  title: 'Python',
  language: 'python',
  text: ({ setting: { idleS, intervalS, count, userTimeoutMs } }) => `import socket


def keep_alive(sock):
    """Linux. Of a listening socket, what it accepts inherits them."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, ${idleS})
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, ${intervalS})
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, ${count})
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, ${userTimeoutMs})  # ms
`,
  notes: () => [
    'asyncio: writer.get_extra_info("socket"). urllib3 and requests: HTTPConnection.default_socket_options, a list of the same triples.',
  ],
})
