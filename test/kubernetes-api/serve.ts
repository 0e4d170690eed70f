import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { writeKubeconfig, writeServiceAccount } from './credentials.ts'
import { obey } from './orders.ts'
import { startApiServer } from './server.ts'

// The stand-in as a process: `node test/kubernetes-api/serve.ts --host 10.0.1.1 --port 6443 --name 10.96.0.1 --to DIR`.
// Writes DIR/kubeconfig and DIR/serviceaccount/, says so in one line, then does what each line of its input says
// (`orders.ts`) and answers with the version that follows. It ends with its input.

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    name: { type: 'string', multiple: true, default: [] },
    to: { type: 'string' },
  },
})
if (values.to === undefined) throw new Error('--to: where to write the credentials')

const server = await startApiServer({ host: values.host, port: Number(values.port), names: values.name })
mkdirSync(values.to, { recursive: true })
const kubeconfig = writeKubeconfig(join(values.to, 'kubeconfig'), server)
const { serviceAccount } = writeServiceAccount(join(values.to, 'serviceaccount'), server)
say({ url: server.url, kubeconfig, serviceAccount })

for await (const line of createInterface({ input: process.stdin })) {
  try {
    obey(server, line)
    say({ version: server.store.version })
  } catch (error) {
    say({ error: String(error) })
  }
}
await server[Symbol.asyncDispose]()

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
