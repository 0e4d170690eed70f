import { createHash } from 'node:crypto'
import type { Service, ServicePort } from './services.ts'

/** A port of a Service with all that rules say about it. */
export interface Front {
  /** `namespace/name:port`: kube-proxy's own word for it, in its comments and hashes. */
  readonly name: string
  readonly address: string
  readonly port: ServicePort
  readonly all: readonly Backend[]
  /** Those of them that are ready. */
  readonly backends: readonly Backend[]
}

/** An endpoint as one port of a Service sees it. */
export interface Backend {
  readonly address: string
  readonly weight: number
  /** `address:port` */
  readonly target: string
}

/** Every port of every Service, in the order given. */
export function frontsOf(services: readonly Service[]): readonly Front[] {
  return services.flatMap(({ name, address, ports, endpoints }) =>
    ports.map(port => {
      const all = endpoints.map(({ address, weight = 1 }) => ({
        address,
        weight,
        target: `${address}:${port.targetPort}`,
      }))
      return {
        name: `${qualified(name)}:${port.name}`,
        address,
        port,
        all,
        backends: all.filter(({ weight }) => weight > 0),
      }
    }),
  )
}

const qualified = (service: string) => (service.includes('/') ? service : `default/${service}`)

/** KUBE-SVC-XXXXXXXXXXXXXXXX and KUBE-EXT-…: kube-proxy's own hash, so that names are those of a real node. */
export const serviceChain = (kind: 'SVC' | 'EXT', { name, port }: Front) =>
  `KUBE-${kind}-${hash(name + port.protocol, 16)}`

/** KUBE-SEP-XXXXXXXXXXXXXXXX */
export const endpointChain = ({ name, port }: Front, { target }: Backend) =>
  `KUBE-SEP-${hash(name + port.protocol + target, 16)}`

/** nftables mode: `service-ULMVA6XW-namespace/name/tcp/port`. */
export function nftChain(kind: 'service' | 'external', { name, port }: Front): string {
  const path = `${name.replace(/:[^:]*$/, '')}/${port.protocol}/${port.name}`
  return `${kind}-${hash(path, 8)}-${path}`
}

/** The first `length` digits of the SHA-256 in base 32 as RFC 4648 writes it. 16 at most. */
function hash(text: string, length: number): string {
  const bytes = createHash('sha256').update(text).digest('hex').slice(0, 20) // 80 bits are 16 digits
  const digits = BigInt(`0x${bytes}`).toString(32).padStart(16, '0')
  return Array.from(
    digits.slice(0, length),
    digit => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(digit, 32)],
  ).join('')
}
