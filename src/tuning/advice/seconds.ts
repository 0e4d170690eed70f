import { span } from '../../diagnosis/span.ts'

/** A time in a sentence: `350 s`, `1.5 s`; what is long has its larger units beside it: `7200 s (2h)`. */
export const seconds = (s: number): string => (s < 600 ? plain(s) : `${plain(s)} (${span(s * 1000)})`)

/** `880 s to 905 s`; one number where both are the same. */
export const between = (lowS: number, highS: number): string =>
  lowS === highS ? seconds(lowS) : `${plain(lowS)} to ${plain(highS)}`

const plain = (s: number): string => `${Number(s.toFixed(s < 10 ? 1 : 0))} s`

/** `2 lost probes`, `1 lost probe`. */
export const lostProbes = (n: number): string => `${n} lost ${n === 1 ? 'probe' : 'probes'}`

/** A number of packets, as exactly as anybody wants it. */
export const packets = (n: number): string => String(n < 10 ? Number(n.toFixed(1)) : Math.round(n))
