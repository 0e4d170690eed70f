import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inSandbox } from '../lab/sandbox.ts'

/** A cluster of the lab that runs, with longhold in it, and its client's page on a port of this machine's loopback. */
export interface LabRun extends AsyncDisposable {
  readonly url: string
  /** What its nodes are made to do, or its client: `remembers 2` (seconds), `stops`, `continues`. Resolves when it is done. */
  tell(order: string): Promise<void>
}

/**
 * Starts one, in a sandbox (test/lab/sandbox.ts). Nothing on this machine can reach its networks; what it can reach is a socket
 * in a folder, so the page comes the way `kubectl port-forward` brings one: through somebody who is inside.
 */
export async function labRun(): Promise<LabRun> {
  const folder = mkdtempSync(join(tmpdir(), 'longhold-browser-'))
  const over = new AbortController()
  const running = Promise.withResolvers<void>()
  const said: string[] = []
  const ended = inSandbox([inside, folder], {
    signal: over.signal,
    onLine(line) {
      said.push(line)
      if (line === 'running') running.resolve()
    },
  })
  await Promise.race([
    running.promise,
    ended.then(code => Promise.reject(new Error(`the lab ended with ${code}: ${said.join('\n')}`))),
    sleep(60_000, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`no cluster yet: ${said.join('\n')}`)),
    ),
  ])
  const forward = createServer(socket => {
    const page = connect(join(folder, 'page'))
    socket.pipe(page).pipe(socket)
    for (const each of [socket, page]) each.on('error', () => [socket, page].forEach(both => both.destroy()))
  })
  forward.listen(0, '127.0.0.1')
  await once(forward, 'listening')
  return {
    url: `http://127.0.0.1:${(forward.address() as AddressInfo).port}/`, // a TCP server has no other
    async tell(order) {
      const asking = connect(join(folder, 'orders'))
      asking.end(order)
      const answer = await text(asking)
      if (answer !== 'done') throw new Error(`${order}: ${answer}`)
    },
    async [Symbol.asyncDispose]() {
      forward.close()
      over.abort()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const inside = fileURLToPath(new URL('lab-inside.ts', import.meta.url))
