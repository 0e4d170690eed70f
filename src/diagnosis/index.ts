import { aAaaaRace } from './a-aaaa-race/rule.ts'
import { blackHole } from './black-hole/rule.ts'
import { bridgeBypass } from './bridge-bypass/rule.ts'
import { conntrackExpiry } from './conntrack-expiry/rule.ts'
import { conntrackFlush } from './conntrack-flush/rule.ts'
import { deadEndpoint } from './dead-endpoint/rule.ts'
import { dnsFailing } from './dns-failing/rule.ts'
import { dnsSlow } from './dns-slow/rule.ts'
import { endpointLeaving } from './endpoint-leaving/rule.ts'
import { forwardingOff } from './forwarding-off/rule.ts'
import { ipvsExpiry } from './ipvs-expiry/rule.ts'
import { ipvsGhost } from './ipvs-ghost/rule.ts'
import { ipvsPortReuse } from './ipvs-port-reuse/rule.ts'
import { ipvsServerRemoved } from './ipvs-server-removed/rule.ts'
import { keepaliveTooLong } from './keepalive-too-long/rule.ts'
import { lostUnNat } from './lost-un-nat/rule.ts'
import { middleboxIdle } from './middlebox-idle/rule.ts'
import { midstreamDrop } from './midstream-drop/rule.ts'
import { noEndpoints } from './no-endpoints/rule.ts'
import { outOfWindow } from './out-of-window/rule.ts'
import { packetLoss } from './packet-loss/rule.ts'
import { pathTimeoutChanged } from './path-timeout-changed/rule.ts'
import { peerDied } from './peer-died/rule.ts'
import { plannedEnd } from './planned-end/rule.ts'
import type { Rule } from './rule.ts'
import { rulesMissing } from './rules-missing/rule.ts'
import { snatMissing } from './snat-missing/rule.ts'
import { snatPortRace } from './snat-port-race/rule.ts'
import { starved } from './starved/rule.ts'
import { tableFull } from './table-full/rule.ts'
import { turnedAway } from './turned-away/rule.ts'
import { udpBeforeRules } from './udp-before-rules/rule.ts'
import { udpStaleEntry } from './udp-stale-entry/rule.ts'

/** Every mechanism longhold can name. To add one: write its folder, then its line here. Among findings equally sure, the earlier rule wins. */
export const rules: readonly Rule[] = [
  endpointLeaving,
  noEndpoints,
  rulesMissing,
  tableFull,
  forwardingOff,
  snatMissing,
  bridgeBypass,
  snatPortRace,
  blackHole,
  deadEndpoint,
  peerDied,
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
  pathTimeoutChanged,
  plannedEnd,
  turnedAway,
  starved,
]
