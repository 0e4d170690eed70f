import type { Verdict } from '../src/outcome/verdict.ts'

/** Noon: when the verdicts of these tests began. */
export const noon = Date.UTC(2026, 10, 21, 12)

/** A verdict written by hand; what is not given is a conntrack entry that expired. */
export function exampleVerdict(given: Partial<Verdict> = {}): Verdict {
  return {
    id: 'conntrack-expiry-1',
    name: 'conntrack-expiry',
    family: 'forgotten-flow',
    says: '12 of 40 connections through the Service were reset after 900 s of silence; conntrack forgets one after 600 s.',
    planned: false,
    state: 'open',
    since: noon,
    lastAt: noon + 30_000,
    openedAt: noon + 5000,
    updatedAt: noon + 31_000,
    series: ['tcp-hold/no-keepalive'],
    count: 12,
    of: 40,
    exposureMs: 36_000_000,
    confidence: {
      level: 'proven',
      because: 'conntrack had no entry for the flow when it died, and its timer is shorter',
    },
    evidence: [
      { source: 'client', at: noon, says: '12 × reset (exchange, ECONNRESET read) after 900 s' },
      { source: 'node sysctl', at: noon + 700, says: 'nf_conntrack_tcp_timeout_established = 600' },
    ],
    ruledOut: [{ what: 'server-restarted', because: 'the ledger has all 12 open' }],
    missing: [{ what: 'node ipvs', wouldTell: 'whether IPVS forgot it' }],
    remedy: ['# Send keepalives more often than the timer:', 'sysctl -w net.ipv4.tcp_keepalive_time=200'],
    ...given,
  }
}
