import { expect, test } from 'vitest'
import { hearing } from './overheard.ts'

/** As tcpdump 4.99 prints it with -n -S: a ping, its pong, the acknowledgement; and a connection that only began. */
const printed = `listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
07:30:28.100000 IP 10.244.1.10.40000 > 10.244.2.11.7000: Flags [P.], seq 4000000000:4000000016, ack 900, win 502, options [nop,nop,TS val 1 ecr 2], length 16
07:30:28.100100 IP 10.244.2.11.7000 > 10.244.1.10.40000: Flags [P.], seq 900:916, ack 4000000016, win 509, options [nop,nop,TS val 3 ecr 1], length 16
07:30:28.100200 IP 10.244.1.10.40000 > 10.244.2.11.7000: Flags [.], ack 916, win 502, options [nop,nop,TS val 2 ecr 3], length 0
07:30:28.200000 IP 10.244.1.10.40001 > 10.244.2.11.7000: Flags [S], seq 77, win 64240, options [mss 1460], length 0
`

test('an overheard connection: who, and where each end is, wherever what was printed was cut', () => {
  const heard = hearing(7000)
  for (let at = 0; at < printed.length; at += 7) heard.hear(printed.slice(at, at + 7))
  expect(heard.connections()).toEqual([
    {
      local: { address: '10.244.2.11', port: 7000 },
      remote: { address: '10.244.1.10', port: 40_000 },
      localNext: 916,
      remoteNext: 4_000_000_016,
    },
  ])
})
