import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Packet, readPcap } from './pcap.ts'

/** tcpdump on loopback, with the kernel's own stamps in nanoseconds. */
export interface Capture extends Disposable {
  /** Stops, and gives what was captured. Rejects when the kernel dropped packets: then latencies would be made up. */
  packets(): Promise<Packet[]>
}

/** Captures what a filter lets through on loopback (pcap-filter(7)). Resolves when it listens. */
export async function capture(filter: string): Promise<Capture> {
  const words = ['-i', 'lo', '-n', '-s', '256', '-B', '8192', '--time-stamp-precision=nano', '-w', '-']
  const child = spawn('tcpdump', [...words, filter], { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  const said: string[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stderr })
  const listening = new Promise<boolean>(resolve => {
    lines.on('line', line => {
      said.push(line)
      if (line.includes('listening on')) resolve(true)
    })
    lines.on('close', () => resolve(false))
  })
  if (!(await listening)) throw new Error(`tcpdump cannot capture on loopback: ${said.join(' ')}`)
  return {
    async packets() {
      await sleep(1200) // the kernel hands its buffer over once a second
      child.kill('SIGINT')
      await closed
      const dropped = said.find(line => /^[1-9]\d* packets dropped/.test(line))
      if (dropped) throw new Error(`tcpdump: ${dropped}`)
      return readPcap(Buffer.concat(chunks))
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}
