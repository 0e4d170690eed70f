import { defineKind } from '../kind.ts'
import { askServers, filesOf, seriesOf } from './client.ts'
import { rejections, startResponder } from './responder.ts'
import { dnsSettings, responderSettings } from './settings.ts'

export const dns = defineKind({
  name: 'dns',
  summary: 'ask DNS servers over UDP, and look names up as applications do',
  settings: dnsSettings,
  files: filesOf,
  series: seriesOf,
  client: askServers,
  server: { settings: responderSettings, rejections, start: startResponder },
})
