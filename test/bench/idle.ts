import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'

// A process that does nothing: what of the lateness is the machine's. Asked over a pipe as `peer.ts` is.

const delay = monitorEventLoopDelay({ resolution: 1 })
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'watch loop') {
    delay.enable()
    delay.reset()
  }
  process.stdout.write(`${JSON.stringify({ maxMs: delay.max / 1e6 - 1 })}\n`)
}
process.exit(0)
