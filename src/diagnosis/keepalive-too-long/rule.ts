import { defineRule } from '../rule.ts'
import { clientKeepalive } from './client.ts'
import { serverKeepalive } from './server.ts'

export const keepaliveTooLong = defineRule({
  name: 'keepalive-too-long',
  title: 'keepalive comes after the path has forgotten',
  family: 'forgotten-flow',
  judge: of => [...clientKeepalive(of), ...serverKeepalive(of)],
})
