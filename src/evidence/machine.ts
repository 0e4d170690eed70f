import { spawn } from 'node:child_process'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import type { Clock } from '../clock.ts'
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
    file: path => text(join(root, path), signal),
    list: path => readdir(join(root, path)).catch(refuse(path)),
    run: (command, args) => printed(command, args, signal),
    get: (url, headers) => body(url, headers ?? {}, signal),
  })

/** Reads to the end and not by size: files of /proc say they are empty. */
async function text(path: string, signal: AbortSignal): Promise<string> {
  const file = await open(path).catch(refuse(path))
  try {
    const parts: Buffer[] = []
    let size = 0
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, null).catch(refuse(path))
      if (bytesRead === 0) return Buffer.concat(parts).toString('utf8')
      size += bytesRead
      if (size > mostBytes) throw new Absent(`${path} is larger than ${mostBytes} bytes`)
      parts.push(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

function printed(command: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' })
  const parts: Buffer[] = []
  let size = 0
  let complaint = ''
  child.stdout.on('data', (bytes: Buffer) => {
    size += bytes.length
    if (size <= mostBytes) parts.push(bytes)
    else child.kill('SIGKILL')
  })
  child.stderr.on('data', (bytes: Buffer) => (complaint = `${complaint}${bytes.toString()}`.slice(0, 500)))
  child.on('error', error => reject(new Absent(`${command}: ${reasonOf(error)}`)))
  child.on('close', code => {
    if (size > mostBytes) reject(new Absent(`${command} printed more than ${mostBytes} bytes`))
    else if (code === 0) resolve(Buffer.concat(parts).toString('utf8'))
    else reject(new Absent(`${command}: ${complaint.trim().split('\n')[0] || `exit code ${code}`}`))
  })
  return promise
}

async function body(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
  const { origin } = new URL(url)
  const answer = await request(url, { headers, signal }).catch((error: unknown) => {
    throw new Absent(`${origin}: ${reasonOf(error)}`)
  })
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

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return 'not there (ENOENT)'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
