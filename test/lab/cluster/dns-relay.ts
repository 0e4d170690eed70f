import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { decode } from 'dns-packet'
import { type Lie, lies } from './dns-lies.ts'

/**
 * `node dns-relay.ts PORT DELAY_MS [ADDRESS]`: hands questions to the DNS server of this host, and its answers back, in its
 * own way: each answer DELAY_MS later, and a lie to who asks below `lies.`, named by the first label. ADDRESS is one of
 * this host that nobody asks. SIGUSR2 ends the delay.
 */
const [port = 0, delay = 0] = process.argv.slice(2, 4).map(Number)
const elsewhere = process.argv[4]
let delayMs = delay
process.on('SIGUSR2', () => (delayMs = 0))

const mouth = createSocket('udp4')
mouth.on('message', (question, whom) => ask(question, whom))
mouth.bind(port)

/** Where the lie `other-source` comes from. */
const stranger = createSocket('udp4')
stranger.bind(0, elsewhere)

await Promise.all([once(mouth, 'listening'), once(stranger, 'listening')])
process.stdout.write('relaying\n')

/** Each question from a socket of its own: its answer needs no looking up. */
function ask(question: Buffer, whom: RemoteInfo): void {
  const server = createSocket('udp4')
  server.on('error', () => {}) // the DNS server is gone: no answer
  const timer = setTimeout(() => server.close(), 5000)
  server.once('message', answer => {
    clearTimeout(timer)
    server.close()
    setTimeout(() => tell(answer, whom), delayMs)
  })
  server.send(question, 53, '127.0.0.1')
}

function tell(answer: Buffer, { address, port }: RemoteInfo): void {
  const lie = lieFor(answer)
  const from = lie === 'other-source' ? stranger : mouth
  from.send(lie ? lies[lie](answer) : answer, port, address)
}

/** The first label of the name, when the second is `lies`. */
function lieFor(answer: Buffer): Lie | undefined {
  const [lie = '', below] = decode(answer).questions?.[0]?.name.split('.') ?? []
  return below === 'lies' && lie in lies ? (lie as Lie) : undefined // just looked up
}
