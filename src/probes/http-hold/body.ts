import type { IncomingMessage } from 'node:http'

/** A hello is a few hundred bytes. */
const mostBytes = 4096

/** Calls `done` once with the whole body, or with `undefined` as soon as it is too large. A broken one ends elsewhere. */
export function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= mostBytes) chunks.push(chunk)
    else {
      request.removeAllListeners('data').removeAllListeners('end')
      done(undefined)
    }
  })
  request.on('end', () => done(Buffer.concat(chunks)))
}
