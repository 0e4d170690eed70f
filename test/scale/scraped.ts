import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { begin, type Running, written } from '../cli/longhold.ts'
import { clientConfig } from './crowd.ts'
import type { Scraped } from './prometheus.ts'

/** What a scrape of each process finds. */
export interface Told {
  readonly client: Scraped
  readonly server: Scraped
}

const off = 'off'

/**
 * Runs a server and a client with the configuration of `k8s/base`, faster, until every cohort has spoken and been swept, and counts
 * what their /metrics tell. Names are looked up in a server of our own.
 */
export async function scrapedFrom(clientsEach = 1): Promise<Told> {
  const ports = await Promise.all(Array.from({ length: 7 }, freePort))
  const [hold, http, echo, dns, serverWeb, clientWeb, dnsWeb] = ports.map(port => `127.0.0.1:${port}`)
  if (!hold || !http || !echo || !dns) throw new RangeError('seven ports were asked for')
  const answers = {
    'tcp-hold': { listen: hold },
    'http-hold': { listen: http },
    'udp-echo': { listen: echo },
    dns: off,
  }
  const names = { dns: { listen: dns }, 'tcp-hold': off, 'http-hold': off, 'udp-echo': off }
  const client = clientConfig({ clientsEach, timesFaster: 600, spreadMs: 1000 }, { hold, http, echo, dns })
  const running: Running[] = []
  const run = async (command: string, config: object, listen = '') =>
    running.push(begin([command, '--config', await written(JSON.stringify({ ...config, web: { listen } }))]))
  try {
    await run('server', { server: answers }, serverWeb)
    await run('server', { server: names }, dnsWeb)
    await run('client', client, clientWeb)
    const settled = (text: string) => allSpoke(text) && /^longhold_sweep_connections/m.test(text)
    const ofClient = await scrapedUntil(`http://${clientWeb}/metrics`, settled)
    return { client: ofClient, server: await scrapedUntil(`http://${serverWeb}/metrics`, () => true) }
  } finally {
    for (const { child } of running) child.kill('SIGTERM')
    await Promise.all(running.map(({ ended }) => ended))
  }
}

/** Twice as many exchanges as connections, in each cohort: those of the longest silence spoke, too. */
function allSpoke(text: string): boolean {
  const of = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{.* (\\d+)$`, 'gm'))].map(([, value]) => Number(value))
  const [open, exchanges] = [of('longhold_connections_open'), of('longhold_exchanges_total')]
  return open.length > 0 && open.every((count, cohort) => count > 0 && (exchanges[cohort] ?? 0) > 12 * count)
}

/** More than twice as long as it takes, s. */
const patienceS = 90

async function scrapedUntil(url: string, enough: (text: string) => boolean): Promise<Scraped> {
  for (const end = performance.now() + patienceS * 1000; performance.now() < end; ) {
    const text = await fetch(url).then(
      answer => answer.text(),
      () => '',
    )
    if (text !== '' && enough(text)) {
      const series = text.split('\n').filter(line => line !== '' && !line.startsWith('#')).length
      return { series, bytes: Buffer.byteLength(text) }
    }
    await sleep(250)
  }
  throw new Error(`${url}: not every cohort spoke within ${patienceS} s`)
}
