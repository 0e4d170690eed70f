import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { readOptions } from '../../src/kernel/socket-options.ts'
import { kernelDefault, type Setting } from '../../src/tuning/advice/setting.ts'
import { freePort } from '../free-port.ts'
import { launcher, written } from '../cli/longhold.ts'
import { namespace } from '../namespace.ts'
import { type Ends, optionsOfForeign } from './foreign-socket.ts'
import { postgresServer } from './postgres.ts'
import { connected, directory, holder, isThere, program, ran } from './program.ts'
import { textOf, usual } from './wanted.ts'

/** What is advised, and what is left of it where a program cannot set the user timeout. */
const whole: Setting = usual.setting
const withoutUserTimeout: Setting = { ...whole, userTimeoutMs: 0 }

describe('Node.js', () => {
  test('both ends of a connection', async () => {
    const { keepAlive } = (await import(`data:text/javascript,${encodeURIComponent(textOf('node'))}`)) as {
      keepAlive: (socket: unknown) => void
    }
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
    const [[accepted]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')])
    for (const each of [socket, accepted]) {
      keepAlive(each)
      const { idleS, intervalS, count } = whole
      expect(readOptions(each)).toEqual({ keepalive: { idleS, intervalS, count }, userTimeoutMs: 0 })
      each.destroy()
    }
    server.close()
  })
})

describe('Python', () => {
  test('a client', async () => {
    using peer = await holder()
    const connects = `\nsock = socket.create_connection(("127.0.0.1", ${peer.port}))\nkeep_alive(sock)\nprint("ready", flush=True)\nsock.recv(1)\n`
    await using python = program('python3', ['-c', textOf('python') + connects])
    await ready(python)
    await has(python, { remotePort: peer.port }, whole)
  })

  test('what a server accepts inherits them', async () => {
    const port = await freePort()
    const listens = `\nlistening = socket.create_server(("127.0.0.1", ${port}))\nkeep_alive(listening)\nprint("ready", flush=True)\nlistening.accept()[0].recv(1)\n`
    await using python = program('python3', ['-c', textOf('python') + listens])
    await ready(python)
    using socket = disposable(await connected(port))
    await has(python, { localPort: port }, whole)
    expect(socket.readyState).toBe('open')
  })
})

// As heavy as all other packages together, and Debian's Go is too old: where they are, they are asked.
describe.skipIf(!isThere('java'))('Java', () => {
  test('a client', async () => {
    using peer = await holder()
    const main = `
class Main {
    public static void main(String[] args) throws Exception {
        Socket socket = new Socket("127.0.0.1", ${peer.port});
        KeepAlive.on(socket);
        System.out.println("ready");
        socket.getInputStream().read();
    }
}
`
    // A file that is run as it is starts with its first class.
    const [imports, rest] = textOf('java').split(/(?=final class)/)
    using dir = directory({ 'Main.java': `${imports}${main}${rest}` })
    await using java = program('java', ['-Xshare:auto', '-XX:TieredStopAtLevel=1', dir.file('Main.java')])
    await ready(java)
    await has(java, { remotePort: peer.port }, withoutUserTimeout)
  })
})

const goVersion = isThere('go') ? Number(/go1\.(\d+)/.exec(ran('go', ['version']).stdout)?.[1]) : 0

describe.skipIf(goVersion < 23)('Go', () => {
  test('a client, and what a server accepts', async () => {
    using peer = await holder()
    const port = await freePort()
    const main = `
func main() {
	listener, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:${port}")
	if err != nil {
		panic(err)
	}
	connection, err := dialer.Dial("tcp", "127.0.0.1:${peer.port}")
	if err != nil {
		panic(err)
	}
	println("ready")
	accepted, _ := listener.Accept()
	accepted.Read(make([]byte, 1))
	connection.Close()
}
`
    const text = textOf('go').replace('import (', 'import (\n\t"context"')
    using dir = directory({ 'main.go': `package main\n\n${text}${main}`, 'go.mod': 'module snippet\n\ngo 1.23\n' })
    expect(ran('go', ['build', '-C', dir.path, '-o', dir.file('snippet'), '.']).said).toBe('')
    await using go = program(dir.file('snippet'), [])
    await ready(go)
    using socket = disposable(await connected(port))
    await has(go, { remotePort: peer.port }, whole)
    await has(go, { localPort: port }, whole)
    expect(socket.readyState).toBe('open')
  })
})

test('nginx: clients get the times, upstreams those of the kernel', async () => {
  using peer = await holder()
  const port = await freePort()
  const snippet = textOf('nginx').replace('8080', `127.0.0.1:${port}`).replace('9000', String(peer.port))
  using dir = directory()
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(each => `${each}_temp_path ${dir.path};`)
  const conf = `user root;\ndaemon off;\nmaster_process off;\npid ${dir.file('pid')};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${paths.join('\n')}\n${snippet}}\n`
  using etc = directory({ 'nginx.conf': conf })
  await using nginx = program('nginx', ['-p', dir.path, '-e', 'stderr', '-c', etc.file('nginx.conf')])
  using socket = disposable(await connected(port, nginx.said))
  await has(nginx, { localPort: port }, withoutUserTimeout)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await has(nginx, { remotePort: peer.port }, { ...kernelDefault })
})

test('HAProxy: both sides', async () => {
  using peer = await holder()
  const port = await freePort()
  const snippet = textOf('haproxy')
    .replace(':8080', `127.0.0.1:${port}`)
    .replace('127.0.0.1:9000', `127.0.0.1:${peer.port}`)
  using dir = directory({ 'haproxy.cfg': snippet })
  await using haproxy = program('haproxy', ['-db', '-f', dir.file('haproxy.cfg')])
  using socket = disposable(await connected(port, haproxy.said))
  await has(haproxy, { localPort: port }, whole)
  await has(haproxy, { remotePort: peer.port }, whole)
  expect(socket.readyState).toBe('open')
})

test('Redis takes the idle time and makes the rest; redis-py takes all', async () => {
  const port = await freePort()
  using dir = directory({ 'redis.conf': `bind 127.0.0.1\nport ${port}\nsave ""\n${textOf('redis')}` })
  await using redis = program('redis-server', [dir.file('redis.conf'), '--dir', dir.path])
  const uses = textOf('redis-py').replace('"redis"', '"127.0.0.1"').replace('6379', String(port))
  using first = disposable(await connected(port, redis.said))
  await has(
    redis,
    { localPort: port, remotePort: first.localPort ?? 0 },
    {
      idleS: whole.idleS,
      intervalS: Math.floor(whole.idleS / 3),
      count: 3,
      userTimeoutMs: 0,
    },
  )
  await using python = program('/usr/bin/python3', [
    '-c',
    `${uses}\nimport sys\nclient.ping()\nprint("ready", flush=True)\nsys.stdin.read()\n`,
  ])
  await ready(python)
  await has(python, { remotePort: port }, whole)
})

test('PostgreSQL, and a client made of libpq', async () => {
  await using postgres = await postgresServer(textOf('postgresql'))
  using socket = disposable(await connected(postgres.port, postgres.said))
  await has(postgres, { localPort: postgres.port, remotePort: socket.localPort ?? 0 }, whole)
  const conninfo = textOf('libpq')
    .trim()
    .replace('host=db dbname=app', `host=127.0.0.1 port=${postgres.port} dbname=postgres`)
  await using psql = program(postgres.psql, [
    `${conninfo} user=postgres`,
    '-c',
    '\\echo ready',
    '-c',
    'select pg_sleep(60)',
  ])
  await ready(psql)
  await has(psql, { remotePort: postgres.port }, whole)
})

const { idleS, intervalS, count } = whole

test('sysctl takes its file, and a socket that only turns keepalive on has the times', async () => {
  await using inside = await namespace('')
  using dir = directory({ 'keepalive.conf': textOf('sysctl') })
  const asks = `import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
print([s.getsockopt(socket.IPPROTO_TCP, o) for o in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)])`
  expect(await inside.run(`sysctl -q -p ${dir.file('keepalive.conf')}\npython3 -c '${asks}'`)).toBe(
    `[${idleS}, ${intervalS}, ${count}]\n`,
  )
})

test('longhold’s own cohort has what is advised, and the one beside it nothing', async () => {
  const port = await freePort()
  const here = `127.0.0.1:${port}`
  const [advised, without] = textOf('longhold')
    .split(/(?=^ {2}- kind)/m)
    .slice(1)
  for (const [cohort, expected] of [
    [advised, whole],
    [without, 'off'],
  ] as const) {
    const halves = `server:\n  tcp-hold: {listen: '${here}'}\n  http-hold: off\n  udp-echo: off\n  dns: off\n`
    const file = await written(
      `probes:\n${(cohort ?? '').replace('my-service:7000', here)}    connections: 1\n    spread: 0s\n${halves}web: off\njournal: off\n`,
    )
    await using pair = program(process.execPath, [launcher, 'pair', '--config', file])
    await has(pair, { remotePort: port }, expected)
  }
})

/** Programs set options once they have connected or accepted: sooner or later the kernel has them. */
async function has({ pid }: { readonly pid: number }, ends: Ends, expected: Setting | 'off'): Promise<void> {
  await expect.poll(() => optionsOfForeign(pid, ends), { timeout: 10_000 }).toEqual(expected)
}

async function ready({ said }: { said: () => string }): Promise<void> {
  await expect.poll(said, { timeout: 30_000 }).toContain('ready')
}

const disposable = <T extends { destroy(): unknown }>(socket: T) =>
  Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() })
