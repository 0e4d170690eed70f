import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A directory of its own, gone with the test. */
export function directory(files: Readonly<Record<string, string>> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'longhold-tuning-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return {
    path,
    file: (name: string) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** A program that runs until the test is over. */
export function program(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += String(chunk)))
  const over = once(child, 'exit')
  return {
    pid: child.pid ?? 0,
    said: () => said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await Promise.race([over, sleep(5000).then(() => child.kill('SIGKILL'))])
    },
  }
}

/** Connects as soon as somebody listens. */
export async function connected(port: number, said: () => string = () => ''): Promise<Socket> {
  for (let tries = 0; tries < 400; tries++) {
    const socket = connect(port, '127.0.0.1')
    const [error] = await Promise.race([
      once(socket, 'connect').then(() => []),
      once(socket, 'error') as Promise<[Error]>,
    ]).catch((error: unknown) => [error])
    if (!error) return socket.on('error', () => {})
    socket.destroy()
    await sleep(25)
  }
  throw new Error(`nobody listens on ${port}: ${said()}`)
}

/** Accepts, and holds what it accepted. */
export async function holder() {
  const held: Socket[] = []
  const server = createServer(socket => {
    held.push(socket.on('error', () => {}))
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    [Symbol.dispose]() {
      for (const socket of held) socket.destroy()
      server.close()
    },
  }
}

/** Runs a command to its end: what it printed, and whether it was content. */
export function ran(command: string, args: readonly string[], input = '') {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: 'utf8' })
  if (error) throw error
  return { status, stdout, said: `${stdout}${stderr}` }
}

export const isThere = (command: string): boolean => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
