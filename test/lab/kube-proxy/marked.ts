/** Rules that iptables and IPVS mode share. Bit 14 of a packet's mark says: to be masqueraded. */
export const mark = '0x4000'

/** KUBE-MARK-MASQ sets the mark, KUBE-POSTROUTING acts on it; without `masquerade` it goes unnoticed. */
export function masqueradeRules(masquerade: boolean): readonly string[] {
  return [
    `-A KUBE-MARK-MASQ -j MARK --or-mark ${mark}`,
    `-A KUBE-POSTROUTING -m mark ! --mark ${mark}/${mark} -j RETURN`,
    `-A KUBE-POSTROUTING -j MARK --xor-mark ${mark}`,
    ...(masquerade
      ? [
          '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
        ]
      : []),
  ]
}

/** KUBE-FORWARD. kube-proxy counts its INVALID drops with nfacct, because a sync sets a rule's own counter to 0. */
export function forwardRules(dropInvalid: boolean): readonly string[] {
  return [
    ...(dropInvalid ? ['-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP'] : []),
    `-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT`,
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  ]
}
