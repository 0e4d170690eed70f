import { freePort } from '../../free-port.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** A blackbox_exporter that answers. Ends with its `await using` block. */
export interface Blackbox extends AsyncDisposable {
  readonly at: string
}

/** Starts one with this configuration. Rejects with what it said when it does not answer. */
export async function startBlackbox(config: string): Promise<Blackbox> {
  const at = `127.0.0.1:${await freePort()}`
  const child = spawn('prometheus-blackbox-exporter', [`--config.file=${config}`, `--web.listen-address=${at}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const ended = once(child, 'close')
  for (let tries = 0; !(await answers(at)); tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`blackbox_exporter does not answer: ${said}`)
    await sleep(100)
  }
  return {
    at,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const answers = (at: string): Promise<boolean> =>
  fetch(`http://${at}/-/healthy`).then(
    ({ ok }) => ok,
    () => false,
  )
