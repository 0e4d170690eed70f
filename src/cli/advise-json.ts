import { type Costs, costsOf } from '../tuning/advice/costs.ts'
import type { Setting } from '../tuning/advice/setting.ts'
import { presets } from '../tuning/presets.ts'
import { targets } from '../tuning/snippets/index.ts'
import { type Advised, snippetsOf } from './advise-text.ts'

/** What `longhold advise --json` prints; every number has its unit in its name. */
export const adviceJson = (advised: Advised) => {
  const { hops, wishes, advice, current, whose, breaks, untold } = advised
  const { setting, costs, losses, reasons, conflicts, mustSpeak } = advice
  return {
    path: hops.map(({ name, lowS, highS, refreshed, ending, source, page }) => ({
      hop: name,
      timeout: { lowSeconds: lowS, highSeconds: highS },
      refreshedByKeepalive: refreshed,
      onExpiry: ending,
      source,
      page: page ?? null,
    })),
    untold,
    wishes: {
      toleratedLostProbes: wishes.losses,
      detectionSeconds: wishes.detectS ?? null,
      packetsPerDay: wishes.packetsPerDay ?? null,
    },
    advice: setting && costs ? { ...settingJson(setting), toleratedLostProbes: losses, ...costsJson(costs) } : null,
    why: reasons,
    cannotBeHad: conflicts.map(({ wish, wanted, nearest, says }) => ({
      wish,
      [`wanted${units[wish]}`]: wanted,
      [`nearest${units[wish]}`]: nearest ?? null,
      says,
    })),
    applicationMustSpeak: mustSpeak.map(({ hop, everyS }) => ({ hop: hop.name, everySeconds: everyS })),
    current: {
      whose,
      ...(current === 'off' ? { keepalive: 'off' } : { ...settingJson(current), ...costsJson(costsOf(current)) }),
      breaks,
    },
    settings: snippetsOf(advised),
  }
}

const units = { survival: 'Seconds', losses: 'Probes', detection: 'Seconds', budget: 'PacketsPerDay' } as const

const settingJson = ({ idleS, intervalS, count, userTimeoutMs }: Setting) => ({
  idleSeconds: idleS,
  intervalSeconds: intervalS,
  countProbes: count,
  userTimeoutMilliseconds: userTimeoutMs,
})

const costsJson = (costs: Costs) => ({
  packetsPerDay: costs.packetsPerDay,
  idleDetectionSeconds: costs.idleDetectionS,
  idleDetectionAtMostSeconds: costs.idleDetectionAtMostS,
  inFlightDetectionSeconds: costs.inFlightDetectionS ?? null,
})

/** What `--list --json` prints. */
export const listJson = () => ({
  presets: presets.map(({ name, title, timeoutS, ending, refreshed, configurable, source }) => ({
    name,
    title,
    timeoutSeconds: timeoutS,
    refreshedByKeepalive: refreshed,
    onExpiry: ending,
    configurable,
    source,
  })),
  targets: targets.map(({ name, title, language }) => ({ name, title, language })),
})
