import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { openSync, closeSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { stillRunning } from '../../test/still-running.ts'
import { realClock } from '../clock.ts'
import { machineAt } from './machine.ts'

const root = mkdtempSync(join(tmpdir(), 'longhold-root-'))
afterAll(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, 'proc'))

const patient = machineAt(root, realClock)(new AbortController().signal)
const hurried = (ms: number) => machineAt(root, realClock)(AbortSignal.timeout(ms))
const put = (name: string, text: string | Buffer) => writeFileSync(join(root, 'proc', name), text)

describe('a file', () => {
  test('of /proc is read to its end, though it says that it is empty', async () => {
    const text = await machineAt('/', realClock)(new AbortController().signal).file('proc/self/mountinfo')
    expect(text.length).toBeGreaterThan(0)
    expect(text.at(-1)).toBe('\n')
  })

  test.each([0, 1, 4095, 4096, 4097, 69_632, 1_000_000])('of %i bytes comes whole', async size => {
    put('sized', 'x'.repeat(size))
    expect((await patient.file('proc/sized')).length).toBe(size)
  })

  test('keeps characters whole that lie across two pieces', async () => {
    put('wide', 'ä'.repeat(50_000).padStart(50_001, 'x'))
    expect(await patient.file('proc/wide')).toBe('ä'.repeat(50_000).padStart(50_001, 'x'))
  })

  test('with hostile bytes is text all the same', async () => {
    put('bytes', Buffer.from([0, 0xff, 0xfe, 0x80, 10]))
    expect(await patient.file('proc/bytes')).toBe('\0\ufffd\ufffd\ufffd\n')
  })

  test('that is not there is absent, and says where it was looked for', async () => {
    await expect(patient.file('proc/nosuch')).rejects.toMatchObject({
      name: 'AbsentError',
      message: `${root}/proc/nosuch: not there (ENOENT)`,
    })
  })

  test('that is a folder is absent', async () => {
    await expect(patient.file('proc')).rejects.toMatchObject({ name: 'AbsentError', message: `${root}/proc: EISDIR` })
  })

  test('without end is absent, and soon', async () => {
    symlinkSync('/dev/zero', join(root, 'proc/zero'))
    await expect(patient.file('proc/zero')).rejects.toMatchObject({
      name: 'AbsentError',
      message: expect.stringContaining('is larger than 8388608 bytes'),
    })
  })

  test('nobody writes to is not waited for: more of them than Node has threads', async () => {
    execFileSync('mkfifo', [join(root, 'proc/fifo')])
    const texts = await Promise.all(Array.from({ length: 8 }, () => patient.file('proc/fifo')))
    expect(texts.join('')).toBe('')
  })

  test('somebody holds open and never writes to is absent', async () => {
    execFileSync('mkfifo', [join(root, 'proc/held')])
    const held = openSync(join(root, 'proc/held'), 'r+')
    await expect(patient.file('proc/held')).rejects.toMatchObject({ name: 'AbsentError', message: /EAGAIN/ })
    closeSync(held)
  })

  test('above the root is not reached', async () => {
    await expect(patient.file('../../../../../../etc/passwd')).rejects.toMatchObject({
      message: `${root}/etc/passwd: not there (ENOENT)`,
    })
  })

  test('is not read when it is too late', async () => {
    put('late', 'x')
    const machine = machineAt(root, realClock)(AbortSignal.abort())
    await expect(machine.file('proc/late')).rejects.toMatchObject({ name: 'AbsentError', message: /too late/ })
  })
})

describe('a folder', () => {
  test('gives its names', async () => {
    mkdirSync(join(root, 'sys/eth0.100'), { recursive: true })
    expect(await patient.list('sys')).toEqual(['eth0.100'])
  })

  test.each(['nosuch', 'proc/sized'])('that is none is absent: %s', async path => {
    await expect(patient.list(path)).rejects.toMatchObject({ name: 'AbsentError' })
  })
})

