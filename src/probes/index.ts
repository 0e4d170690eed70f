import type { Kind } from './kind.ts'
import { httpHold } from './http-hold/kind.ts'
import { tcpHold } from './tcp-hold/kind.ts'

/** Every kind of probe there is. To add one: write its folder, then its line here. */
export const kinds: readonly Kind[] = [tcpHold, httpHold]
