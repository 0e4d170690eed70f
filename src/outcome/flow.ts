/** One flow as its client's own socket has it, before any NAT. Addresses as `10.244.1.10:40053`, `[fd00::7]:53`. */
export interface Flow {
  readonly proto: 'tcp' | 'udp'
  readonly local: string
  readonly remote: string
}

export const flowKey = ({ proto, local, remote }: Flow): string => `${proto} ${local} ${remote}`
