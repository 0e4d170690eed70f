import { freshSockets } from '../../datagram/asker.ts'
import { defineKind } from '../kind.ts'
import { askEchoes, seriesOf } from './client.ts'
import { flaws } from './datagram.ts'
import { answerEchoes } from './server.ts'
import { answerSettings, echoSettings } from './settings.ts'

export const udpEcho = defineKind({
  name: 'udp-echo',
  summary: 'send numbered datagrams and see which come back, how late, in which order and from whom',
  settings: echoSettings,
  files: ({ to, ports, every, timeout }) =>
    to.length * ((ports.includes('fresh') ? freshSockets(every, timeout) : 0) + (ports.includes('pinned') ? 2 : 0)),
  series: seriesOf,
  client: askEchoes,
  server: { settings: answerSettings, rejections: flaws, start: answerEchoes },
})
