import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import type { Clock } from '../clock.ts'
import { startChild } from './child.ts'
import { reasonOf } from './reason.ts'
import { Absent, type Machine } from './source.ts'

/** Most bytes of a file or of what a command prints: the rules of ten thousand Services take less. */
const mostBytes = 8 * 1024 * 1024
/** Most bytes of an answer over HTTP. */
const mostBody = 1024 * 1024

/** The machine itself. `root` is where `/proc` and `/sys` are found: `/`, or a mount of the host's. Everything ends with the signal. */
export const machineAt =
  (root: string, clock: Clock) =>
  (signal: AbortSignal): Machine => ({
    clock,
    file: path => text(below(root, path), signal),
    list: path => readdir(below(root, path)).catch(refuse(below(root, path))),
    run: (command, args) => printed(command, args, signal),
    get: (url, headers) => body(url, headers ?? {}, signal),
  })

/** However many `..` a path has, such as that of a cgroup outside of the namespace we see. */
const below = (root: string, path: string): string => join(root, join('/', path))

/**
 * Reads to the end and not by size: files of /proc say they are empty. Most of them fit the first, small piece. Never waits
 * for somebody to write: a thread that hangs in there is one of four that all of Node's files share.
 */
async function text(path: string, signal: AbortSignal): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(refuse(path))
  try {
    const parts: Buffer[] = []
    let size = 0
    for (;;) {
      if (signal.aborted) throw new Absent(`${path}: too late`)
      const room = Buffer.allocUnsafe(size === 0 ? 4096 : 65_536)
      const { bytesRead } = await file.read(room, 0, room.length, null).catch(refuse(path))
      if (bytesRead === 0) return Buffer.concat(parts).toString('utf8')
      size += bytesRead
      if (size > mostBytes) throw new Absent(`${path} is larger than ${mostBytes} bytes`)
      parts.push(room.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

function printed(command: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  if (signal.aborted) return Promise.reject(new Absent(`${command}: too late`))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const { running, stdout, complaint, kill } = startChild(command, args)
  const giveUp = (why: string) => {
    reject(new Absent(`${command} ${why}`))
    kill()
  }
  const tooLate = () => giveUp('did not end in time')
  signal.addEventListener('abort', tooLate, { once: true })
  const parts: Buffer[] = []
  let size = 0
  stdout.on('data', (bytes: Buffer) => {
    size += bytes.length
    if (size <= mostBytes) parts.push(bytes)
    else giveUp(`printed more than ${mostBytes} bytes`)
  })
  running.on('error', error => reject(new Absent(`${command}: ${reasonOf(error)}`)))
  running.on('close', (code, killed) => {
    signal.removeEventListener('abort', tooLate)
    if (code === 0) resolve(Buffer.concat(parts).toString('utf8'))
    else reject(new Absent(`${command}: ${complaint() || (killed ?? `exit code ${code}`)}`))
  })
  return promise
}

async function body(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
  const { origin } = new URL(url)
  const answer = await request(url, { headers, signal, reset: true }).catch(refuse(origin)) // a connection kept for the next time may be one that the path forgot
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const bytes of answer.body as AsyncIterable<Buffer>) {
      size += bytes.length
      if (size > mostBody) throw new Absent(`${origin} answered with more than ${mostBody} bytes`)
      parts.push(bytes)
    }
  } catch (error) {
    throw error instanceof Absent ? error : new Absent(`${origin}: ${reasonOf(error)}`)
  }
  if (answer.statusCode !== 200) throw new Absent(`${origin} answered ${answer.statusCode}`)
  return Buffer.concat(parts).toString('utf8')
}

const refuse =
  (path: string) =>
  (error: unknown): never => {
    throw new Absent(`${path}: ${reasonOf(error)}`)
  }
