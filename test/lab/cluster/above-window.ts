import { sendPacket } from './inside.ts'
import type { Overheard } from './overheard.ts'
import { packet } from './packet.ts'

/** Far above any window: conntrack takes a small excess for a lost packet and lets it be (nf_conntrack_proto_tcp.c). */
const excess = 0x1000_0000

/**
 * Sends, from `host`, a segment of each connection that lies above the window, as a packet does that was long held up or
 * damaged in a network card. It acknowledges exactly what came, so that whoever answers with RST is believed.
 */
export function sendsAboveWindow(host: string, connections: readonly Overheard[]): void {
  for (const { local, remote, localNext, remoteNext } of connections)
    sendPacket(
      host,
      packet({
        from: local,
        to: remote,
        flags: ['psh', 'ack'],
        sequence: localNext + excess,
        acknowledges: remoteNext,
        payload: 'from long ago',
      }),
    )
}
