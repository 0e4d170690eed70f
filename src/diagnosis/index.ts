import { conntrackExpiry } from './conntrack-expiry/rule.ts'
import { conntrackFlush } from './conntrack-flush/rule.ts'
import { ipvsExpiry } from './ipvs-expiry/rule.ts'
import { ipvsServerRemoved } from './ipvs-server-removed/rule.ts'
import { keepaliveTooLong } from './keepalive-too-long/rule.ts'
import { middleboxIdle } from './middlebox-idle/rule.ts'
import { midstreamDrop } from './midstream-drop/rule.ts'
import { outOfWindow } from './out-of-window/rule.ts'
import { aAaaaRace } from './a-aaaa-race/rule.ts'
import { dnsFailing } from './dns-failing/rule.ts'
import { dnsSlow } from './dns-slow/rule.ts'
import { ipvsGhost } from './ipvs-ghost/rule.ts'
import { ipvsPortReuse } from './ipvs-port-reuse/rule.ts'
import { lostUnNat } from './lost-un-nat/rule.ts'
import { packetLoss } from './packet-loss/rule.ts'
import { udpBeforeRules } from './udp-before-rules/rule.ts'
import { udpStaleEntry } from './udp-stale-entry/rule.ts'
import type { Rule } from './rule.ts'

/** Every mechanism longhold can name. To add one: write its folder, then its line here. Among findings equally sure, the earlier rule wins. */
export const rules: readonly Rule[] = [
  udpBeforeRules,
  udpStaleEntry,
  ipvsGhost,
  ipvsPortReuse,
  lostUnNat,
  aAaaaRace,
  dnsFailing,
  dnsSlow,
  packetLoss,
  ipvsServerRemoved,
  conntrackFlush,
  keepaliveTooLong,
  outOfWindow,
  midstreamDrop,
  ipvsExpiry,
  conntrackExpiry,
  middleboxIdle,
]
