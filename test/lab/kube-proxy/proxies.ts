import { iptables } from './iptables.ts'
import { ipvs } from './ipvs.ts'
import { nftables } from './nftables.ts'
import type { Mode, Proxy } from './services.ts'

/** kube-proxy's modes. */
export const proxies: Readonly<Record<Mode, Proxy>> = { iptables, nftables, ipvs }
