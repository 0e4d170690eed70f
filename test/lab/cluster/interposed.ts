import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { type PodName, pods } from './places.ts'
import { runOn, startOn } from './processes.ts'

/** A relay before a DNS server, in its pod. */
export interface Interposed {
  /** From now on it answers at once; what it holds back still comes late. */
  hurries(): void
}

/** Packets for the DNS server of a pod reach a relay instead, which asks it. TCP goes to the server itself. */
export async function interposed(place: PodName, { delayMs = 0 }: { readonly delayMs?: number }): Promise<Interposed> {
  const elsewhere = pods[place].address.replace(/\d+$/, '99')
  await runOn(place, `ip address add ${elsewhere}/24 dev eth0`.split(' '))
  const argv = [process.execPath, relay, String(port), String(delayMs), elsewhere]
  const running = startOn(place, argv)
  let isOver = false
  void running.exited.then(() => (isOver = true))
  while (!running.printed().includes('relaying')) {
    if (isOver) throw new Error(`the relay in ${place} does not start: ${running.printed()}`)
    await sleep(20)
  }
  await runOn(place, ['nft', '-f', '-'], { stdin: redirect })
  // The table's hooks come alive one after the other: who asks between them has an entry that is never translated.
  await runOn(place, ['conntrack', '-F'])
  return { hurries: () => void process.kill(running.pid, 'SIGUSR2') }
}

const relay = fileURLToPath(new URL('./dns-relay.ts', import.meta.url))
const port = 5353
const redirect = `table ip relay {
  chain prerouting { type nat hook prerouting priority dstnat; udp dport 53 redirect to :${port}; }
}
`
