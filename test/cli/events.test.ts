import { expect, test } from 'vitest'
import { eventsServer } from '../events-server.ts'
import { freePort } from '../free-port.ts'
import { longhold, written } from './longhold.ts'

test('a client that was told to posts an Event on its pod, the last verdict included', async () => {
  const server = await eventsServer()
  const kubeconfig = await written(
    JSON.stringify({
      'current-context': 'here',
      clusters: [
        {
          name: 'c',
          cluster: {
            server: `https://127.0.0.1:${server.port}`,
            'certificate-authority-data': Buffer.from(server.ca).toString('base64'),
          },
        },
      ],
      users: [{ name: 'u', user: { token: 'good' } }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'longhold' } }],
    }),
  )
  const to = `127.0.0.1:${await freePort()}`
  const probe = { kind: 'tcp-hold', name: 'lonely', to, connections: 3, idle: '200ms', spread: '0s', deadline: '200ms' }
  const config = { web: 'off', journal: 'off', evidence: { events: 'on', kubernetes: { kubeconfig } }, probes: [probe] }
  const env = { LONGHOLD_POD: 'longhold-client-1', LONGHOLD_POD_UID: '0c3f' }
  const { code } = await longhold(['client', '--once', '--config', await written(JSON.stringify(config))], { env })
  await server.close()
  expect(code).toBe(3)
  expect(server.posted[0]).toMatchObject({
    namespace: 'longhold',
    event: { reason: 'VerdictOpened', type: 'Warning', regarding: { name: 'longhold-client-1', uid: '0c3f' } },
  })
})
