import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A reverse proxy that serves `behind` below a prefix, and takes the prefix off, as an Ingress with a rewrite does. */
export async function prefixed(behind: string, prefix: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((asked, response) => {
    if (!asked.url?.startsWith(`${prefix}/`)) return response.writeHead(404).end()
    const { method, headers } = asked
    const passed = request(new URL(asked.url.slice(prefix.length), behind), { method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    response.on('close', () => passed.destroy())
    passed.on('error', () => response.destroy())
    return passed.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}/`, // a TCP server has no other
    async [Symbol.asyncDispose]() {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}
