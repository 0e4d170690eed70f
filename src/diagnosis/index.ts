import { conntrackExpiry } from './conntrack-expiry/rule.ts'
import { conntrackFlush } from './conntrack-flush/rule.ts'
import { ipvsExpiry } from './ipvs-expiry/rule.ts'
import { ipvsServerRemoved } from './ipvs-server-removed/rule.ts'
import { keepaliveTooLong } from './keepalive-too-long/rule.ts'
import { middleboxIdle } from './middlebox-idle/rule.ts'
import { midstreamDrop } from './midstream-drop/rule.ts'
import { outOfWindow } from './out-of-window/rule.ts'
import type { Rule } from './rule.ts'

/** Every mechanism longhold can name. To add one: write its folder, then its line here. Among findings equally sure, the earlier rule wins. */
export const rules: readonly Rule[] = [
  ipvsServerRemoved,
  conntrackFlush,
  keepaliveTooLong,
  outOfWindow,
  midstreamDrop,
  ipvsExpiry,
  conntrackExpiry,
  middleboxIdle,
]
