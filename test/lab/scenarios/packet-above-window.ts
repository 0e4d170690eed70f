import { sendsAboveWindow } from '../cluster/above-window.ts'
import { overhears } from '../cluster/overheard.ts'
import type { Lab } from '../stage.ts'

/** Once each of `connections` has survived a silence, srv1's wire carries one packet above the window for each of them. */
export async function carriesOneAboveTheWindow(lab: Lab, connections: number): Promise<void> {
  const wire = await overhears('srv1', 7000)
  await lab.untilOpen()
  await lab.until('every silence was survived once', ({ client }) => client.exchanged().length >= connections)
  await lab.passes('500ms', 'the last words are acknowledged')
  await lab.until('the wire told of all', () => wire.connections().length >= connections)
  await lab.looks('before the packet')
  await lab.breaks('srv1’s wire carries a packet above the window, for each connection', async () =>
    sendsAboveWindow('srv1', wire.connections()),
  )
  await wire.stop()
}