describe('a command', () => {
  test('gives what it printed', async () => {
    expect(await patient.run('printf', ['%s\n', 'a', 'b'])).toBe('a\nb\n')
  })

  test.each([
    ['is not installed', 'longhold-nosuch', [], 'longhold-nosuch: not there (ENOENT)'],
    ['fails and says why', 'sh', ['-c', 'echo first >&2; echo second >&2; exit 4'], 'sh: first'],
    ['fails in silence', 'false', [], 'false: exit code 1'],
    ['dies', 'sh', ['-c', 'kill -SEGV $$'], 'sh: SIGSEGV'],
    ['may not be run', root, [], `${root}: EACCES`],
  ])('that %s is absent', async (_, command, args, message) => {
    await expect(patient.run(command, args)).rejects.toMatchObject({ name: 'AbsentError', message })
  })

  test('that complains without end is told with one short line', async () => {
    const why = await patient.run('sh', ['-c', 'head -c 3000000 /dev/zero | tr "\\0" x >&2; exit 1']).catch(String)
    expect(why).toBe(`AbsentError: sh: ${'x'.repeat(300)}`)
  })

  test.each([
    ['prints for ever', 'exec yes'],
    ['prints for ever through a child of its own', 'yes; true'],
  ])('that %s is ended, and nothing of it is left', async (_, script) => {
    const mark = `longhold-${randomInt(1e12)}`
    await expect(patient.run('sh', ['-c', `export MARK=${mark}; ${script}`])).rejects.toMatchObject({
      name: 'AbsentError',
      message: 'sh printed more than 8388608 bytes',
    })
    await expect.poll(() => stillRunning(mark)).toEqual([])
  })

  test.each([
    ['hangs', 'sleep 1000'],
    ['ignores SIGTERM', 'trap "" TERM INT HUP; sleep 1000; sleep 1000'],
    ['leaves its output to a child', 'sleep 1000 & exit 0'],
    ['complains for ever', 'yes >&2'],
  ])('that %s ends with the signal, and nothing of it is left', async (_, script) => {
    const mark = `longhold-${randomInt(1e12)}`
    const began = performance.now()
    await expect(hurried(300).run('sh', ['-c', `export MARK=${mark}; ${script}; true`])).rejects.toMatchObject({
      name: 'AbsentError',
      message: 'sh did not end in time',
    })
    expect(performance.now() - began).toBeLessThan(5000)
    await expect.poll(() => stillRunning(mark)).toEqual([])
  })

  test('is not even started when it is too late', async () => {
    const file = join(root, 'started')
    const machine = machineAt(root, realClock)(AbortSignal.abort())
    await expect(machine.run('touch', [file])).rejects.toMatchObject({ message: 'touch: too late' })
    await expect(patient.run('cat', [file])).rejects.toMatchObject({ name: 'AbsentError' })
  })

  test('may be one of many at once, without a warning', async () => {
    const warned: Error[] = []
    const hear = (warning: Error) => warned.push(warning)
    process.on('warning', hear)
    await Promise.all(Array.from({ length: 24 }, () => patient.run('true', [])))
    await new Promise(setImmediate)
    process.off('warning', hear)
    expect(warned).toEqual([])
  })
})

describe('an answer over HTTP', () => {
  test('is its body, and headers are sent', async () => {
    await using server = await serving((request, response) => response.end(String(request.headers['x-token'])))
    expect(await patient.get(`${server.origin}/a?b=c`, { 'x-token': 'ours' })).toBe('ours')
  })

  test.each<[string, RequestListener, RegExp]>([
    ['an error', (_, response) => response.writeHead(503).end('busy'), /answered 503$/],
    ['elsewhere', (_, response) => response.writeHead(302, { location: '/there' }).end(), /answered 302$/],
    ['half', (_, response) => response.write('half', () => response.destroy()), /: \w+/],
    ['no HTTP', (_, response) => response.socket?.end('hello\r\n\r\n'), /: \w+/],
    ['endless headers', (_, response) => response.socket?.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(1e6)}`), /: \w+/],
    ['a flood', flood, /answered with more than 1048576 bytes$/],
    ['nothing', () => {}, /: \w+/],
    ['half, and then nothing', (_, response) => void response.write('half'), /: \w+/],
  ])('that is %s is absent, and no connection is left', async (_, listener, message) => {
    await using server = await serving(listener)
    const began = performance.now()
    await expect(hurried(500).get(server.origin)).rejects.toMatchObject({
      name: 'AbsentError',
      message: expect.stringMatching(message),
    })
    expect(performance.now() - began).toBeLessThan(5000)
    await expect.poll(server.connections).toBe(0)
  })

  test('that nobody gives is absent, and where it was asked for is told without what was asked', async () => {
    const server = await serving(() => {})
    await server[Symbol.asyncDispose]()
    await expect(patient.get(`${server.origin}/secret?token=1`)).rejects.toMatchObject({
      name: 'AbsentError',
      message: `${server.origin}: ECONNREFUSED`,
    })
  })
})

const flood: RequestListener = (_, response) => {
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536)));
  }
  response.on('drain', more)
  more()
}

async function serving(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => new Promise(resolve => server.getConnections((_, count) => resolve(count))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      if (server.listening) await new Promise(resolve => server.close(resolve))
    },
  }
}

test('a command without descriptors for its pipes is absent, with the reason, and we live on', () => {
  const child = fileURLToPath(new URL('../../test/children/runs-without-descriptors.ts', import.meta.url))
  const said = execFileSync('sh', ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, child], {
    encoding: 'utf8',
  })
  expect(JSON.parse(said)).toEqual([
    expect.stringMatching(/^true: .*EMFILE/),
    expect.stringMatching(/^true: .*EMFILE/),
    'there again\n',
  ])
})
