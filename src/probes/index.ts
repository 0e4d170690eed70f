import { dns } from './dns/kind.ts'
import { httpHold } from './http-hold/kind.ts'
import type { Kind } from './kind.ts'
import { tcpHold } from './tcp-hold/kind.ts'
import { udpEcho } from './udp-echo/kind.ts'

/** Every kind of probe there is. To add one: write its folder, then its line here. */
export const kinds: readonly Kind[] = [tcpHold, httpHold, udpEcho, dns]
