import { Problem } from '../../../src/outcome/problem.ts'
import type { Scenario } from '../scenario.ts'
import { aAndAaaa } from './a-and-aaaa.ts'
import { blackHole } from './black-hole.ts'
import { bridgeBypass } from './bridge-bypass.ts'
import { cleanUpMissingEndpoint } from './clean-up-missing-endpoint.ts'
import { cleanUpMissingNodePort } from './clean-up-missing-node-port.ts'
import { cleanUpMissingServiceIp } from './clean-up-missing-service-ip.ts'
import { clientRestarted } from './client-restarted.ts'
import { conntrackExpiryServerFirst } from './conntrack-expiry-server-first.ts'
import { conntrackExpiry } from './conntrack-expiry.ts'
import { conntrackFlush } from './conntrack-flush.ts'
import { deadBackendRefusing, deadBackendSilent } from './dead-backend.ts'
import { deadDns } from './dead-dns.ts'
import { endpointLeaving } from './endpoint-leaving.ts'
import { healthy } from './healthy.ts'
import { ipForwardOff } from './ip-forward-off.ts'
import { ipvsExpiryServerFirst } from './ipvs-expiry-server-first.ts'
import { ipvsExpiry } from './ipvs-expiry.ts'
import { ipvsGracefulTermination } from './ipvs-graceful-termination.ts'
import { ipvsKeepaliveAbove } from './ipvs-keepalive-above.ts'
import { ipvsKeepaliveBelow } from './ipvs-keepalive-below.ts'
import { ipvsNoServer } from './ipvs-no-server.ts'
import { ipvsPortReuse } from './ipvs-port-reuse.ts'
import { ipvsRemoved, ipvsRemovedSilently } from './ipvs-removed.ts'
import { ipvsUdpDeadServer } from './ipvs-udp-dead-server.ts'
import { ipvsUdpWeightZero } from './ipvs-udp-weight-zero.ts'
import { keepaliveAbove } from './keepalive-above.ts'
import { keepaliveBelow } from './keepalive-below.ts'
import { lossyDns } from './lossy-dns.ts'
import { lyingDns } from './lying-dns.ts'
import { masqueradeBridge } from './masquerade-bridge.ts'
import { masqueradeEgress } from './masquerade-egress.ts'
import { masqueradeHairpin } from './masquerade-hairpin.ts'
import { middleboxResetBoth } from './middlebox-reset-both.ts'
import { middleboxReset } from './middlebox-reset.ts'
import { middleboxSilent } from './middlebox-silent.ts'
import { noEndpoints } from './no-endpoints.ts'
import { outOfWindowDropped } from './out-of-window-dropped.ts'
import { outOfWindow } from './out-of-window.ts'
import { replyFromPod } from './reply-from-pod.ts'
import { rollingUpdate } from './rolling-update.ts'
import { rulesGone } from './rules-gone.ts'
import { serverAdded } from './server-added.ts'
import { serverKilled } from './server-killed.ts'
import { scaledToZero } from './scaled-to-zero.ts'
import { serverRestarted } from './server-restarted.ts'
import { singleBackend } from './single-backend.ts'
import { slowDns } from './slow-dns.ts'
import { snatPortRace } from './snat-port-race.ts'
import { strictConntrack } from './strict-conntrack.ts'
import { tableFullEvicting } from './table-full-evicting.ts'
import { tableFull } from './table-full.ts'
import { udpBeforeService } from './udp-before-service.ts'
import { udpCleanUp } from './udp-clean-up.ts'
import { udpDeadProcess } from './udp-dead-process.ts'
import { udpExpiry } from './udp-expiry.ts'
import { udpStaleEntry } from './udp-stale-entry.ts'

/** Every scenario there is, in the order of the list. To add one: write its file, then its line here. */
export const scenarios: readonly Scenario[] = [
  healthy,
  conntrackExpiry,
  conntrackExpiryServerFirst,
  singleBackend,
  strictConntrack,
  keepaliveBelow,
  keepaliveAbove,
  conntrackFlush,
  tableFull,
  tableFullEvicting,
  noEndpoints,
  rulesGone,
  deadBackendSilent,
  deadBackendRefusing,
  snatPortRace,
  bridgeBypass,
  outOfWindow,
  outOfWindowDropped,
  ipForwardOff,
  serverKilled,
  blackHole,
  rollingUpdate,
  serverAdded,
  clientRestarted,
  serverRestarted,
  scaledToZero,
  udpStaleEntry,
  udpDeadProcess,
  udpCleanUp,
  udpExpiry,
  cleanUpMissingServiceIp,
  cleanUpMissingEndpoint,
  cleanUpMissingNodePort,
  udpBeforeService,
  replyFromPod,
  masqueradeEgress,
  masqueradeHairpin,
  masqueradeBridge,
  middleboxSilent,
  middleboxReset,
  middleboxResetBoth,
  aAndAaaa,
  slowDns,
  lossyDns,
  lyingDns,
  deadDns,
  endpointLeaving,
  ipvsExpiry,
  ipvsExpiryServerFirst,
  ipvsKeepaliveBelow,
  ipvsKeepaliveAbove,
  ipvsGracefulTermination,
  ipvsRemoved,
  ipvsRemovedSilently,
  ipvsUdpDeadServer,
  ipvsUdpWeightZero,
  ipvsPortReuse,
  ipvsNoServer,
]

/** Problem when there is none of that name. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find(each => each.name === name)
  if (!found) throw new Problem(`there is no scenario "${name}": "npm run lab -- list" names them all`, 2)
  return found
}
