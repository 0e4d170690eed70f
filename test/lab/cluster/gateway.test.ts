import { expect, test } from 'vitest'
import { entriesIn } from './gateway.ts'

/** As `conntrack -L -p tcp` printed it on the gateway, kernel 6.18. */
const listed = `tcp      6 2 ESTABLISHED src=192.168.77.1 dst=203.0.113.9 sport=41230 dport=7000 src=203.0.113.9 dst=203.0.113.1 sport=7000 dport=2021 [ASSURED] mark=0 use=1
tcp      6 119 SYN_SENT src=192.168.77.1 dst=203.0.113.9 sport=41231 dport=7000 [UNREPLIED] src=203.0.113.9 dst=203.0.113.1 sport=7000 dport=41231 mark=0 use=1
`

test('entries of the gateway are found by the client they are of', () => {
  expect([...entriesIn(listed)]).toEqual([
    [
      '192.168.77.1:41230',
      {
        established: true,
        client: { address: '192.168.77.1', port: 41_230 },
        server: { address: '203.0.113.9', port: 7000 },
        translated: { address: '203.0.113.1', port: 2021 },
      },
    ],
    [
      '192.168.77.1:41231',
      {
        established: false,
        client: { address: '192.168.77.1', port: 41_231 },
        server: { address: '203.0.113.9', port: 7000 },
        translated: { address: '203.0.113.1', port: 41_231 },
      },
    ],
  ])
})

test('nothing listed, nothing found', () => expect(entriesIn('').size).toBe(0))
